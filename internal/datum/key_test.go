package datum

import (
	"bytes"
	"cmp"
	"testing"
)

// checkKeys holds that keys are in the order of the values, equal only for
// equal values, and never a prefix of one another.
func checkKeys(t *testing.T, typ *Type, values []Datum) {
	t.Helper()
	keys := make([][]byte, len(values))
	for i, v := range values {
		keys[i] = typ.AppendKey(nil, v)
	}
	for i, a := range values {
		for j, b := range values {
			want := cmp.Compare(typ.Compare(a, b), 0)
			if got := bytes.Compare(keys[i], keys[j]); got != want {
				t.Fatalf("%s: %s and %s compare %d, their keys %d", typ.Name,
					typ.AppendText(nil, nil, a), typ.AppendText(nil, nil, b), want, got)
			}
			if want != 0 && bytes.HasPrefix(keys[j], keys[i]) {
				t.Fatalf("%s: the key of %s begins that of %s", typ.Name,
					typ.AppendText(nil, nil, a), typ.AppendText(nil, nil, b))
			}
		}
	}
}
