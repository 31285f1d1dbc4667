package catalog

import (
	"cmp"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// enumValues describes the values of an enum type: ordinals in storage, labels
// on the way in and out. The labels are part of the descriptor, so that values
// are read and written without a look at the catalog; one that knows an older
// set of labels goes on working, because ordinals never change.
func enumValues(def *TypeDef) *datum.Type {
	ordinals := make(map[string]int64, len(def.Labels))
	labels := make(map[int64]string, len(def.Labels))
	for _, label := range def.Labels {
		ordinals[label.Label], labels[label.Ordinal] = label.Ordinal, label.Label
	}
	input := func(_ *datum.Env, s string) (datum.Datum, error) {
		ordinal, ok := ordinals[s]
		if !ok {
			return datum.Null, pgerr.Newf(pgerr.InvalidTextRepresentation, "invalid input value for enum %s: \"%s\"", def.Name, s)
		}
		return datum.Int(ordinal), nil
	}
	output := func(dst []byte, _ *datum.Env, d datum.Datum) []byte {
		return append(dst, labels[d.Int()]...)
	}
	return &datum.Type{
		OID: def.OID, Name: def.Name, Storage: datum.KindInt, Ordering: datum.OrderNative,
		Input:        input,
		AppendText:   output,
		Recv:         func(env *datum.Env, b []byte) (datum.Datum, error) { return input(env, string(b)) },
		AppendBinary: output,
		Compare:      func(a, b datum.Datum) int { return cmp.Compare(a.Int(), b.Int()) },
		AppendKey: func(dst []byte, d datum.Datum) []byte {
			// Big-endian with the sign bit turned: the order of the integers.
			v := uint64(d.Int()) ^ 1<<63
			return append(dst, byte(v>>56), byte(v>>48), byte(v>>40), byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
		},
	}
}
