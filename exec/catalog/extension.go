package catalog

import (
	"strconv"
	"strings"

	"voronoi/internal/oid"
)

// The rows of objects that Postgres itself does not have are written as the
// tables of these types and become rows of the catalogs, in the form of the
// files of facts, so that all that follows treats them alike. Types, functions
// and operators are named as regtype and regprocedure show them.
type (
	typeFact struct {
		oid, array                           oid.OID
		name, input, output, recv, send, mod string
	}
	functionFact struct {
		oid       oid.OID
		signature string
		result    string
		source    string // prosrc; the name where it is ""
		kind      byte   // prokind; 'f' where it is 0
		set       bool
		lax       bool // called with NULLs
		volatile  bool
		stable    bool
		names     string   // argument names, by spaces
		defaults  []string // of the last arguments
		columns   string   // "name type, …", of a function returning TABLE
		comment   string
	}
	aggregateFact struct {
		aggregate, step, final, combine, state, initial string
	}
	operatorFact struct {
		oid                 oid.OID
		name, operand       string
		function, result    string
		commutator, negator string
		restrict, join      int
	}
	castFact struct {
		oid                      oid.OID
		source, target, function string
		context                  byte
	}
	methodFact struct {
		oid                    oid.OID
		name, handler, comment string
	}
	classFact struct {
		oid, family         oid.OID
		method, name, input string
		isDefault           bool
		operators           []string // strategies 1, 2, …
		support             map[int]string
	}
)

// displayed are the types that the tables name, as regtype shows them.
var displayed = map[string]oid.OID{
	"bigint": oid.Int8, "bit": oid.Bit, "boolean": oid.Bool, "bytea": oid.Bytea, "cstring": oid.CString,
	"cstring[]": oid.CStringArray, "double precision": oid.Float8, "double precision[]": oid.Float8Array,
	"index_am_handler": 325, "integer": oid.Int4, "integer[]": oid.Int4Array, "internal": oid.Internal,
	"name": oid.Name, "numeric[]": oid.NumericArray, "oid": oid.OIDType, "real[]": oid.Float4Array,
	"record": oid.Record, "regclass": oid.Regclass, "smallint[]": oid.Int2Array, "text": oid.Text,
	"void": oid.Void, "vector": oid.Vector, "halfvec": oid.HalfVec, "sparsevec": oid.SparseVec,
}

// factDefaults are the fields that the extensions' rows have in common.
var factDefaults = map[string]fields{
	"pg_type": {
		"typowner": "10", "typlen": "-1", "typbyval": "f", "typtype": "b", "typcategory": "U", "typispreferred": "f",
		"typisdefined": "t", "typdelim": ",", "typrelid": "0", "typsubscript": "0", "typelem": "0", "typarray": "0",
		"typmodin": "0", "typmodout": "0", "typanalyze": "0", "typalign": "i", "typstorage": "e", "typnotnull": "f",
		"typbasetype": "0", "typtypmod": "-1", "typndims": "0", "typcollation": "0",
	},
	"pg_proc": {
		"proowner": "10", "prolang": "13", "procost": "1", "prorows": "0", "provariadic": "0", "prosupport": "0",
		"prokind": "f", "prosecdef": "f", "proleakproof": "f", "proretset": "f", "provolatile": "i",
		"proparallel": "s", "probin": "$libdir/vector", "_defaults": "{}",
	},
	"pg_aggregate": {
		"aggkind": "n", "aggnumdirectargs": "0", "aggfinalfn": "0", "aggserialfn": "0", "aggdeserialfn": "0",
		"aggmtransfn": "0", "aggminvtransfn": "0", "aggmfinalfn": "0", "aggfinalextra": "f", "aggmfinalextra": "f",
		"aggfinalmodify": "r", "aggmfinalmodify": "r", "aggsortop": "0", "aggtransspace": "0", "aggmtranstype": "0",
		"aggmtransspace": "0",
	},
	"pg_operator": {
		"oprowner": "10", "oprkind": "b", "oprcanmerge": "f", "oprcanhash": "f", "oprcom": "0", "oprnegate": "0",
	},
	"pg_cast":        {"castmethod": "f"},
	"pg_am":          {"amtype": "i"},
	"pg_opfamily":    {"opfowner": "10"},
	"pg_opclass":     {"opcowner": "10", "opckeytype": "0"},
	"pg_amop":        {"amopsortfamily": "0", "amoppurpose": "s"},
	"pg_description": {"objsubid": "0"},
}

// Numbers of catalogs, which pg_description and pg_depend name classes by.
const (
	classAm       oid.OID = 2601
	classCast     oid.OID = 2605
	classOperator oid.OID = 2617
	classOpClass  oid.OID = 2616
	classOpFamily oid.OID = 2753
	classLanguage oid.OID = 2612
	classRewrite  oid.OID = 2618
	classAuthID   oid.OID = 1260
	classTrigger  oid.OID = 2620
	classCollate  oid.OID = 3456
)

