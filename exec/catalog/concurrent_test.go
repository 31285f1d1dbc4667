package catalog

import (
	"sync"
	"testing"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
)

// TestConcurrentReaders reads one snapshot, and the facts that are made on
// demand, from many goroutines while another edits: a test for -race.
func TestConcurrentReaders(t *testing.T) {
	facts := Load(SystemFunctions())
	e := New(facts).Edit()
	e.Put(&Relation{Schema: 2200, Name: "t", Kind: KindTable, Columns: []*Column{{Name: "a", Attnum: 1, Type: 23, Typmod: -1}}})
	s := e.Done()
	var readers sync.WaitGroup
	for range 8 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			c := &SystemContext{Catalog: s, SearchPath: defaultPath, Database: "postgres", User: "postgres"}
			for _, r := range facts.relationList() {
				if r.Kind == KindIndex {
					continue
				}
				if _, err := r.System.Rows(c, nil); err != nil {
					t.Error(err)
				}
				for _, attnum := range r.System.Indexed {
					if _, err := r.System.Rows(c, &Filter{attnum, datum.Int(1259)}); err != nil {
						t.Error(err)
					}
				}
			}
			call := &builtin.Call{Session: testSession{s}}
			for _, p := range s.ProcsNamed("pg_get_functiondef") {
				if _, err := p.Impl.Scalar(call, []datum.Datum{datum.Int(870)}); err != nil {
					t.Error(err)
				}
			}
			s.DependentsOf(Address{1259, 20000, 0})
		}()
	}
	for range 50 {
		edit := s.Edit()
		edit.Put(&Schema{Name: "other", Owner: 10})
		edit.Done()
	}
	readers.Wait()
}
