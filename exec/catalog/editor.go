package catalog

import (
	"maps"
	"slices"

	"voronoi/internal/oid"
)

// Editor makes a changed copy of a [Snapshot]. It is used by one goroutine; the
// snapshot that it started from stays as it was.
//
// Objects are handed over: who puts one does not touch it any more, and alters
// an existing one by putting a copy.
type Editor struct {
	s       *Snapshot
	changed map[oid.OID]bool
	counter bool
	done    bool
}

// Edit begins a change. It costs a copy of the maps of dynamic objects.
func (s *Snapshot) Edit() *Editor {
	c := &Snapshot{
		facts:       s.facts,
		objects:     maps.Clone(s.objects),
		schemaNames: maps.Clone(s.schemaNames),
		relations:   maps.Clone(s.relations),
		types:       maps.Clone(s.types),
		typeNames:   maps.Clone(s.typeNames),
		extensions:  maps.Clone(s.extensions),
		roles:       maps.Clone(s.roles),
		databases:   maps.Clone(s.databases),
		codebooks:   maps.Clone(s.codebooks),
		comments:    maps.Clone(s.comments),
		physical:    maps.Clone(s.physical),
		nextOID:     s.nextOID,
		cache:       newSnapshotCache(),
	}
	return &Editor{s: c, changed: map[oid.OID]bool{}}
}

// Snapshot is the catalog as changed so far; looking is allowed while editing
// goes on, keeping is not: see [Editor.Done].
func (e *Editor) Snapshot() *Snapshot { return e.s }

// Done ends the change and gives the new snapshot.
func (e *Editor) Done() *Snapshot {
	e.done = true
	return e.s
}

// NextOID is a number that nothing else has or will have.
func (e *Editor) NextOID() oid.OID {
	id := e.s.nextOID
	e.s.nextOID++
	e.counter = true
	return id
}

// Put adds an object or replaces the one with its number. What has no number
// yet gets one: the object itself, a relation's row type, its constraints, and
// so on.
func (e *Editor) Put(object Object) {
	if e.done {
		panic("catalog: edit after Done")
	}
	e.number(object)
	e.s.nextOID = max(e.s.nextOID, object.ID()+1)
	old := e.s.objects[object.ID()]
	if old != nil {
		e.s.unlink(old)
	}
	e.s.link(object)
	e.s.cache = newSnapshotCache()
	e.changed[object.ID()] = true
	if old != nil {
		e.s.relinkUsers(object)
	}
}

// Drop removes the object with a number, and the comments on it. Dropping what
// depends on it is the caller's: see [Snapshot.Dependents].
func (e *Editor) Drop(id oid.OID) {
	if e.done {
		panic("catalog: edit after Done")
	}
	object := e.s.objects[id]
	if object == nil {
		return
	}
	e.s.unlink(object)
	e.s.cache = newSnapshotCache()
	e.changed[id] = true
	for key, comment := range e.s.comments {
		if key.object == id {
			e.s.unlink(comment)
			e.changed[comment.OID] = true
		}
	}
}

// number gives numbers to what has none.
func (e *Editor) number(object Object) {
	need := func(ids ...*oid.OID) {
		for _, id := range ids {
			if *id == 0 {
				*id = e.NextOID()
			}
		}
	}
	switch o := object.(type) {
	case *Schema:
		need(&o.OID)
	case *Relation:
		need(&o.OID)
		switch o.Kind {
		case KindTable, KindView, KindMatView:
			need(&o.RowType, &o.ArrayType)
		case KindComposite:
			need(&o.RowType, &o.ArrayType)
		}
		if o.View != nil {
			need(&o.View.Rule)
		}
		for _, column := range o.Columns {
			if column.Default != "" {
				need(&column.DefaultOID)
			}
		}
		for _, constraint := range o.Constraints {
			need(&constraint.OID)
		}
	case *TypeDef:
		need(&o.OID, &o.Array)
		for i := range o.Labels {
			need(&o.Labels[i].OID)
		}
		for _, check := range o.Checks {
			need(&check.OID)
		}
		o.spaceOrdinals()
	case *Extension:
		need(&o.OID)
	case *Role:
		need(&o.OID)
	case *Database:
		need(&o.OID)
	case *Codebook:
		need(&o.OID)
	case *Defaults:
		need(&o.OID)
	case *Comment:
		need(&o.OID)
	}
}

