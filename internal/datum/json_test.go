package datum

import (
	"strings"
	"testing"

	"voronoi/internal/oid"
)

var jsonTexts = []string{"", " ", "1", "-1", "0", "-0", "-0.0", "1.50", "1e5", "1E-3", "01", "1.", ".5", "-", "1e", "1a", "+1", "true", "false", "null", "nul", "True", `"a"`, `"a`, `"a\`, `"\n\t\"\\\/\b\f\r"`, `"\u00e9\ud83d\ude00"`, `"\ud83d"`, `"\ud83dx"`, `"\ude00"`, `"\ud83d\ud83d"`, `"\ud83d\n"`, `"\u0000"`, `"\u12"`, `"\u12g4"`, `"\uééé"`, `"\x"`, `"\é"`, "\"a\nb\"", "\"\x01\"", "'a'", "é", "é1",
	"[]", "[1,2]", " [ 1 , 2 ] ", "[1,]", "[,1]", "[1 2]", "[1", "[", "]", "[[[]]]", "{}", `{"a":1}`, `{"a" : 1 , "b":[1,2,{"c":null}]}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{1:2}`, `{"a":1 "b":2}`, `{"a":1`, `{`, `}`, `{,}`, `{"a",1}`, "1 2", "{} []", `{"b":1,"a":2,"aa":3,"b":4}`, `{"":1}`, "{\n \"a\": 1,\n \"b\" x}", "{\r\n\"a\":1,,}", "@", "[@]", "[1,2}", `{"a":1]`, `[1,"` + strings.Repeat("x", 80) + `",zz]`, `"` + strings.Repeat("é", 60) + `" x`, "{\"a\":\n1,\n\n  bad}", "\x7f", "1e400", "123456789012345678901234567890.123456789", "[1.0, 1.00]", `"\u0041"`, "1e20000", "-1e131072", `{"a":"\u0000"}`}

func TestJSONAgainstPostgres(t *testing.T) {
	sameAsPostgres(t, "json", oid.JSON, -1, jsonTexts)
	sameAsPostgres(t, "jsonb", oid.JSONB, -1, jsonTexts)
	sameAsPostgres(t, "jsonb[]", oid.JSONBArray, -1, []string{`{"{\"a\":1}",1,"[]"}`})
}

func TestJSONDepth(t *testing.T) {
	deep := strings.Repeat("[", maxJSONDepth+1) + strings.Repeat("]", maxJSONDepth+1)
	for _, typ := range []*Type{ByOID(oid.JSON), ByOID(oid.JSONB)} {
		if _, err := typ.Input(nil, deep[1:len(deep)-1]); err != nil {
			t.Errorf("%s refuses the depth that it promises: %v", typ.Name, err)
		}
		if _, err := typ.Input(nil, deep); err == nil {
			t.Errorf("%s takes one level more", typ.Name)
		}
	}
}
