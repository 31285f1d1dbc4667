package catalog

import (
	"cmp"
	"slices"
	"strings"

	"voronoi/internal/oid"
)

// Address names an object, or a part of one, as pg_depend and pg_description
// do: by its catalog, its number there and, for columns, their number.
type Address struct {
	Class, Object oid.OID
	Sub           int32
}

// Dependency is a row of pg_depend: Object cannot be without On.
type Dependency struct {
	Object, On Address
	// Kind is 'n' for what DROP … RESTRICT refuses, 'a' for what goes with On,
	// 'i' for what is a part of On, 'e' for a member of an extension.
	Kind byte
}

// Dependencies are all dependencies among the objects that DDL has made.
func (s *Snapshot) Dependencies() []Dependency { return s.derived().dependencies }

// DependentsOf are the dependencies on an object or, when its Sub is 0, on any
// part of it.
func (s *Snapshot) DependentsOf(on Address) []Dependency {
	var list []Dependency
	for _, d := range s.derived().dependents[on.Object] {
		if d.On.Class == on.Class && (on.Sub == 0 || d.On.Sub == on.Sub || d.On.Sub == 0) {
			list = append(list, d)
		}
	}
	return list
}

// Referencing are the tables with a foreign key to a table, itself included
// where it refers to itself, by number.
func (s *Snapshot) Referencing(table oid.OID) []*Relation { return s.derived().referencing[table] }

// dependencyList computes the dependencies.
func (s *Snapshot) dependencyList() []Dependency {
	var list []Dependency
	depend := func(object, on Address, kind byte) {
		if on.Object != 0 && !pinned(on) {
			list = append(list, Dependency{object, on, kind})
		}
	}
	for _, object := range s.sortedObjects() {
		switch o := object.(type) {
		case *Relation:
			s.relationDependencies(o, depend)
		case *TypeDef:
			self := Address{oid.PGType, o.OID, 0}
			depend(self, Address{oid.PGNamespace, o.Schema, 0}, 'n')
			depend(Address{oid.PGType, o.Array, 0}, self, 'i')
			depend(self, Address{oid.PGType, o.Base, 0}, 'n')
			for _, c := range o.Checks {
				depend(Address{oid.PGConstraint, c.OID, 0}, self, 'a')
			}
		case *Extension:
			self := Address{oid.PGExtension, o.OID, 0}
			depend(self, Address{oid.PGNamespace, o.Schema, 0}, 'n')
			if o.Name == "vector" {
				for _, member := range s.facts.vectorMembers {
					depend(member, self, 'e')
				}
			}
		}
	}
	return list
}

// pinned reports whether an object is Postgres's own, which nothing needs to
// record a dependency on.
func pinned(a Address) bool {
	return a.Object < oid.FirstExtension && (a.Class != oid.PGNamespace || a.Object != oid.PublicSchema)
}

func (s *Snapshot) relationDependencies(r *Relation, depend func(object, on Address, kind byte)) {
	self := Address{oid.PGClass, r.OID, 0}
	column := func(n int16) Address { return Address{oid.PGClass, r.OID, int32(n)} }
	if r.Kind != KindIndex && r.Kind != KindComposite {
		depend(self, Address{oid.PGNamespace, r.Schema, 0}, 'n')
	}
	if r.RowType != 0 {
		row := Address{oid.PGType, r.RowType, 0}
		if r.Kind == KindComposite {
			depend(row, Address{oid.PGNamespace, r.Schema, 0}, 'n')
			depend(self, row, 'i')
		} else {
			depend(row, self, 'i')
		}
		depend(Address{oid.PGType, r.ArrayType, 0}, row, 'i')
	}
	for _, c := range r.Columns {
		if c.Dropped {
			continue
		}
		depend(column(c.Attnum), Address{oid.PGType, c.Type, 0}, 'n')
		if c.Default != "" {
			def := Address{oid.PGAttrdef, c.DefaultOID, 0}
			depend(def, column(c.Attnum), 'a')
			if c.Identity == 0 && c.Sequence != 0 {
				depend(def, Address{oid.PGClass, c.Sequence, 0}, 'n')
			}
			if c.Generated != 0 {
				for _, n := range columnsIn(c.Default, r) {
					depend(column(c.Attnum), column(n), 'a')
				}
			}
		}
	}
	if q := r.Sequence; q != nil && q.OwnerTable != 0 {
		kind := byte('a')
		if q.Internal {
			kind = 'i'
		}
		depend(self, Address{oid.PGClass, q.OwnerTable, int32(q.OwnerColumn)}, kind)
	}
	for _, c := range r.Constraints {
		s.constraintDependencies(r, c, depend)
	}
	if r.Index != nil {
		s.indexDependencies(r, depend)
	}
	if r.View != nil {
		rule := Address{classRewrite, r.View.Rule, 0}
		depend(rule, self, 'i')
		depend(rule, self, 'n')
		for _, use := range r.View.Uses {
			depend(rule, Address{oid.PGClass, use.Relation, int32(use.Attnum)}, 'n')
		}
	}
}