// Access methods and families of Postgres that the rows refer to.
const (
	methodHeap  oid.OID = 2
	methodBtree oid.OID = 403
	floatFamily         = "1970" // float_ops of btree: the order of distances
)

// addVector adds the rows of the vector extension and says which they are.
func (t *factTables) addVector() (members []Address) {
	member := func(class oid.OID, ids ...oid.OID) {
		for _, id := range ids {
			members = append(members, Address{Class: class, Object: id})
		}
	}
	schema := decimal(oid.PublicSchema)
	funcs := map[string]string{} // signature → number
	for _, f := range vectorFunctions {
		funcs[f.signature] = decimal(f.oid)
		t.addFunction(f, schema)
		member(oid.PGProc, f.oid)
	}
	for _, v := range vectorTypes {
		t.add("pg_type", fields{
			"oid": decimal(v.oid), "typname": v.name, "typnamespace": schema, "typarray": decimal(v.array),
			"typinput": funcs[v.input+"(cstring,oid,integer)"], "typoutput": funcs[v.output+"("+v.name+")"],
			"typreceive": funcs[v.recv+"(internal,oid,integer)"], "typsend": funcs[v.send+"("+v.name+")"],
			"typmodin": funcs[v.mod+"(cstring[])"],
		})
		member(oid.PGType, v.oid)
		t.add("pg_type", fields{
			"oid": decimal(v.array), "typname": "_" + v.name, "typnamespace": schema, "typelem": decimal(v.oid),
			"typcategory": "A", "typsubscript": "6179", "typinput": "750", "typoutput": "751", "typreceive": "2400",
			"typsend": "2401", "typanalyze": "3816", "typmodin": funcs[v.mod+"(cstring[])"], "typstorage": "x",
		})
	}
	for _, a := range vectorAggregates {
		row := fields{
			"aggfnoid": funcs[a.aggregate], "aggtransfn": funcs[a.step], "aggcombinefn": funcs[a.combine],
			"aggtranstype": decimal(displayed[a.state]), "agginitval": a.initial,
		}
		if a.final != "" {
			row["aggfinalfn"] = funcs[a.final]
		}
		t.add("pg_aggregate", row)
	}
	operators := t.addOperators(funcs, schema)
	for _, o := range vectorOperators {
		member(classOperator, o.oid)
	}
	for _, c := range vectorCasts {
		member(classCast, c.oid)
		t.add("pg_cast", fields{
			"oid": decimal(c.oid), "castsource": decimal(displayed[c.source]), "casttarget": decimal(displayed[c.target]),
			"castfunc": funcs[c.function+"("+c.source+",integer,boolean)"], "castcontext": string(c.context),
		})
	}
	methods := map[string]string{"btree": decimal(methodBtree)}
	for _, m := range vectorMethods {
		methods[m.name] = decimal(m.oid)
		t.add("pg_am", fields{"oid": decimal(m.oid), "amname": m.name, "amhandler": funcs[m.handler+"(internal)"]})
		t.comment(classAm, m.oid, m.comment)
		member(classAm, m.oid)
	}
	t.addClasses(funcs, operators, methods, schema)
	for _, c := range vectorClasses {
		member(classOpFamily, c.family)
		member(classOpClass, c.oid)
	}
	return members
}

// addOperators adds the vector operators and gives their numbers by name and
// operand.
func (t *factTables) addOperators(funcs map[string]string, schema string) map[[2]string]string {
	numbers := map[[2]string]string{}
	for _, o := range vectorOperators {
		numbers[[2]string{o.name, o.operand}] = decimal(o.oid)
	}
	number := func(name, operand string) string {
		if name == "" {
			return "0"
		}
		return numbers[[2]string{name, operand}]
	}
	for _, o := range vectorOperators {
		t.add("pg_operator", fields{
			"oid": decimal(o.oid), "oprname": o.name, "oprnamespace": schema,
			"oprleft": decimal(displayed[o.operand]), "oprright": decimal(displayed[o.operand]),
			"oprresult": decimal(displayed[o.result]),
			"oprcom":    number(o.commutator, o.operand), "oprnegate": number(o.negator, o.operand),
			"oprcode": funcs[o.function+"("+o.operand+","+o.operand+")"],
			"oprrest": strconv.Itoa(o.restrict), "oprjoin": strconv.Itoa(o.join),
		})
	}
	return numbers
}

