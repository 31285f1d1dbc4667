package builtin_test

import (
	"testing"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
)

// TestEveryKeyNamesAFunction finds misspelled keys: an implementation that no
// fact asks for is never called.
func TestEveryKeyNamesAFunction(t *testing.T) {
	facts := catalog.Load(builtin.Functions())
	for _, key := range facts.Unbound() {
		t.Errorf("no function has the source or signature %s", key)
	}
}

// TestEveryImplementationIsOneThing holds what Impl promises.
func TestEveryImplementationIsOneThing(t *testing.T) {
	for key, impl := range builtin.Functions() {
		kinds := 0
		for _, is := range []bool{
			impl.Scalar != nil, impl.Aggregate != nil || impl.AggregateTemplate != "", impl.Set != nil, impl.Window != "",
		} {
			if is {
				kinds++
			}
		}
		if kinds != 1 || impl.Template != "" && impl.Scalar == nil {
			t.Errorf("%s is %d things", key, kinds)
		}
	}
}
