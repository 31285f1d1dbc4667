package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"voronoi/internal/oid"
)

// Row is an object as the executor stores it. The row numbered 0 holds the
// counter of object numbers.
type Row struct {
	OID   oid.OID
	Class string
	Body  []byte // JSON
}

// Change is a Row to write, or to delete where Body is nil.
type Change struct {
	Row
	Delete bool
}

// Changes are the rows to write and to delete, since [Snapshot.Edit], in the
// order of their numbers.
func (e *Editor) Changes() []Change {
	var changes []Change
	if e.counter {
		changes = append(changes, Change{Row: e.s.counterRow()})
	}
	for _, id := range slices.Sorted(maps.Keys(e.changed)) {
		if object := e.s.objects[id]; object != nil {
			changes = append(changes, Change{Row: rowOf(object)})
		} else {
			changes = append(changes, Change{Row: Row{OID: id}, Delete: true})
		}
	}
	return changes
}

// counter is the body of the row numbered 0.
type counter struct{ NextOID oid.OID }

const counterClass = "counter"

func (s *Snapshot) counterRow() Row {
	return Row{Class: counterClass, Body: mustJSON(counter{s.nextOID})}
}

// Rows are all objects as rows: what the executor stores for a new database.
func (s *Snapshot) Rows() []Row {
	rows := []Row{s.counterRow()}
	for _, id := range slices.Sorted(maps.Keys(s.objects)) {
		rows = append(rows, rowOf(s.objects[id]))
	}
	return rows
}

// Restore makes the snapshot whose objects were stored as rows.
func Restore(facts *Facts, rows []Row) (*Snapshot, error) {
	s := empty(facts)
	objects := make([]Object, 0, len(rows))
	for _, row := range rows {
		if row.Class == counterClass {
			var c counter
			if err := json.Unmarshal(row.Body, &c); err != nil {
				return nil, fmt.Errorf("catalog row %d (%s): %w", row.OID, row.Class, err)
			}
			s.nextOID = max(s.nextOID, c.NextOID)
			continue
		}
		object := newObject(row.Class)
		if object == nil {
			return nil, fmt.Errorf("catalog row %d has the unknown class %q", row.OID, row.Class)
		}
		if err := json.Unmarshal(row.Body, object); err != nil {
			return nil, fmt.Errorf("catalog row %d (%s): %w", row.OID, row.Class, err)
		}
		if object.ID() != row.OID {
			return nil, fmt.Errorf("catalog row %d (%s) holds object %d", row.OID, row.Class, object.ID())
		}
		objects = append(objects, object)
	}
	// A type stands on others: enums first, then domains over them, then rows.
	slices.SortStableFunc(objects, func(a, b Object) int { return linkOrder(a) - linkOrder(b) })
	for _, object := range objects {
		s.link(object)
		s.nextOID = max(s.nextOID, object.ID()+1)
	}
	// A composite type that was made after a table may be the type of one of
	// its columns.
	for _, object := range objects {
		if r, ok := object.(*Relation); ok && r.Kind == KindComposite {
			s.relinkUsers(r)
		}
	}
	return s, nil
}

// linkOrder puts an object behind those that its derived types are made of.
func linkOrder(object Object) int {
	switch o := object.(type) {
	case *TypeDef:
		if o.Kind == 'e' {
			return 0
		}
		return 1
	default:
		return 2
	}
}

func rowOf(object Object) Row {
	return Row{OID: object.ID(), Class: object.class(), Body: mustJSON(object)}
}

// mustJSON encodes what is known to be encodable.
func mustJSON(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return body
}
