package builtin

import (
	"strings"
	"unicode/utf8"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// arrayText goes between arrays and delimited texts.
func arrayText() Table {
	return Table{
		"array_to_text":      scalar(arrayToText),
		"array_to_text_null": scalar(arrayToText),
		"text_to_array":      pure(textToArray),
		"text_to_array_null": pure(textToArray),
		"text_to_table":      {Set: textToTable},
		"text_to_table_null": {Set: textToTable},
	}
}

func numericType() *datum.Type { return datum.ByOID(oid.Numeric) }

func int4Type() *datum.Type { return datum.ByOID(oid.Int4) }
func textType() *datum.Type { return datum.ByOID(oid.Text) }

// arrayToText joins the elements; NULLs are left out unless the third argument
// stands for them.
func arrayToText(c *Call, a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() || a[1].IsNull() {
		return null()
	}
	elem, err := elemType(c, 0)
	if err != nil {
		return datum.Null, err
	}
	var out []byte
	first := true
	for _, e := range datum.ArrayAll(elem, a[0]) {
		if e.IsNull() && (len(a) < 3 || a[2].IsNull()) {
			continue
		}
		if !first {
			out = append(out, a[1].Bytes()...)
		}
		first = false
		if e.IsNull() {
			out = append(out, a[2].Bytes()...)
		} else {
			out = elem.AppendText(out, c.Env, e)
		}
	}
	return datum.TextBytes(out), nil
}

// splitText divides at a separator, into characters where it is NULL; parts
// equal to the null string are NULL.
func splitText(a []datum.Datum) []datum.Datum {
	s := a[0].Str()
	var parts []string
	switch {
	case s == "":
		return nil
	case a[1].IsNull():
		for len(s) > 0 {
			_, n := utf8.DecodeRuneInString(s)
			parts, s = append(parts, s[:n]), s[n:]
		}
	case len(a[1].Bytes()) == 0:
		parts = []string{s}
	default:
		parts = strings.Split(s, a[1].View())
	}
	out := make([]datum.Datum, len(parts))
	for i, p := range parts {
		if len(a) > 2 && !a[2].IsNull() && p == a[2].View() {
			continue
		}
		out[i] = datum.Text(p)
	}
	return out
}

func textToArray(a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() {
		return null()
	}
	return datum.NewArray(textType(), splitText(a)), nil
}

func textToTable(_ *Call, a []datum.Datum) (Rows, error) {
	if a[0].IsNull() {
		return noRows, nil
	}
	return listRows(splitText(a)), nil
}
