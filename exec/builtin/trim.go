package builtin

import (
	"bytes"

	"voronoi/internal/datum"
)

// trimFunctions remove characters of a set, blanks unless one is given, from
// the ends of texts and bytes.
func trimFunctions() Table {
	type trimmer = func(b []byte, set string) []byte
	blanks := func(sql string, trim trimmer) Impl {
		return template(sql+"($1)", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.TextBytes(trim(a[0].Bytes(), " ")), nil
		})
	}
	set := func(sql string, trim trimmer) Impl {
		return template(sql+"($1, $2)", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.TextBytes(trim(a[0].Bytes(), a[1].Str())), nil
		})
	}
	octets := func(atLeft, atRight bool) Impl {
		return pure(func(a []datum.Datum) (datum.Datum, error) {
			b, set := a[0].Bytes(), a[1].Bytes()
			for atLeft && len(b) > 0 && bytes.IndexByte(set, b[0]) >= 0 {
				b = b[1:]
			}
			for atRight && len(b) > 0 && bytes.IndexByte(set, b[len(b)-1]) >= 0 {
				b = b[:len(b)-1]
			}
			return datum.Blob(b), nil
		})
	}
	return Table{
		"btrim1":     blanks("trim", bytes.Trim),
		"ltrim1":     blanks("ltrim", bytes.TrimLeft),
		"rtrim1":     blanks("rtrim", bytes.TrimRight),
		"btrim":      set("trim", bytes.Trim),
		"ltrim":      set("ltrim", bytes.TrimLeft),
		"rtrim":      set("rtrim", bytes.TrimRight),
		"byteatrim":  octets(true, true),
		"bytealtrim": octets(true, false),
		"byteartrim": octets(false, true),
	}
}