// link makes an object part of the snapshot under construction.
func (s *Snapshot) link(object Object) {
	s.objects[object.ID()] = object
	switch o := object.(type) {
	case *Schema:
		s.schemaNames[o.Name] = o
	case *Relation:
		if o.Kind == KindSequence && len(o.Columns) == 0 {
			o.Columns = sequenceColumns
		}
		s.relations[qualified{o.Schema, o.Name}] = o
		if o.Physical != "" {
			s.physical[fold(o.Physical)] = o.OID
		}
		for _, column := range o.Columns {
			if column.Companion != "" {
				s.physical[fold(column.Companion)] = o.OID
			}
		}
		s.linkTypes(s.typesOfRelation(o))
	case *TypeDef:
		s.linkTypes(s.typesOfDef(o))
	case *Extension:
		s.extensions[o.Name] = o
	case *Role:
		s.roles[o.Name] = o
	case *Database:
		s.databases[o.Name] = o
	case *Codebook:
		s.codebooks[o.Name] = o
	case *Comment:
		s.comments[commented{o.Class, o.Object, o.Sub}] = o
	}
}

// unlink is the reverse of link.
func (s *Snapshot) unlink(object Object) {
	delete(s.objects, object.ID())
	switch o := object.(type) {
	case *Schema:
		delete(s.schemaNames, o.Name)
	case *Relation:
		delete(s.relations, qualified{o.Schema, o.Name})
		maps.DeleteFunc(s.physical, func(_ string, id oid.OID) bool { return id == o.OID })
		s.unlinkTypes(o.RowType, o.ArrayType)
	case *TypeDef:
		s.unlinkTypes(o.OID, o.Array)
	case *Extension:
		delete(s.extensions, o.Name)
	case *Role:
		delete(s.roles, o.Name)
	case *Database:
		delete(s.databases, o.Name)
	case *Codebook:
		delete(s.codebooks, o.Name)
	case *Comment:
		delete(s.comments, commented{o.Class, o.Object, o.Sub})
	}
}

// relinkUsers derives again the types that are made of those of a changed
// object: domains over an enum, rows with a column of a composite type.
func (s *Snapshot) relinkUsers(changed Object) {
	var types []*Type
	switch o := changed.(type) {
	case *TypeDef:
		types = s.typesOfDef(o)
	case *Relation:
		types = s.typesOfRelation(o)
	}
	of := func(id oid.OID) bool {
		return slices.ContainsFunc(types, func(t *Type) bool { return t.OID == id })
	}
	if len(types) == 0 {
		return
	}
	for _, object := range s.objects {
		switch o := object.(type) {
		case *TypeDef:
			if o.Kind == 'd' && of(o.Base) {
				s.linkTypes(s.typesOfDef(o))
				s.relinkUsers(o)
			}
		case *Relation:
			if o.RowType != 0 && o.OID != changed.ID() && slices.ContainsFunc(o.Columns, func(c *Column) bool { return of(c.Type) }) {
				s.linkTypes(s.typesOfRelation(o))
				s.relinkUsers(o)
			}
		}
	}
}

func (s *Snapshot) linkTypes(types []*Type) {
	for _, t := range types {
		s.types[t.OID] = t
		s.typeNames[qualified{t.Schema, t.Name}] = t
	}
}

func (s *Snapshot) unlinkTypes(ids ...oid.OID) {
	for _, id := range ids {
		if t := s.types[id]; t != nil {
			delete(s.types, id)
			delete(s.typeNames, qualified{t.Schema, t.Name})
		}
	}
}
