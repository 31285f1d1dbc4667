package catalog

import (
	"strings"

	"voronoi/internal/oid"
)

// indexDef is the statement that makes an index, as pg_get_indexdef gives it.
func (n naming) indexDef(r *Relation) string {
	x := r.Index
	table := n.s.Relation(x.Table)
	if table == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("CREATE ")
	if x.Unique {
		b.WriteString("UNIQUE ")
	}
	b.WriteString("INDEX " + n.quote(r.Name) + " ON " + n.qualify(table.Schema, n.quote(table.Name)) +
		" USING " + n.quote(x.Method) + " (")
	keys := len(x.Keys) - x.Included
	for i := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(n.indexKey(r, table, i, true))
	}
	b.WriteString(")")
	if x.Included > 0 {
		b.WriteString(" INCLUDE (")
		for i := keys; i < len(x.Keys); i++ {
			if i > keys {
				b.WriteString(", ")
			}
			b.WriteString(n.indexKey(r, table, i, false))
		}
		b.WriteString(")")
	}
	if x.NullsNotDistinct {
		b.WriteString(" NULLS NOT DISTINCT")
	}
	if len(r.Options) > 0 {
		b.WriteString(" WITH (" + n.options(r.Options) + ")")
	}
	if x.Predicate != "" {
		b.WriteString(" WHERE " + n.requalify(x.Predicate, r.Schema))
	}
	return b.String()
}

// indexKey is one column of an index, with how it is ordered where full.
func (n naming) indexKey(index, table *Relation, i int, full bool) string {
	key := index.Index.Keys[i]
	var text string
	keyType := key.Type
	if column := table.Attribute(key.Attnum); column != nil {
		text = n.quote(column.Name)
		// The index may store something else: cstring for name.
		keyType = column.Type
	} else {
		text = n.requalify(key.Expr, table.Schema)
		if full && !looksLikeCall(text) {
			text = "(" + text + ")"
		}
	}
	if !full {
		return text
	}
	if class := n.s.OpClass(key.OpClass); class != nil && n.s.DefaultOpClass(index.Index.Method, keyType) != class {
		text += " " + n.opClass(class)
	}
	if index.Index.Method == "btree" {
		switch {
		case key.Desc && !key.NullsFirst:
			text += " DESC NULLS LAST"
		case key.Desc:
			text += " DESC"
		case key.NullsFirst:
			text += " NULLS FIRST"
		}
	}
	return text
}

// IndexColumns lists the key columns of an index as errors name them:
// "lower(email), (a + b)".
func (s *Snapshot) IndexColumns(path []oid.OID, index *Relation) string {
	n, table := s.naming(path), s.Relation(index.Index.Table)
	var names []string
	for _, key := range index.Index.Keys[:len(index.Index.Keys)-index.Index.Included] {
		if column := table.Attribute(key.Attnum); column != nil {
			names = append(names, n.quote(column.Name))
			continue
		}
		text := PrettyExpr(n.requalify(key.Expr, table.Schema))
		if !looksLikeCall(text) {
			text = "(" + text + ")"
		}
		names = append(names, text)
	}
	return strings.Join(names, ", ")
}