func (s *Snapshot) constraintDependencies(r *Relation, c *Constraint, depend func(object, on Address, kind byte)) {
	self := Address{oid.PGConstraint, c.OID, 0}
	for _, n := range c.Columns {
		depend(self, Address{oid.PGClass, r.OID, int32(n)}, 'a')
	}
	switch c.Kind {
	case ConstraintPrimary, ConstraintUnique:
		depend(Address{oid.PGClass, c.Index, 0}, self, 'i')
	case ConstraintForeign:
		for _, n := range c.ForeignColumns {
			depend(self, Address{oid.PGClass, c.Foreign, int32(n)}, 'n')
		}
		depend(self, Address{oid.PGClass, c.Index, 0}, 'n')
	case ConstraintCheck:
		if len(c.Columns) == 0 {
			depend(self, Address{oid.PGClass, r.OID, 0}, 'a')
		}
	}
}

func (s *Snapshot) indexDependencies(r *Relation, depend func(object, on Address, kind byte)) {
	self := Address{oid.PGClass, r.OID, 0}
	constraint := s.constraintOfIndex(r)
	plain := false
	seen := map[int16]bool{}
	for i, key := range r.Index.Keys {
		if key.Attnum > 0 && constraint == nil && !seen[key.Attnum] {
			seen[key.Attnum], plain = true, true
			depend(self, Address{oid.PGClass, r.Index.Table, int32(key.Attnum)}, 'a')
		}
		if i < len(r.Index.Keys)-r.Index.Included {
			depend(self, Address{classOpClass, key.OpClass, 0}, 'n')
		}
	}
	// Expressions are texts; the columns in them are found by name.
	if table := s.Relation(r.Index.Table); table != nil {
		exprs := r.Index.Predicate
		for _, key := range r.Index.Keys {
			exprs += " " + key.Expr
		}
		for _, n := range columnsIn(exprs, table) {
			plain = true
			if !seen[n] {
				seen[n] = true
				depend(self, Address{oid.PGClass, table.OID, int32(n)}, 'a')
			}
		}
	}
	if !plain && constraint == nil {
		depend(self, Address{oid.PGClass, r.Index.Table, 0}, 'a')
	}
}

// IndexUses reports whether an index needs a column: as a key or an included
// column, in an expression or in its predicate.
func (s *Snapshot) IndexUses(index *Relation, attnum int16) bool {
	exprs := index.Index.Predicate
	for _, key := range index.Index.Keys {
		if key.Attnum == attnum {
			return true
		}
		exprs += " " + key.Expr
	}
	table := s.Relation(index.Index.Table)
	return table != nil && slices.Contains(columnsIn(exprs, table), attnum)
}

func dependRows(b *rowBuilder, s *Snapshot) {
	list := slices.Clone(s.Dependencies())
	slices.SortStableFunc(list, func(x, y Dependency) int { return cmp.Compare(x.Object.Object, y.Object.Object) })
	for _, d := range list {
		b.next()
		b.oid("classid", d.Object.Class)
		b.oid("objid", d.Object.Object)
		b.int("objsubid", int64(d.Object.Sub))
		b.oid("refclassid", d.On.Class)
		b.oid("refobjid", d.On.Object)
		b.int("refobjsubid", int64(d.On.Sub))
		b.char("deptype", d.Kind)
	}
}

// columnsIn are the columns of a table that an expression over it names: each
// identifier that is a column's name, outside of string literals and not before
// a parenthesis.
func columnsIn(expr string, table *Relation) []int16 {
	var found []int16
	for rest := expr; rest != ""; {
		if rest[0] == '\'' {
			rest = rest[quotedEnd(rest, 0):]
			continue
		}
		name, after, ok := scanIdent(rest)
		if !ok {
			rest = rest[1:]
			continue
		}
		rest = after
		if strings.HasPrefix(rest, "(") {
			continue
		}
		if c := table.Column(name); c != nil && !slices.Contains(found, c.Attnum) {
			found = append(found, c.Attnum)
		}
	}
	return found
}
