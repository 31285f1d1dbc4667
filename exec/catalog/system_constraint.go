package catalog

import "voronoi/internal/oid"

var constraintSources = map[string]source{
	"pg_constraint": {objects: constraintRows, indexed: []string{"oid", "conrelid", "conname", "contypid", "confrelid"}},
}

func constraintRows(b *rowBuilder, s *Snapshot) {
	b.defaults(func() {
		b.oids(0, "conrelid", "contypid", "conindid", "conparentid", "confrelid")
		b.texts(" ", "confupdtype", "confdeltype", "confmatchtype")
		b.bools(true, "conislocal")
		b.int("coninhcount", 0)
	})
	common := func(c *Constraint, schema oid.OID) {
		b.next()
		b.oid("oid", c.OID)
		b.text("conname", c.Name)
		b.oid("connamespace", schema)
		b.char("contype", byte(c.Kind))
		b.bool("condeferrable", c.Deferrable)
		b.bool("condeferred", c.Deferred)
		b.bool("convalidated", !c.NotValid)
		b.bool("connoinherit", c.Kind != ConstraintCheck)
		b.textOrNull("conbin", c.Check)
	}
	for _, object := range s.sortedObjects() {
		switch o := object.(type) {
		case *Relation:
			for _, c := range o.Constraints {
				common(c, o.Schema)
				b.oid("conrelid", o.OID)
				b.oid("conindid", c.Index)
				if len(c.Columns) > 0 {
					b.int2Array("conkey", c.Columns)
				}
				if c.Kind == ConstraintForeign {
					s.foreignKeyColumns(b, o, c)
				}
			}
		case *TypeDef:
			for _, c := range o.Checks {
				common(c, o.Schema)
				b.bool("connoinherit", false)
				b.oid("contypid", o.OID)
			}
		}
	}
}

// foreignKeyColumns sets what only foreign keys have: the referenced columns and
// the operators by which they are compared, referenced with referencing, among
// the referenced, among the referencing.
func (s *Snapshot) foreignKeyColumns(b *rowBuilder, table *Relation, c *Constraint) {
	b.oid("confrelid", c.Foreign)
	b.char("confupdtype", orNoAction(c.OnUpdate))
	b.char("confdeltype", orNoAction(c.OnDelete))
	if c.MatchFull {
		b.text("confmatchtype", "f")
	} else {
		b.text("confmatchtype", "s")
	}
	b.int2Array("confkey", c.ForeignColumns)
	foreign := s.Relation(c.Foreign)
	if foreign == nil {
		return
	}
	var pf, pp, ff []oid.OID
	for i, n := range c.Columns {
		if i >= len(c.ForeignColumns) {
			break
		}
		key, references := foreign.Attribute(c.ForeignColumns[i]), table.Attribute(n)
		if key == nil || references == nil {
			return
		}
		pf = append(pf, s.equality(key.Type, references.Type))
		pp = append(pp, s.equality(key.Type, key.Type))
		ff = append(ff, s.equality(references.Type, references.Type))
	}
	b.oidArray("conpfeqop", pf)
	b.oidArray("conppeqop", pp)
	b.oidArray("conffeqop", ff)
}

func orNoAction(action byte) byte {
	if action == 0 {
		return 'a'
	}
	return action
}

// equality is the operator that compares two types, over their base types and
// over text where the type has none of its own; 0 where there is none.
func (s *Snapshot) equality(left, right oid.OID) oid.OID {
	left, right = s.comparedAs(left), s.comparedAs(right)
	for _, pair := range [][2]oid.OID{{left, right}, {left, left}} {
		for _, o := range s.OperatorsNamed("=") {
			if o.Left == pair[0] && o.Right == pair[1] {
				return o.OID
			}
		}
	}
	return 0
}

// comparedAs is the type whose operators a type uses.
func (s *Snapshot) comparedAs(id oid.OID) oid.OID {
	for {
		t := s.Type(id)
		switch {
		case t == nil:
			return id
		case t.Kind == 'd':
			id = t.Base
		case t.Kind == 'e':
			return oid.AnyEnum
		case t.IsArray():
			return oid.AnyArray
		case t.Kind == 'c':
			return oid.Record
		case id == oid.VarChar:
			return oid.Text
		default:
			return id
		}
	}
}
