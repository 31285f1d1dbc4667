package catalog

import (
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// shop is a catalog with one of everything.
func shop(t testing.TB) *Snapshot {
	t.Helper()
	s := New(sharedFacts())
	e := s.Edit()
	e.Put(&TypeDef{OID: 20100, Schema: oid.PublicSchema, Name: "mood", Owner: 10, Kind: 'e',
		Labels: []EnumLabel{{Label: "sad"}, {Label: "happy"}}})
	e.Put(&TypeDef{OID: 20110, Schema: oid.PublicSchema, Name: "positive", Owner: 10, Kind: 'd', Base: oid.Int4, Typmod: -1,
		Checks: []*Constraint{{Name: "positive_check", Kind: ConstraintCheck, Check: "(VALUE > 0)"}}})
	e.Put(&Relation{OID: 20001, Schema: oid.PublicSchema, Name: "items_id_seq", Kind: KindSequence, Owner: 10,
		Sequence: &Sequence{Type: oid.Int4, Start: 1, Increment: 1, Min: 1, Max: 2147483647, Cache: 1, OwnerTable: 20002, OwnerColumn: 1}})
	e.Put(&Relation{OID: 20002, Schema: oid.PublicSchema, Name: "items", Kind: KindTable, Owner: 10, Physical: "items",
		Columns: []*Column{
			{Name: "id", Attnum: 1, Type: oid.Int4, Typmod: -1, NotNull: true, Default: "nextval('items_id_seq'::regclass)", Sequence: 20001},
			{Name: "name", Attnum: 2, Type: oid.VarChar, Typmod: 104, Collation: oid.DefaultCollation, Default: "'none'::character varying", Comment: "what it is called"},
			{Name: "price", Attnum: 3, Type: oid.Numeric, Typmod: (10<<16 | 2) + 4},
			{Name: "feel", Attnum: 4, Type: 20100, Typmod: -1},
			{Name: "tags", Attnum: 5, Type: oid.TextArray, Typmod: -1, Collation: oid.DefaultCollation},
			{Name: "amount", Attnum: 6, Type: 20110, Typmod: -1},
		},
		Constraints: []*Constraint{
			{Name: "items_pkey", Kind: ConstraintPrimary, Columns: []int16{1}, Index: 20003},
			{Name: "items_price_check", Kind: ConstraintCheck, Columns: []int16{3}, Check: "(price >= (0)::numeric)"},
		},
		Indexes: []oid.OID{20003, 20004}, Comment: "things"})
	e.Put(&Relation{OID: 20003, Schema: oid.PublicSchema, Name: "items_pkey", Kind: KindIndex, Owner: 10,
		Index: &Index{Table: 20002, Method: "btree", Unique: true, Primary: true, Valid: true,
			Keys: []IndexKey{{Attnum: 1, Type: oid.Int4, OpClass: 1978}}}})
	e.Put(&Relation{OID: 20004, Schema: oid.PublicSchema, Name: "items_lower_idx", Kind: KindIndex, Owner: 10,
		Options: []string{"fillfactor=70"},
		Index: &Index{Table: 20002, Method: "btree", Valid: true, Predicate: "(price > (0)::numeric)", Included: 1,
			Keys: []IndexKey{{Expr: "lower((name)::text)", Type: oid.Text, OpClass: 3126, Desc: true, NullsFirst: true}, {Attnum: 3, Type: oid.Numeric}}}})
	e.Put(&Relation{OID: 20005, Schema: oid.PublicSchema, Name: "sales", Kind: KindTable, Owner: 10, Physical: "sales",
		Columns: []*Column{
			{Name: "item", Attnum: 1, Type: oid.Int4, Typmod: -1},
			{Name: "at", Attnum: 2, Type: oid.TimestampTZ, Typmod: -1, Default: "now()"},
		},
		Constraints: []*Constraint{{Name: "sales_item_fkey", Kind: ConstraintForeign, Columns: []int16{1}, Foreign: 20002,
			ForeignColumns: []int16{1}, Index: 20003, OnUpdate: 'a', OnDelete: 'c'}}})
	e.Put(&Relation{OID: 20006, Schema: oid.PublicSchema, Name: "cheap", Kind: KindView, Owner: 10,
		Columns: []*Column{{Name: "id", Attnum: 1, Type: oid.Int4, Typmod: -1}, {Name: "name", Attnum: 2, Type: oid.VarChar, Typmod: 104, Collation: oid.DefaultCollation}},
		View: &View{Query: "SELECT items.id,\n    items.name\n   FROM items\n  WHERE (items.price < (10)::numeric)",
			Uses: []Use{{20002, 1}, {20002, 2}, {20002, 3}}}})
	return e.Done()
}

var factsForTests *Facts

func sharedFacts() *Facts {
	if factsForTests == nil {
		factsForTests = Load(SystemFunctions())
	}
	return factsForTests
}

// TestSystemRelations asks every relation for its rows, as wide as it has
// columns and of the kinds that their types are stored as, and for one of them
// by each index.
func TestSystemRelations(t *testing.T) {
	s := shop(t)
	c := &SystemContext{Catalog: s, SearchPath: defaultPath, Database: "postgres", User: "postgres"}
	for _, r := range s.facts.relationList() {
		if r.Kind == KindIndex {
			continue
		}
		rows, err := r.System.Rows(c, nil)
		if err != nil {
			t.Errorf("%s: %v", r.Name, err)
			continue
		}
		for _, row := range rows {
			if len(row) != len(r.Columns) {
				t.Fatalf("%s has a row of %d values for %d columns", r.Name, len(row), len(r.Columns))
			}
			for i, column := range r.Columns {
				values := s.Type(column.Type).Values
				if values == nil {
					continue
				}
				if row[i].IsNull() {
					if column.NotNull {
						t.Errorf("%s.%s is NULL in %v", r.Name, column.Name, row)
					}
					continue
				}
				if kind := row[i].Kind(); kind != values.Storage && !(values.Storage == datum.KindFloat && kind == datum.KindBlob) {
					t.Errorf("%s.%s of type %s is stored as %d", r.Name, column.Name, values.Name, kind)
				}
			}
			if t.Failed() {
				break
			}
		}
		for _, attnum := range r.System.Indexed {
			if len(rows) == 0 {
				continue
			}
			want := rows[len(rows)/2][attnum-1]
			found, err := r.System.Rows(c, &Filter{Attnum: attnum, Value: want})
			if err != nil || len(found) == 0 {
				t.Errorf("%s by column %d: %d rows, %v", r.Name, attnum, len(found), err)
			}
			key, _ := keyOf(want)
			for _, row := range found {
				if other, _ := keyOf(row[attnum-1]); other != key {
					t.Errorf("%s by column %d found %v for %v", r.Name, attnum, other, key)
				}
			}
		}
	}
}

// TestRestore holds that a catalog survives being stored, and that an edit says
// exactly what it changed.
func TestRestore(t *testing.T) {
	s := shop(t)
	again, err := Restore(s.facts, s.Rows())
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Rows()) != len(s.Rows()) {
		t.Fatalf("%d rows became %d", len(s.Rows()), len(again.Rows()))
	}
	for i, row := range s.Rows() {
		if other := again.Rows()[i]; string(other.Body) != string(row.Body) || other.Class != row.Class {
			t.Errorf("object %d changed: %s became %s", row.OID, row.Body, other.Body)
		}
	}
	if again.TypeNamed(oid.PublicSchema, "items") == nil || again.TypeNamed(oid.PublicSchema, "_mood") == nil {
		t.Error("derived types are lost")
	}
	e := again.Edit()
	e.Drop(20006)
	id := e.NextOID()
	changes := e.Changes()
	if len(changes) != 2 || changes[0].Class != counterClass || !changes[1].Delete || changes[1].OID != 20006 {
		t.Errorf("changes are %v", changes)
	}
	if again.Relation(20006) == nil || e.Done().Relation(20006) != nil {
		t.Error("the edit changed the snapshot that it began with, or nothing")
	}
	if s.Object(id) != nil {
		t.Error("a new number is taken")
	}
}

// TestTypesFollow holds that what is derived from a type follows its changes.
func TestTypesFollow(t *testing.T) {
	s := shop(t)
	e := s.Edit()
	mood := *s.TypeDef(20100)
	mood.Labels = []EnumLabel{mood.Labels[0], {Label: "so so"}, mood.Labels[1]}
	e.Put(&mood)
	s = e.Done()
	between := s.TypeDef(20100).Labels
	if !(between[0].Ordinal < between[1].Ordinal && between[1].Ordinal < between[2].Ordinal) {
		t.Errorf("the new label is not between the others: %v", between)
	}
	items := s.Relation(20002)
	row := s.Type(items.RowType).Values
	d, err := row.Input(datum.DefaultEnv(), `(1,x,2,"so so",{a},3)`)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(row.AppendText(nil, datum.DefaultEnv(), d)); text != `(1,x,2,"so so",{a},3)` {
		t.Errorf("a row with the new label reads %s", text)
	}
	if _, err := s.Type(20100).Values.Input(datum.DefaultEnv(), "angry"); err == nil ||
		err.Error() != `invalid input value for enum mood: "angry"` {
		t.Errorf("an unknown label: %v", err)
	}
}
