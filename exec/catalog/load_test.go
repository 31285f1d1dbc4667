package catalog

import (
	"testing"

	"voronoi/internal/oid"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		Load()
	}
}

// TestFactsRefer holds that every number in the facts refers to something.
func TestFactsRefer(t *testing.T) {
	f := Load()
	known := func(where string, id oid.OID) {
		t.Helper()
		if id != 0 && f.types[id] == nil {
			t.Errorf("%s names the unknown type %d", where, id)
		}
	}
	function := func(where string, id oid.OID) {
		t.Helper()
		if id != 0 && f.procs[id] == nil {
			t.Errorf("%s names the unknown function %d", where, id)
		}
	}
	for _, typ := range f.types {
		where := "type " + typ.Name
		known(where, typ.Elem)
		known(where, typ.Array)
		known(where, typ.Base)
		for _, id := range []oid.OID{typ.Input, typ.Output, typ.Receive, typ.Send, typ.ModIn, typ.ModOut, typ.Subscript} {
			function(where, id)
		}
		if typ.Input == 0 {
			t.Errorf("%s has no input function", where)
		}
	}
	for _, p := range f.procs {
		where := "function " + p.Signature
		known(where, p.Result)
		for _, id := range p.Args {
			known(where, id)
			if id == 0 {
				t.Errorf("%s has an argument of type 0", where)
			}
		}
		for _, id := range p.AllArgs {
			known(where, id)
		}
		if p.Result == 0 {
			t.Errorf("%s has no result", where)
		}
		if p.Defaults != len(p.DefaultExprs) {
			t.Errorf("%s has %d defaults and %d texts for them", where, p.Defaults, len(p.DefaultExprs))
		}
	}
	for _, o := range f.operators {
		where := "operator " + o.Name
		known(where, o.Left)
		known(where, o.Right)
		known(where, o.Result)
		function(where, o.Proc)
		if o.Proc == 0 && o.OID >= oid.FirstExtension {
			t.Errorf("%s %d has no function", where, o.OID)
		}
		for _, id := range []oid.OID{o.Commutator, o.Negator} {
			if id != 0 && f.operators[id] == nil {
				t.Errorf("%s names the unknown operator %d", where, id)
			}
		}
	}
	for _, c := range f.casts {
		known("cast", c.Source)
		known("cast", c.Target)
		function("cast", c.Func)
		if c.Method == 'f' && c.Func == 0 {
			t.Errorf("cast from %d to %d has no function", c.Source, c.Target)
		}
	}
	for _, c := range f.opClasses {
		known("operator class "+c.Name, c.Input)
	}
	for _, r := range f.relations {
		for i, c := range r.Columns {
			known("column "+r.Name+"."+c.Name, c.Type)
			if f.types[c.Type].Values == nil {
				t.Errorf("column %s.%s cannot be shown", r.Name, c.Name)
			}
			if int(c.Attnum) != i+1 {
				t.Errorf("column %s.%s has number %d at %d", r.Name, c.Name, c.Attnum, i+1)
			}
		}
	}
}

// TestNumbersAreUnique holds that no two rows of a catalog share a number: the
// tables of the extensions are written by hand.
func TestNumbersAreUnique(t *testing.T) {
	f := Load()
	for _, catalog := range []string{"pg_type", "pg_proc", "pg_operator", "pg_cast", "pg_am", "pg_opclass", "pg_opfamily", "pg_amop", "pg_amproc", "pg_class", "pg_namespace"} {
		seen := map[string]bool{}
		f.each(catalog, func(c *cursor) {
			if id := c.text("oid"); seen[id] {
				t.Errorf("%s has the number %s twice", catalog, id)
			} else {
				seen[id] = true
			}
		})
		if len(seen) == 0 {
			t.Errorf("%s is empty", catalog)
		}
	}
}