// addClasses adds the operator classes, their families and what is in them.
func (t *factTables) addClasses(funcs map[string]string, operators map[[2]string]string, methods map[string]string, schema string) {
	next := oid.OID(16810)
	number := func() string {
		next++
		return decimal(next - 1)
	}
	for _, c := range vectorClasses {
		method, input := methods[c.method], decimal(displayed[c.input])
		t.add("pg_opfamily", fields{
			"oid": decimal(c.family), "opfmethod": method, "opfname": c.name, "opfnamespace": schema,
		})
		isDefault := "f"
		if c.isDefault {
			isDefault = "t"
		}
		t.add("pg_opclass", fields{
			"oid": decimal(c.oid), "opcmethod": method, "opcname": c.name, "opcnamespace": schema,
			"opcfamily": decimal(c.family), "opcintype": input, "opcdefault": isDefault,
		})
		for i, name := range c.operators {
			row := fields{
				"oid": number(), "amopfamily": decimal(c.family), "amoplefttype": input, "amoprighttype": input,
				"amopstrategy": strconv.Itoa(i + 1), "amopopr": operators[[2]string{name, c.input}], "amopmethod": method,
			}
			if c.method != "btree" {
				row["amoppurpose"], row["amopsortfamily"] = "o", floatFamily
			}
			t.add("pg_amop", row)
		}
		for n := 1; n <= 5; n++ {
			if function, ok := c.support[n]; ok {
				t.add("pg_amproc", fields{
					"oid": number(), "amprocfamily": decimal(c.family), "amproclefttype": input, "amprocrighttype": input,
					"amprocnum": strconv.Itoa(n), "amproc": funcs[function],
				})
			}
		}
	}
}

// addVoronoi adds Voronoi's own functions.
func (t *factTables) addVoronoi() {
	for _, f := range voronoiFunctions {
		t.addFunction(f, decimal(oid.PGCatalogSchema))
	}
}

// addFunction adds a row of pg_proc.
func (t *factTables) addFunction(f functionFact, schema string) {
	name, rest, _ := strings.Cut(f.signature, "(")
	var args []string
	if list := strings.TrimSuffix(rest, ")"); list != "" {
		for _, arg := range strings.Split(list, ",") {
			args = append(args, decimal(displayed[arg]))
		}
	}
	row := fields{
		"oid": decimal(f.oid), "proname": name, "pronamespace": schema, "prosrc": name,
		"pronargs": strconv.Itoa(len(args)), "pronargdefaults": strconv.Itoa(len(f.defaults)),
		"prorettype": decimal(displayed[f.result]), "proargtypes": strings.Join(args, " "),
		"proisstrict": letter(!f.lax && f.kind != 'a'), "_signature": f.signature,
	}
	if f.source != "" {
		row["prosrc"] = f.source
	}
	if f.kind != 0 {
		row["prokind"], row["prosrc"], row["prolang"], row["probin"] = string(f.kind), "aggregate_dummy", decimal(languageInternal), null
	}
	if schema == decimal(oid.PGCatalogSchema) {
		row["prolang"], row["probin"] = decimal(languageInternal), null
		if f.source == "" {
			row["prosrc"] = "voronoi_" + name
		}
	}
	switch {
	case f.volatile:
		row["provolatile"] = "v"
	case f.stable:
		row["provolatile"] = "s"
	}
	if f.set {
		row["proretset"], row["prorows"] = "t", "1000"
	}
	if len(f.defaults) > 0 {
		row["proargdefaults"] = strings.Join(f.defaults, ", ")
		row["_defaults"] = "{" + `"` + strings.Join(f.defaults, `","`) + `"` + "}"
	}
	names := strings.Fields(f.names)
	if f.columns != "" {
		all, modes := append([]string{}, args...), strings.Repeat("i,", len(args))
		for _, column := range strings.Split(f.columns, ", ") {
			columnName, columnType, _ := strings.Cut(column, " ")
			names = append(names, columnName)
			all = append(all, decimal(displayed[columnType]))
			modes += "t,"
		}
		row["proallargtypes"] = "{" + strings.Join(all, ",") + "}"
		row["proargmodes"] = "{" + strings.TrimSuffix(modes, ",") + "}"
	}
	if len(names) > 0 {
		row["proargnames"] = "{" + strings.Join(names, ",") + "}"
	}
	t.add("pg_proc", row)
	t.comment(oid.PGProc, f.oid, f.comment)
}

// comment adds a row of pg_description.
func (t *factTables) comment(class, object oid.OID, text string) {
	if text != "" {
		t.add("pg_description", fields{"classoid": decimal(class), "objoid": decimal(object), "description": text})
	}
}

func decimal(id oid.OID) string { return strconv.FormatUint(uint64(id), 10) }

func letter(b bool) string {
	if b {
		return "t"
	}
	return "f"
}
