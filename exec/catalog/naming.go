package catalog

import (
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// naming writes the names of objects as Postgres does: quoted where they need
// it, and with their schema where a bare name would not find them in the search
// path.
type naming struct {
	s    *Snapshot
	path []oid.OID
}

func (s *Snapshot) naming(path []oid.OID) naming { return naming{s, path} }

// defaultPath is the effective search path of a session that has set none.
var defaultPath = []oid.OID{oid.PGCatalogSchema, oid.PublicSchema}

// QuoteIdent writes a name so that it reads back as itself: in double quotes
// unless it is plain lower case and no reserved word.
func (f *Facts) QuoteIdent(name string) string {
	plain := name != ""
	for i := 0; i < len(name) && plain; i++ {
		b := name[i]
		plain = b == '_' || 'a' <= b && b <= 'z' || i > 0 && '0' <= b && b <= '9'
	}
	if plain && !f.reserved()[name] {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func (n naming) quote(name string) string { return n.s.facts.QuoteIdent(name) }

// qualify adds the schema to a quoted name.
func (n naming) qualify(schema oid.OID, name string) string {
	return n.quote(n.s.schemaName(schema)) + "." + name
}

// relation is a relation's name as regclass shows it.
func (n naming) relation(r *Relation) string {
	if n.relationVisible(r) {
		return n.quote(r.Name)
	}
	return n.qualify(r.Schema, n.quote(r.Name))
}

func (n naming) relationVisible(r *Relation) bool { return n.s.Search(n.path, r.Name) == r }

func (n naming) typeVisible(t *Type) bool { return n.s.SearchType(n.path, t.Name) == t }

// FormatType is a type's name in SQL with its modifier, -1 for none, as
// format_type gives it under a search path.
func (s *Snapshot) FormatType(path []oid.OID, id oid.OID, typmod int32) string {
	return s.naming(path).typeName(id, typmod)
}

func (n naming) typeName(id oid.OID, typmod int32) string {
	if id == 0 {
		return "-"
	}
	t := n.s.Type(id)
	if t == nil {
		return "???"
	}
	if t.IsArray() && t.Storage != storagePlain {
		return n.typeName(t.Elem, typmod) + "[]"
	}
	if t.OID < oid.FirstExtension && t.Kind != 'c' && datum.ByOID(t.OID) != nil {
		return datum.FormatType(id, typmod)
	}
	name := n.quote(t.Name)
	if !n.typeVisible(t) {
		name = n.qualify(t.Schema, name)
	}
	if typmod >= 0 {
		name += "(" + decimal(oid.OID(typmod)) + ")"
	}
	return name
}

// spoken is a type's name where no modifier is in question. It differs from that
// of the modifier -1 for bpchar and bit, which then mean no length.
func (n naming) spoken(id oid.OID) string {
	switch id {
	case oid.BPChar:
		return "character"
	case oid.Bit:
		return "bit"
	case oid.BPCharArray:
		return "character[]"
	case oid.BitArray:
		return "bit[]"
	}
	return n.typeName(id, -1)
}

// typeNames is a list of types in parentheses: "(integer,text)".
func (n naming) typeNames(ids []oid.OID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = n.spoken(id)
	}
	return "(" + strings.Join(names, ",") + ")"
}

// procVisible reports whether a bare name and these argument types find a
// function.
func (n naming) procVisible(p *Proc) bool {
	for _, schema := range n.path {
		for _, other := range n.s.ProcsNamed(p.Name) {
			if other.Schema == schema && equalOIDs(other.Args, p.Args) {
				return other == p
			}
		}
	}
	return false
}

// proc is a function as regproc shows it: the bare name only where it means
// this function alone.
func (n naming) proc(p *Proc) string {
	visible := 0
	for _, other := range n.s.ProcsNamed(p.Name) {
		for _, schema := range n.path {
			if other.Schema == schema {
				visible++
			}
		}
	}
	if visible == 1 && n.procVisible(p) {
		return n.quote(p.Name)
	}
	return n.qualify(p.Schema, n.quote(p.Name))
}

// procedure is a function with its argument types, as regprocedure shows it.
func (n naming) procedure(p *Proc) string {
	name := n.quote(p.Name)
	if !n.procVisible(p) {
		name = n.qualify(p.Schema, name)
	}
	return name + n.typeNames(p.Args)
}

func (n naming) operatorVisible(o *Operator) bool {
	for _, schema := range n.path {
		for _, other := range n.s.OperatorsNamed(o.Name) {
			if other.Schema == schema && other.Left == o.Left && other.Right == o.Right {
				return other == o
			}
		}
	}
	return false
}

// operator is an operator as regoper shows it, operatorTypes as regoperator.
func (n naming) operator(o *Operator) string {
	visible := 0
	for _, other := range n.s.OperatorsNamed(o.Name) {
		for _, schema := range n.path {
			if other.Schema == schema {
				visible++
			}
		}
	}
	if visible == 1 && n.operatorVisible(o) {
		return o.Name
	}
	return n.qualify(o.Schema, o.Name)
}

func (n naming) operatorTypes(o *Operator) string {
	name := o.Name
	if !n.operatorVisible(o) {
		name = n.qualify(o.Schema, name)
	}
	left := "NONE"
	if o.Left != 0 {
		left = n.spoken(o.Left)
	}
	return name + "(" + left + "," + n.spoken(o.Right) + ")"
}

// collation is a collation's name.
func (n naming) collation(c *Collation) string {
	for _, schema := range n.path {
		if other := n.s.CollationNamed(schema, c.Name); other != nil {
			if other == c {
				return n.quote(c.Name)
			}
			break
		}
	}
	return n.qualify(c.Schema, n.quote(c.Name))
}

// opClass is an operator class's name.
func (n naming) opClass(class *OpClass) string {
	for _, schema := range n.path {
		for _, other := range n.s.OpClasses(class.Method) {
			if other.Schema == schema && other.Name == class.Name {
				if other == class {
					return n.quote(class.Name)
				}
				return n.qualify(class.Schema, n.quote(class.Name))
			}
		}
	}
	return n.qualify(class.Schema, n.quote(class.Name))
}

func equalOIDs(a, b []oid.OID) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
