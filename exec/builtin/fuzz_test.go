package builtin

import (
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// The targets hold that no text from outside makes a parser here panic.

func FuzzJSONPath(f *testing.F) {
	for _, seed := range []string{"$.a[*] ? (@.b > 1)", "strict $.**{1 to 2}", `$v like_regex "a" flag "i"`, "exists($) && !(1 == 2)"} {
		f.Add(seed, `{"a": [{"b": 2}]}`)
	}
	f.Fuzz(func(t *testing.T, path, value string) {
		d, err := datum.ByOID(oid.JSONB).Input(nil, value)
		if err != nil || len(path) > 100 {
			return
		}
		c := &Call{Env: datum.DefaultEnv()}
		_, _ = runJSONPath(c, []datum.Datum{d, datum.Text(path), datum.Text(`{"v": 1}`)})
	})
}

func FuzzTemplates(f *testing.F) {
	for _, seed := range []string{"YYYY-MM-DD HH24:MI:SS.US", "FM999,990.00PR", `"x"Day`, "FXDDth TZH"} {
		f.Add(seed, "2024-02-29")
	}
	f.Fuzz(func(t *testing.T, template, s string) {
		if template == "" || datum.ValidText([]byte(template)) != nil || datum.ValidText([]byte(s)) != nil {
			return
		}
		_, _ = momentToChar(moment{year: 2024, month: 2, day: 29}, template)
		_, _ = readCivil(s, template)
		_, _ = toNumber(datum.Text(s), datum.Text(template))
		_, _ = numericToChar(datum.Text("-1234.5"), datum.Text(template))
		_, _ = integerToChar(7, 32, datum.Text(template))
	})
}

func FuzzJSONFunctions(f *testing.F) {
	f.Add(`{"a": [1, "b", {"c": null}]}`, "{a,0}")
	f.Fuzz(func(t *testing.T, value, path string) {
		j, err := datum.ByOID(oid.JSON).Input(nil, value)
		if err != nil {
			return
		}
		p, err := datum.ByOID(oid.TextArray).Input(nil, path)
		if err != nil {
			return
		}
		_, _ = jsonPath(j, p, true)
		_ = stripNulls(nil, j.Bytes(), false)
		b, err := datum.ToJSONB(j)
		if err != nil {
			return
		}
		again := readTree(b.Bytes()).datum()
		if again.Str() != b.Str() {
			t.Errorf("%s became %s", b.Str(), again.Str())
		}
		_, _ = jsonbSet([]datum.Datum{b, p, datum.Text("5"), datum.Bool(true)})
		_, _ = jsonbDeletePath(b, p)
	})
}
