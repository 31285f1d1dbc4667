package catalog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// testSession is a session that has done nothing.
type testSession struct{ s *Snapshot }

func (t testSession) Type(id oid.OID) *datum.Type { return t.s.Type(id).Values }
func (testSession) TransactionTime() time.Time    { return time.Unix(0, 0) }
func (testSession) StatementTime() time.Time      { return time.Unix(0, 0) }
func (testSession) Setting(name string) (string, bool) {
	return map[string]string{"search_path": `"$user", public`}[name], true
}
func (t testSession) Catalog() *Snapshot  { return t.s }
func (testSession) SearchPath() []oid.OID { return defaultPath }
func (testSession) Database() string      { return "catalog_shop" }
func (testSession) User() string          { return "postgres" }

// calls are compared with Postgres: a signature and arguments. An argument
// @name is the number of a relation, %name that of a type, NULL is NULL.
var calls = []string{
	"pg_get_indexdef(oid)|@items_lower_idx",
	"pg_get_indexdef(oid)|@items_pkey",
	"pg_get_indexdef(oid)|@items",
	"pg_get_indexdef(oid,integer,boolean)|@items_lower_idx|0|true",
	"pg_get_indexdef(oid,integer,boolean)|@items_lower_idx|1|true",
	"pg_get_indexdef(oid,integer,boolean)|@items_lower_idx|1|false",
	"pg_get_indexdef(oid,integer,boolean)|@items_lower_idx|2|true",
	"pg_get_indexdef(oid,integer,boolean)|@items_lower_idx|3|true",
	"pg_get_serial_sequence(text,text)|items|id",
	"pg_get_serial_sequence(text,text)|public.items|name",
	"pg_get_serial_sequence(text,text)|items|Nothing",
	"pg_get_serial_sequence(text,text)|nothing|id",
	"pg_get_userbyid(oid)|10",
	"pg_get_userbyid(oid)|999999",
	"pg_get_viewdef(oid)|@cheap",
	"pg_get_viewdef(oid)|@items",
	"pg_get_viewdef(text)|items",
	"format_type(oid,integer)|%mood|-1",
	"format_type(oid,integer)|%_mood|NULL",
	"format_type(oid,integer)|%positive|5",
	"format_type(oid,integer)|%items|-1",
	"format_type(oid,integer)|1043|104",
	"format_type(oid,integer)|1042|NULL",
	"format_type(oid,integer)|1042|-1",
	"format_type(oid,integer)|1560|NULL",
	"format_type(oid,integer)|1184|3",
	"format_type(oid,integer)|1231|655366",
	"format_type(oid,integer)|18|-1",
	"format_type(oid,integer)|22|-1",
	"format_type(oid,integer)|30|-1",
	"format_type(oid,integer)|2205|-1",
	"format_type(oid,integer)|3904|-1",
	"format_type(oid,integer)|0|-1",
	"format_type(oid,integer)|999999|-1",
	"format_type(oid,integer)|NULL|-1",
	"format_type(oid,integer)|13221|-1",
	"format_type(oid,integer)|2276|-1",
	"format_type(oid,integer)|1700|NULL",
	"pg_get_function_arguments(oid)|870",
	"pg_get_function_result(oid)|870",
	"pg_get_function_identity_arguments(oid)|3058",
	"pg_get_function_arguments(oid)|3058",
	"pg_get_function_arguments(oid)|3972",
	"pg_get_function_arguments(oid)|2768",
	"pg_get_function_result(oid)|2768",
	"pg_get_function_arguments(oid)|2077",
	"pg_get_function_result(oid)|2077",
	"pg_get_function_arguments(oid)|3805",
	"pg_get_function_arguments(oid)|1686",
	"pg_get_function_arguments(oid)|3333",
	"pg_get_function_arguments(oid)|3986",
	"pg_get_function_arguments(oid)|3984",
	"pg_get_function_arg_default(oid,integer)|3805|2",
	"pg_get_functiondef(oid)|870",
	"pg_get_functiondef(oid)|1215",
	"pg_get_functiondef(oid)|2077",
	"pg_get_functiondef(oid)|1066",
	"pg_get_functiondef(oid)|1067",
	"pg_get_functiondef(oid)|3805",
	"pg_get_functiondef(oid)|2108",
	"pg_get_functiondef(oid)|3100",
	"to_regclass(text)|items",
	"to_regclass(text)|public.items",
	"to_regclass(text)|\"Items\"",
	"to_regclass(text)|ITEMS",
	"to_regclass(text)|nowhere.items",
	"to_regclass(text)|a.b.c.d",
	"to_regclass(text)|.items",
	"to_regclass(text)|pg_class",
	"to_regtype(text)|integer",
	"to_regtype(text)|character varying(10)",
	"to_regtype(text)|timestamp(3) with time zone",
	"to_regtype(text)|double precision[]",
	"to_regtype(text)|_text",
	"to_regtype(text)|mood[]",
	"to_regtype(text)|public.mood",
	"to_regtype(text)|\"char\"",
	"to_regtype(text)|char",
	"to_regtype(text)|int array",
	"to_regtype(text)|bit varying(4)",
	"to_regtype(text)|nothing",
	"to_regtype(text)|items",
	"to_regproc(text)|now",
	"to_regproc(text)|lower",
	"to_regproc(text)|nothing",
	"to_regprocedure(text)|lower(text)",
	"to_regprocedure(text)|lower(integer)",
	"to_regprocedure(text)|substr(text, integer, integer)",
	"to_regoper(text)|~~",
	"to_regoper(text)||/",
	"to_regoperator(text)|+(integer,integer)",
	"to_regoperator(text)|-(none,integer)",
	"to_regnamespace(text)|public",
	"to_regnamespace(text)|nothing",
	"to_regrole(text)|postgres",
	"to_regrole(text)|nobody",
	"obj_description(oid,name)|@items|pg_class",
	"obj_description(oid,name)|@sales|pg_class",
	"obj_description(oid,name)|23|pg_type",
	"obj_description(oid,name)|@items|nothing",
	"col_description(oid,integer)|@items|2",
	"col_description(oid,integer)|@items|1",
	"has_table_privilege(text,text)|items|SELECT",
	"has_table_privilege(text,text)|items|select, insert with grant option",
	"has_table_privilege(text,text)|items|FLY",
	"has_table_privilege(text,text)|nothing|SELECT",
	"has_table_privilege(oid,text)|999999|SELECT",
	"has_table_privilege(name,text,text)|postgres|items|SELECT",
	"has_table_privilege(name,text,text)|nobody|items|SELECT",
	"has_schema_privilege(text,text)|public|USAGE",
	"has_schema_privilege(text,text)|nothing|USAGE",
	"has_database_privilege(text,text)|catalog_shop|CONNECT",
	"has_database_privilege(text,text)|nothing|CONNECT",
	"has_column_privilege(text,text,text)|items|id|SELECT",
	"has_column_privilege(text,text,text)|items|nothing|SELECT",
	"has_column_privilege(text,smallint,text)|items|1|SELECT",
	"has_column_privilege(text,smallint,text)|items|99|SELECT",
	"has_any_column_privilege(text,text)|items|SELECT",
	"has_function_privilege(text,text)|lower(text)|EXECUTE",
	"has_language_privilege(text,text)|sql|USAGE",
	"has_language_privilege(text,text)|nothing|USAGE",
	"has_type_privilege(text,text)|mood|USAGE",
	"has_sequence_privilege(text,text)|items_id_seq|USAGE",
	"has_tablespace_privilege(text,text)|pg_default|CREATE",
	"pg_has_role(name,text)|postgres|MEMBER",
	"pg_has_role(name,text)|nobody|MEMBER",
	"pg_table_is_visible(oid)|@items",
	"pg_table_is_visible(oid)|1259",
	"pg_table_is_visible(oid)|999999",
	"pg_type_is_visible(oid)|%mood",
	"pg_type_is_visible(oid)|13221",
	"pg_function_is_visible(oid)|870",
	"pg_operator_is_visible(oid)|96",
	"pg_opclass_is_visible(oid)|1978",
	"pg_opfamily_is_visible(oid)|1976",
	"pg_collation_is_visible(oid)|100",
	"pg_encoding_to_char(integer)|6",
	"pg_encoding_to_char(integer)|99",
	"pg_char_to_encoding(name)|utf-8",
	"pg_char_to_encoding(name)|nothing",
	"pg_index_column_has_property(regclass,integer,text)|@items_lower_idx|1|desc",
	"pg_index_column_has_property(regclass,integer,text)|@items_lower_idx|1|nulls_first",
	"pg_index_column_has_property(regclass,integer,text)|@items_lower_idx|2|asc",
	"pg_index_column_has_property(regclass,integer,text)|@items_lower_idx|2|returnable",
	"pg_index_column_has_property(regclass,integer,text)|@items_pkey|1|distance_orderable",
	"pg_index_column_has_property(regclass,integer,text)|@items_pkey|1|search_array",
	"pg_index_column_has_property(regclass,integer,text)|@items_pkey|1|nothing",
	"pg_index_column_has_property(regclass,integer,text)|@items_pkey|9|asc",
	"pg_index_has_property(regclass,text)|@items_pkey|backward_scan",
	"pg_indexam_has_property(oid,text)|403|can_unique",
	"pg_indexam_has_property(oid,text)|405|can_unique",
	"pg_indexam_has_property(oid,text)|783|can_order",
	"pg_indexam_has_property(oid,text)|2742|can_multi_col",
	"pg_indexam_has_property(oid,text)|2|can_order",
	"pg_relation_is_updatable(regclass,boolean)|@items|true",
	"pg_column_is_updatable(regclass,smallint,boolean)|@items|1|false",
	"pg_describe_object(oid,oid,integer)|1259|@items|0",
	"pg_describe_object(oid,oid,integer)|1259|@items|2",
	"pg_describe_object(oid,oid,integer)|1259|@cheap|0",
	"pg_describe_object(oid,oid,integer)|1247|%mood|0",
	"pg_describe_object(oid,oid,integer)|1255|870|0",
	"pg_describe_object(oid,oid,integer)|2615|2200|0",
	"pg_describe_object(oid,oid,integer)|2617|96|0",
	"pg_is_other_temp_schema(oid)|2200",
	"pg_my_temp_schema()",
	"pg_tablespace_location(oid)|1663",
	"\"current_schema\"()",
	"information_schema._pg_char_max_length(oid,integer)|1043|104",
	"information_schema._pg_char_octet_length(oid,integer)|1043|104",
	"information_schema._pg_numeric_precision(oid,integer)|1700|655366",
	"information_schema._pg_numeric_scale(oid,integer)|1700|655366",
	"information_schema._pg_numeric_precision(oid,integer)|701|-1",
	"information_schema._pg_datetime_precision(oid,integer)|1114|-1",
	"information_schema._pg_datetime_precision(oid,integer)|1186|65535",
	"information_schema._pg_interval_type(oid,integer)|1186|-1",
	"information_schema._pg_interval_type(oid,integer)|1186|67108866",
}