// looksLikeCall reports whether an expression is one function call, which an
// index definition shows without parentheses around it.
func looksLikeCall(expr string) bool {
	open := strings.IndexByte(expr, '(')
	if open <= 0 || !strings.HasSuffix(expr, ")") {
		return false
	}
	for _, r := range expr[:open] {
		if r != '_' && r != '.' && r != '"' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	// The parenthesis that the name opens must be the one that ends the text.
	depth, quoted := 0, byte(0)
	for i := open; i < len(expr); i++ {
		switch b := expr[i]; {
		case quoted != 0:
			if b == quoted {
				quoted = 0
			}
		case b == '\'' || b == '"':
			quoted = b
		case b == '(':
			depth++
		case b == ')':
			if depth--; depth == 0 {
				return i == len(expr)-1
			}
		}
	}
	return false
}

// DefaultOpClass is the operator class that an access method uses for a type
// when none is named: the type's own, or that of what it is compared as; nil
// where there is none.
func (s *Snapshot) DefaultOpClass(method string, typ oid.OID) *OpClass {
	base := typ
	for t := s.Type(base); t != nil && t.Kind == 'd'; t = s.Type(base) {
		base = t.Base
	}
	for _, candidate := range []oid.OID{base, s.comparedAs(base)} {
		for _, class := range s.OpClasses(method) {
			if class.Default && class.Input == candidate {
				return class
			}
		}
	}
	// A type without an entry of its own takes that of a type that it is binary
	// coercible to, as cidr takes inet's.
	for _, class := range s.OpClasses(method) {
		if cast := s.Cast(base, class.Input); class.Default && cast != nil && cast.Method == 'b' && cast.Context == 'i' {
			return class
		}
	}
	return nil
}

// options are reloptions in a WITH list.
func (n naming) options(list []string) string {
	parts := make([]string, len(list))
	for i, option := range list {
		name, value, _ := strings.Cut(option, "=")
		if n.quote(value) != value {
			value = "'" + strings.ReplaceAll(value, "'", "''") + "'"
		}
		parts[i] = n.quote(name) + "=" + value
	}
	return strings.Join(parts, ", ")
}

// constraintDef is a constraint as pg_get_constraintdef gives it; table is nil
// for one of a domain.
func (n naming) constraintDef(c *Constraint, table *Relation) string {
	var b strings.Builder
	switch c.Kind {
	case ConstraintPrimary, ConstraintUnique:
		index := n.s.Relation(c.Index)
		if c.Kind == ConstraintPrimary {
			b.WriteString("PRIMARY KEY ")
		} else {
			b.WriteString("UNIQUE ")
			if index != nil && index.Index.NullsNotDistinct {
				b.WriteString("NULLS NOT DISTINCT ")
			}
		}
		b.WriteString("(" + n.columnList(table, c.Columns) + ")")
		if index != nil && index.Index.Included > 0 {
			var included []int16
			for _, key := range index.Index.Keys[len(index.Index.Keys)-index.Index.Included:] {
				included = append(included, key.Attnum)
			}
			b.WriteString(" INCLUDE (" + n.columnList(table, included) + ")")
		}
	case ConstraintForeign:
		b.WriteString("FOREIGN KEY (" + n.columnList(table, c.Columns) + ") REFERENCES ")
		if foreign := n.s.Relation(c.Foreign); foreign != nil {
			b.WriteString(n.relation(foreign) + "(" + n.columnList(foreign, c.ForeignColumns) + ")")
		}
		if c.MatchFull {
			b.WriteString(" MATCH FULL")
		}
		b.WriteString(foreignAction(" ON UPDATE ", c.OnUpdate) + foreignAction(" ON DELETE ", c.OnDelete))
	case ConstraintCheck:
		home := oid.PublicSchema
		if table != nil {
			home = table.Schema
		}
		b.WriteString("CHECK (" + n.requalify(c.Check, home) + ")")
	}
	if c.Deferrable {
		b.WriteString(" DEFERRABLE")
	}
	if c.Deferred {
		b.WriteString(" INITIALLY DEFERRED")
	}
	if c.NotValid {
		b.WriteString(" NOT VALID")
	}
	return b.String()
}

var foreignActions = map[byte]string{'r': "RESTRICT", 'c': "CASCADE", 'n': "SET NULL", 'd': "SET DEFAULT"}

func foreignAction(when string, action byte) string {
	if name := foreignActions[action]; name != "" {
		return when + name
	}
	return ""
}

func (n naming) columnList(table *Relation, attnums []int16) string {
	names := make([]string, len(attnums))
	for i, attnum := range attnums {
		if c := table.Attribute(attnum); c != nil {
			names[i] = n.quote(c.Name)
		}
	}
	return strings.Join(names, ", ")
}

// ViewText writes a view's query as a reader with a search path sees it, without
// the semicolon; "" where it cannot. The planner, which imports this package,
// provides it.
var ViewText func(s *Snapshot, path []oid.OID, view *Relation, pretty bool) string

// viewDef is a view's query as pg_get_viewdef gives it, as it is stored where it
// cannot be written otherwise: it begins with a blank or a parenthesis and ends
// with a semicolon.
func (n naming) viewDef(r *Relation, pretty bool) string {
	if ViewText != nil {
		if text := ViewText(n.s, n.path, r, pretty); text != "" {
			return text + ";"
		}
	}
	return " " + strings.TrimRight(strings.TrimSpace(r.View.Query), "; \n\t") + ";"
}
