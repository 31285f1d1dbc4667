package catalog

import (
	"cmp"
	"slices"

	"voronoi/internal/oid"
)

// Comment is the comment on an object that DDL has made or on one of the facts;
// "" where there is none.
func (s *Snapshot) Comment(a Address) string {
	if c := s.comments[commented{a.Class, a.Object, a.Sub}]; c != nil {
		return c.Text
	}
	if text, ok := s.derived().descriptions[a]; ok {
		return text
	}
	return s.facts.descriptions()[a]
}

// ownComments are the comments that objects carry themselves.
func (s *Snapshot) ownComments() map[Address]string {
	comments := map[Address]string{}
	add := func(class, object oid.OID, sub int32, text string) {
		if text != "" {
			comments[Address{class, object, sub}] = text
		}
	}
	for _, object := range s.objects {
		switch o := object.(type) {
		case *Relation:
			add(oid.PGClass, o.OID, 0, o.Comment)
			for _, c := range o.Columns {
				if !c.Dropped {
					add(oid.PGClass, o.OID, int32(c.Attnum), c.Comment)
				}
			}
			for _, c := range o.Constraints {
				add(oid.PGConstraint, c.OID, 0, c.Comment)
			}
		case *Schema:
			add(oid.PGNamespace, o.OID, 0, o.Comment)
		case *TypeDef:
			for _, c := range o.Checks {
				add(oid.PGConstraint, c.OID, 0, c.Comment)
			}
		case *Extension:
			if e := extensionNamed(o.Name); e != nil {
				add(oid.PGExtension, o.OID, 0, e.comment)
			}
		case *Role:
			add(classAuthID, o.OID, 0, o.Comment)
		case *Database:
			add(oid.PGDatabase, o.OID, 0, o.Comment)
		case *Comment:
			add(o.Class, o.Object, o.Sub, o.Text)
		}
	}
	return comments
}

// shared reports whether the objects of a catalog belong to all databases.
func shared(class oid.OID) bool {
	return class == classAuthID || class == oid.PGDatabase || class == 1213
}

func descriptionRows(b *rowBuilder, s *Snapshot) { commentRows(b, s, false) }

func sharedDescriptionRows(b *rowBuilder, s *Snapshot) { commentRows(b, s, true) }

func commentRows(b *rowBuilder, s *Snapshot, wanted bool) {
	var all []Address
	for a := range s.derived().descriptions {
		if shared(a.Class) == wanted {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(x, y Address) int {
		return cmp.Or(cmp.Compare(x.Object, y.Object), cmp.Compare(x.Class, y.Class), cmp.Compare(x.Sub, y.Sub))
	})
	for _, a := range all {
		b.next()
		b.oid("objoid", a.Object)
		b.oid("classoid", a.Class)
		if !wanted {
			b.int("objsubid", int64(a.Sub))
		}
		b.text("description", s.derived().descriptions[a])
	}
}
