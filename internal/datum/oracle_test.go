package datum

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"voronoi/internal/oid"
	"voronoi/internal/oracle"
	"voronoi/internal/pgerr"
)

// outcome is what a reading of a text gives: both forms of the value, or the
// error.
type outcome struct {
	text, binary  string
	code, message string
	detail, hint  string
	where         string
}

func (o outcome) String() string {
	if o.code != "" {
		return fmt.Sprintf("%s %s\n\tdetail %q hint %q\n\twhere %q", o.code, o.message, o.detail, o.hint, o.where)
	}
	return fmt.Sprintf("%q binary %x", o.text, o.binary)
}

// ours reads s with this package.
func ours(env *Env, t *Type, typmod int32, s string) outcome {
	d, err := t.Input(env, s)
	if err == nil && typmod != -1 {
		d, err = t.Coerce(d, typmod, true)
	}
	return outcomeOf(env, t, d, err)
}

func outcomeOf(env *Env, t *Type, d Datum, err error) outcome {
	if err != nil {
		e := pgerr.From(err)
		return outcome{code: e.Code, message: e.Message, detail: e.Detail, hint: e.Hint, where: e.Where}
	}
	return outcome{text: string(t.AppendText(nil, env, d)), binary: string(t.AppendBinary(nil, env, d))}
}

// theirs reads s with PostgreSQL, as a cast of a literal: with a parameter,
// errors would name it in their context.
func theirs(t *testing.T, conn *pgx.Conn, typ, s string) outcome {
	t.Helper()
	ctx := context.Background()
	query := "SELECT CAST('" + strings.ReplaceAll(s, "'", "''") + "' AS " + typ + ")"
	var o outcome
	for _, format := range []int16{0, 1} {
		r := conn.PgConn().ExecParams(ctx, query, nil, nil, nil, []int16{format}).Read()
		var e *pgconn.PgError
		if errors.As(r.Err, &e) {
			return outcome{code: e.Code, message: e.Message, detail: e.Detail, hint: e.Hint, where: e.Where}
		}
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		if format == 0 {
			o.text = string(r.Rows[0][0])
		} else {
			o.binary = string(r.Rows[0][0])
		}
	}
	return o
}

// session is a connection and the environment that is set on it.
type session struct {
	conn *pgx.Conn
	env  *Env
}

// newSession opens a connection with the given settings.
func newSession(t *testing.T, env *Env, settings ...string) *session {
	t.Helper()
	s := &session{conn: oracle.Postgres(t).Connect(t), env: env}
	for _, set := range settings {
		if _, err := s.conn.Exec(context.Background(), "SET "+set); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// compare reads each text with both and compares what comes out.
func (s *session) compare(t *testing.T, typ string, id oid.OID, typmod int32, inputs []string) {
	t.Helper()
	typed := ByOID(id)
	if typed == nil {
		t.Fatalf("no type %s", typ)
	}
	for _, in := range inputs {
		want := theirs(t, s.conn, typ, in)
		got := ours(s.env, typed, typmod, in)
		if got != want {
			t.Errorf("%s %q:\n got %v\nwant %v", typ, in, got, want)
			continue
		}
		if got.code == "" {
			checkRoundTrip(t, s.env, typed, in)
		}
	}
}

// sameAsPostgres compares in the default environment.
func sameAsPostgres(t *testing.T, typ string, id oid.OID, typmod int32, inputs []string) {
	t.Helper()
	newSession(t, DefaultEnv()).compare(t, typ, id, typmod, inputs)
}

// checkRoundTrip holds the properties that every value has.
func checkRoundTrip(t *testing.T, env *Env, typ *Type, s string) {
	t.Helper()
	d, err := typ.Input(env, s)
	if err != nil {
		t.Fatal(err)
	}
	env = DefaultEnv()
	again, err := typ.Input(env, string(typ.AppendText(nil, env, d)))
	if err != nil {
		t.Errorf("%s %q: its own output cannot be read: %v", typ.Name, s, err)
		return
	}
	if !same(again, d) {
		t.Errorf("%s %q: read back as %v, was %v", typ.Name, s, again, d)
	}
	binary := typ.AppendBinary(nil, env, d)
	if again, err = typ.Recv(env, binary); err != nil || !same(again, d) {
		t.Errorf("%s %q: received %v, %v, was %v", typ.Name, s, again, err, d)
	}
	if again = typ.loadBinary(binary); !same(again, d) {
		t.Errorf("%s %q: loaded %v, was %v", typ.Name, s, again, d)
	}
	if d.Kind() != typ.Storage && !(typ.Storage == KindFloat && d.Float() != d.Float()) {
		t.Errorf("%s %q: stored as kind %d", typ.Name, s, d.Kind())
	}
}

func same(a, b Datum) bool {
	return a.kind == b.kind && a.num == b.num && bytes.Equal(a.b, b.b)
}

// evaluate is what PostgreSQL makes of each expression as text, or the
// SQLSTATE and message of its error. NULL is "NULL".
func (s *session) evaluate(t *testing.T, expressions []string) []string {
	t.Helper()
	ctx := context.Background()
	_, err := s.conn.Exec(ctx, `CREATE OR REPLACE FUNCTION pg_temp.try(expression text) RETURNS text LANGUAGE plpgsql AS $$
		DECLARE result text;
		BEGIN
			EXECUTE 'SELECT (' || expression || ')::text' INTO result;
			RETURN coalesce(result, 'NULL');
		EXCEPTION WHEN OTHERS THEN
			RETURN SQLSTATE || ' ' || SQLERRM;
		END $$`)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.conn.Query(ctx, "SELECT pg_temp.try(e) FROM unnest($1::text[]) WITH ORDINALITY u(e, n) ORDER BY n", expressions)
	if err != nil {
		t.Fatal(err)
	}
	results, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// result is what a function of this package gives, in the same words.
func result(env *Env, typ *Type, d Datum, err error) string {
	if err != nil {
		return pgerr.Code(err) + " " + err.Error()
	}
	if d.IsNull() {
		return "NULL"
	}
	return string(typ.AppendText(nil, env, d))
}

// calls are expressions with what this package makes of them.
type calls struct{ expressions, got []string }

func (c *calls) add(expression, got string) {
	c.expressions = append(c.expressions, expression)
	c.got = append(c.got, got)
}

// check compares them all, and shows no more than a few differences.
func (c *calls) check(t *testing.T, s *session) {
	t.Helper()
	const shown = 25
	bad := 0
	for i, want := range s.evaluate(t, c.expressions) {
		if c.got[i] == want {
			continue
		}
		if bad++; bad <= shown {
			t.Errorf("%s\n got %s\nwant %s", c.expressions[i], c.got[i], want)
		}
	}
	if bad > shown {
		t.Errorf("%d of %d differ", bad, len(c.got))
	}
}
