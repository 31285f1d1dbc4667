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

func TestJSONBOrderAgainstPostgres(t *testing.T) {
	jsonb := ByOID(oid.JSONB)
	var c calls
	for _, x := range someJSON {
		for _, y := range someJSON {
			order := jsonb.Compare(reader(t, nil, oid.JSONB)(x), reader(t, nil, oid.JSONB)(y))
			c.add(quoted(x)+"::jsonb < "+quoted(y), fmt.Sprint(order < 0))
			c.add(quoted(x)+"::jsonb = "+quoted(y), fmt.Sprint(order == 0))
		}
	}
	c.check(t, newSession(t, nil))
}

func TestJSONBKeysFollowComparison(t *testing.T) {
	var values []Datum
	for _, x := range someJSON {
		values = append(values, reader(t, nil, oid.JSONB)(x))
	}
	checkKeys(t, ByOID(oid.JSONB), values)
}