func TestFunctionsAgainstPostgres(t *testing.T) {
	conn := postgresShop(t)
	s := shop(t)
	numbers := func(query string) map[string]string {
		m := map[string]string{}
		for _, row := range textRows(t, conn, query) {
			m[row[1]] = row[0]
		}
		return m
	}
	relations := numbers("SELECT oid, relname FROM pg_class")
	types := numbers("SELECT oid, typname FROM pg_type")
	procs := map[string]*Proc{}
	for _, p := range s.facts.procs {
		procs[p.Signature] = p
	}
	for _, call := range calls {
		signature, rest, _ := strings.Cut(call, "|")
		p := procs[signature]
		if p == nil || p.Impl == nil || p.Impl.Scalar == nil {
			t.Errorf("%s has no implementation", signature)
			continue
		}
		var given []string
		if len(p.Args) > 0 {
			given = strings.SplitN(rest, "|", len(p.Args))
		}
		var list []string
		args := make([]datum.Datum, len(p.Args))
		strictNull := false
		for i, text := range given {
			typ := s.FormatType(defaultPath, p.Args[i], -1)
			if text == "NULL" {
				list = append(list, "NULL::"+typ)
				strictNull = p.Strict
				continue
			}
			switch {
			case text[0] == '@':
				list = append(list, relations[text[1:]]+"::"+typ)
				args[i] = datum.Int(int64(s.RelationNamed(oid.PublicSchema, text[1:]).OID))
				continue
			case text[0] == '%' && len(text) > 1:
				list = append(list, types[text[1:]]+"::"+typ)
				args[i] = datum.Int(int64(s.TypeNamed(oid.PublicSchema, text[1:]).OID))
				continue
			}
			list = append(list, "'"+text+"'::"+typ)
			switch p.Args[i] {
			case oid.Bool:
				args[i] = datum.Bool(text == "true")
			case oid.Text, oid.Name:
				args[i] = datum.Text(text)
			default:
				n, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				args[i] = datum.Int(n)
			}
		}
		name := p.Name
		if p.Schema == oid.InformationSchema {
			name = "information_schema." + name
		}
		want := askPostgres(t, conn.PgConn(), "SELECT "+name+"("+strings.Join(list, ", ")+")")
		got := nullText
		if !strictNull {
			d, err := p.Impl.Scalar(&builtin.Call{Args: p.Args, Result: p.Result, Session: testSession{s}, Env: datum.DefaultEnv()}, args)
			switch {
			case err != nil:
				got = pgerr.Code(err) + " " + err.Error()
			case !d.IsNull():
				got = showResult(s, p.Result, d)
			}
		}
		if got != want {
			t.Errorf("%s:\n want %s\n got  %s", call, want, got)
		}
	}
}

func askPostgres(t *testing.T, conn *pgconn.PgConn, sql string) string {
	t.Helper()
	results, err := conn.Exec(t.Context(), sql).ReadAll()
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code + " " + pg.Message
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if value := results[0].Rows[0][0]; value != nil {
		return string(value)
	}
	return nullText
}

func showResult(s *Snapshot, typ oid.OID, d datum.Datum) string {
	switch {
	case regOutputs[typ] != nil:
		return s.Names(defaultPath).RegName(typ, oid.OID(d.Int()))
	case typ == oid.Bool && d.Bool():
		return "t"
	case typ == oid.Bool:
		return "f"
	case d.Kind() == datum.KindInt:
		return fmt.Sprint(d.Int())
	}
	return d.Str()
}
