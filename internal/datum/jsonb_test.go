package datum

import (
	"fmt"
	"strings"
	"testing"

	"voronoi/internal/oid"
)

var someJSON = []string{`null`, `true`, `false`, `0`, `1.0`, `1.00`, `-2`, `"a"`, `"b"`, `""`, `"é\n\""`, `[]`, `{}`, `[1]`, `[1, 1.0]`, `["a", "b", null]`, `[[1], {"a": 1}]`, `[[]]`, `[{}]`, `{"a": 1}`, `{"a": null}`, `{"b": 2, "a": {"c": [1, 2, {"d": "x"}]}}`,
	`{"aa": 1, "b": 2}`, `{"a": [1, 2, 3]}`, `[1, 2, 3]`, `[3, 1]`, `{"a": {"b": {}}}`, `[true, false, null]`, `["é", "a\\b"]`, `{"k\"": "v"}`, `{"1": "one", "": "empty"}`}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func orNull(d Datum, ok bool) (Datum, error) {
	if !ok {
		return Null, nil
	}
	return d, nil
}

func TestJSONFunctionsAgainstPostgres(t *testing.T) {
	s := newSession(t, DefaultEnv())
	jsonb, js, text := ByOID(oid.JSONB), ByOID(oid.JSON), ByOID(oid.Text)
	var c calls
	add := func(expression string, typ *Type, d Datum, err error) { c.add(expression, result(s.env, typ, d, err)) }
	boolean := func(v bool) string { return fmt.Sprint(v) }
	for _, x := range someJSON {
		spaced := strings.NewReplacer(":", " :\t", ",", "\n,").Replace(x)
		a := reader(t, s.env, oid.JSONB)(x)
		j := reader(t, s.env, oid.JSON)(spaced)
		ab, aj := quoted(x)+"::jsonb", quoted(spaced)+"::json"
		c.add("jsonb_typeof("+ab+")", JSONBType(a))
		c.add("json_typeof("+aj+")", JSONType(j))
		add("jsonb_strip_nulls("+ab+")", jsonb, JSONBStripNulls(a), nil)
		add("json_strip_nulls("+aj+")", js, JSONStripNulls(j), nil)
		add("jsonb_pretty("+ab+")", text, JSONBPretty(a), nil)
		n, err := JSONBArrayLength(a)
		add("jsonb_array_length("+ab+")", ByOID(oid.Int4), Int(int64(n)), err)
		n, err = JSONArrayLength(j)
		add("json_array_length("+aj+")", ByOID(oid.Int4), Int(int64(n)), err)
		add(ab+" #>> '{}'", text, JSONBText(a), nil)
		d, err := JSONText(j)
		add(aj+" #>> '{}'", text, d, err)
		d, err = JSONBToNumeric(a, "numeric")
		add(ab+"::numeric", ByOID(oid.Numeric), d, err)
		d, err = JSONBToBool(a)
		if err == nil {
			c.add(ab+"::boolean", fmt.Sprint(d.Bool()))
		} else {
			add(ab+"::boolean", ByOID(oid.Bool), d, err)
		}
		for _, k := range []string{"a", "b", "", "é", `k"`, "1"} {
			d, err := orNull(JSONBGet(a, []byte(k)))
			add(ab+" -> "+quoted(k)+"::text", jsonb, d, err)
			d, err = orNull(JSONGet(j, []byte(k)))
			add(aj+" -> "+quoted(k)+"::text", js, d, err)
			c.add(ab+" ? "+quoted(k), boolean(JSONBExists(a, []byte(k))))
			d, err = JSONBDeleteKeys(a, []byte(k))
			add(ab+" - "+quoted(k)+"::text", jsonb, d, err)
		}
		d, err = JSONBDeleteKeys(a, []byte("a"), []byte("b"))
		add(ab+" - '{a,b}'::text[]", jsonb, d, err)
		for _, i := range []int{0, 1, 5, -1, -2, -5} {
			d, err := orNull(JSONBIndex(a, i))
			add(fmt.Sprintf("%s -> %d", ab, i), jsonb, d, err)
			d, err = orNull(JSONIndex(j, i))
			add(fmt.Sprintf("%s -> %d", aj, i), js, d, err)
			d, err = JSONBDeleteIndex(a, i)
			add(fmt.Sprintf("%s - %d", ab, i), jsonb, d, err)
		}
		for _, p := range []string{"", "a", "a,c", "a,c,2,d", "0", "1,a", "-1", "-9", "9", "a,0", "x", "a,x", "a,c,-1", "a,c,9", "a,b", "1x"} {
			var path []string
			if p != "" {
				path = strings.Split(p, ",")
			}
			list := "'{" + p + "}'::text[]"
			d, err := orNull(JSONBPath(a, path))
			add(ab+" #> "+list, jsonb, d, err)
			d, err = orNull(JSONPath(j, path))
			add(aj+" #> "+list, js, d, err)
			d, err = JSONBDeletePath(a, path)
			add(ab+" #- "+list, jsonb, d, err)
			v := Text(`{"n": 1}`)
			for _, flag := range []bool{true, false} {
				d, err = JSONBSet(a, path, v, flag)
				add(fmt.Sprintf("jsonb_set(%s, %s, '{\"n\": 1}', %v)", ab, list, flag), jsonb, d, err)
				d, err = JSONBInsert(a, path, v, flag)
				add(fmt.Sprintf("jsonb_insert(%s, %s, '{\"n\": 1}', %v)", ab, list, flag), jsonb, d, err)
			}
		}
		for _, y := range someJSON {
			b := reader(t, s.env, oid.JSONB)(y)
			bb := quoted(y) + "::jsonb"
			add(ab+" || "+bb, jsonb, JSONBConcat(a, b), nil)
			c.add(ab+" @> "+bb, boolean(JSONBContains(a, b)))
			c.add(ab+" < "+bb, boolean(jsonb.Compare(a, b) < 0))
			c.add(ab+" = "+bb, boolean(jsonb.Compare(a, b) == 0))
		}
	}
	c.check(t, s)
}

func TestJSONBKeysFollowComparison(t *testing.T) {
	var values []Datum
	for _, x := range someJSON {
		values = append(values, reader(t, nil, oid.JSONB)(x))
	}
	checkKeys(t, ByOID(oid.JSONB), values)
}
