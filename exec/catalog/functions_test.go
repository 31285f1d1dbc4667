package catalog

import (
	"slices"
	"testing"
)

// TestFunctionsAreBound holds that every implementation belongs to a function of
// the facts.
func TestFunctionsAreBound(t *testing.T) {
	unbound := Load(SystemFunctions()).Unbound()
	slices.Sort(unbound)
	if len(unbound) > 0 {
		t.Errorf("no function has these keys: %q", unbound)
	}
}
