package catalog

import (
	"cmp"
	"maps"
	"slices"

	"voronoi/internal/oid"
)

// derivedIndex finds what is part of other objects by numbers of its own.
type derivedIndex struct {
	constraints map[oid.OID]constraintOwner
	defaults    map[oid.OID]columnOwner
	rules       map[oid.OID]*Relation
	referencing map[oid.OID][]*Relation

	descriptions map[Address]string
	dependencies []Dependency
	dependents   map[oid.OID][]Dependency // by what they depend on
}

// constraintOwner is a constraint with the table or the domain that it is on.
type constraintOwner struct {
	constraint *Constraint
	relation   *Relation
	domain     *TypeDef
}

type columnOwner struct {
	relation *Relation
	column   *Column
}

func (s *Snapshot) derived() *derivedIndex {
	s.cache.once.Do(func() {
		d := &derivedIndex{
			constraints: map[oid.OID]constraintOwner{},
			defaults:    map[oid.OID]columnOwner{},
			rules:       map[oid.OID]*Relation{},
			referencing: map[oid.OID][]*Relation{},
			dependents:  map[oid.OID][]Dependency{},
		}
		for _, object := range s.sortedObjects() {
			switch o := object.(type) {
			case *Relation:
				for _, c := range o.Constraints {
					d.constraints[c.OID] = constraintOwner{constraint: c, relation: o}
					if list := d.referencing[c.Foreign]; c.Foreign != 0 && (len(list) == 0 || list[len(list)-1] != o) {
						d.referencing[c.Foreign] = append(list, o)
					}
				}
				for _, c := range o.Columns {
					if c.DefaultOID != 0 {
						d.defaults[c.DefaultOID] = columnOwner{o, c}
					}
				}
				if o.View != nil {
					d.rules[o.View.Rule] = o
				}
			case *TypeDef:
				for _, c := range o.Checks {
					d.constraints[c.OID] = constraintOwner{constraint: c, domain: o}
				}
			}
		}
		d.descriptions = s.ownComments()
		d.dependencies = s.dependencyList()
		for _, dependency := range d.dependencies {
			d.dependents[dependency.On.Object] = append(d.dependents[dependency.On.Object], dependency)
		}
		s.cache.derived = d
	})
	return s.cache.derived
}

// Constraint finds a constraint by number, with the table that it is on; the
// table is nil for the constraint of a domain.
func (s *Snapshot) Constraint(id oid.OID) (*Constraint, *Relation) {
	owner := s.derived().constraints[id]
	return owner.constraint, owner.relation
}

// sortedObjects are all objects by number.
func (s *Snapshot) sortedObjects() []Object {
	return slices.SortedFunc(maps.Values(s.objects), func(a, b Object) int { return cmp.Compare(a.ID(), b.ID()) })
}

// dynamicTypes are the types that DDL has made, by number.
func (s *Snapshot) dynamicTypes() []*Type {
	return slices.SortedFunc(maps.Values(s.types), func(a, b *Type) int { return cmp.Compare(a.OID, b.OID) })
}

// relationList are the relations of the facts, by number.
func (f *Facts) relationList() []*Relation {
	return slices.SortedFunc(maps.Values(f.relations), func(a, b *Relation) int { return cmp.Compare(a.OID, b.OID) })
}
