package datum

import (
	"testing"

	"voronoi/internal/oid"
)

func TestArraysAgainstPostgres(t *testing.T) {
	inputs := []string{"{}", "{1}", "{1,2,3}", " { 1 , 2 } ", "{{1,2},{3,4}}", "{{1},{2,3}}", "{1,NULL,null}", "[0:1]={1,2}", "[2]={1,2}", "[1:2][0:0]={{1},{2}}", "[1:2]={1}",
		"", "1", "{", "}", "{1", "{1,", "{1,}", "{,1}", "{1}}", "{1} x", "{{1},2}", "{1,{2}}", "{{}}", "{{},{}}", `{"1"}`, `{"1}`, `{"1" "2"}`, `{1"2"}`, `{\1}`, `{\`, "[1:]={1}", "[a]={1}",
		"[2:1]={}", "[1:1]{1}", "[1:1]=1", "[1:1", "{a}", "{1 2}", "{{{{{{1}}}}}}", "{{{{{{{1}}}}}}}", "[1][1][1][1][1][1][1]={1}", "[-1:1]={1,2,3}", "[0:0]={}", "{ }", "{{1,2},{3}}", "{{1,2},{3,4},{5}}"}
	sameAsPostgres(t, "int4[]", oid.Int4Array, -1, inputs)
	sameAsPostgres(t, "text[]", oid.TextArray, -1, append(inputs, `{"a b",c d," e "}`, `{"a\"b","c\\d",e\"f}`, `{"NULL",NULL,"null"}`, `{"",""}`, `{a{b}`, `{"{}",","}`, `{ a , "b" , c }`, `{a\ }`, "{é}"))
	sameAsPostgres(t, "numeric[]", oid.NumericArray, -1, []string{"{1.10,NaN,-Infinity,NULL}", "{x}"})
	sameAsPostgres(t, "bool[]", oid.BoolArray, -1, []string{"{t,f,NULL}"})
	sameAsPostgres(t, "float8[]", oid.Float8Array, -1, []string{"{1.5,NaN,-0,1e300}"})
	sameAsPostgres(t, "varchar(2)[]", oid.VarCharArray, 6, []string{"{abc,d}"})
	sameAsPostgres(t, "bytea[]", oid.ByteaArray, -1, []string{`{"\\x00ff",abc}`})
	sameAsPostgres(t, "uuid[]", oid.UUIDArray, -1, []string{`{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}`})
}
