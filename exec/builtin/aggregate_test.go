package builtin

import (
	"context"
	"fmt"
	"math/rand"
	"strconv"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/oracle"
)

// TestInverseForgets slides a window over random values: what is left after
// forgetting the oldest must be what a fresh accumulator has, to the scale.
func TestInverseForgets(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	numbers := []string{"NaN", "Infinity", "-Infinity", "0", "12345678901234567890.123"}
	value := func(typ string) datum.Datum {
		switch {
		case rng.Intn(8) == 0:
			return datum.Null
		case typ != "numeric":
			return datum.Int(rng.Int63n(2000) - 1000)
		case rng.Intn(6) == 0:
			return datum.Text(numbers[rng.Intn(len(numbers))])
		}
		return datum.Text(strconv.FormatFloat(rng.NormFloat64()*100, 'f', rng.Intn(5), 64))
	}
	for _, name := range []string{"sum", "avg", "variance", "stddev_pop"} {
		for _, typ := range []string{"bigint", "numeric"} {
			impl := Functions()[name+"("+typ+")"]
			acc, err := impl.Aggregate(&Call{})
			if err != nil {
				t.Fatal(err)
			}
			sliding := acc.(Inverter)
			var window [][]datum.Datum
			for range 400 {
				row := []datum.Datum{value(typ)}
				window = append(window, row)
				if err := sliding.Step(row); err != nil {
					t.Fatal(err)
				}
				for len(window) > 5 {
					if err := sliding.Inverse(window[0]); err != nil {
						t.Fatal(err)
					}
					window = window[1:]
				}
				fresh, _ := impl.Aggregate(&Call{})
				for _, row := range window {
					_ = fresh.Step(row)
				}
				got, err := sliding.Value()
				want, err2 := fresh.Value()
				if err != nil || err2 != nil || got.Kind() != want.Kind() || got.Str() != want.Str() {
					t.Fatalf("%s(%s): %s, afresh %s (%v, %v)", name, typ, got.Str(), want.Str(), err, err2)
				}
			}
		}
	}
}

// TestSeedGivesPostgresNumbers holds that a seed starts Postgres's sequence.
func TestSeedGivesPostgresNumbers(t *testing.T) {
	conn := oracle.Postgres(t).Connect(t)
	for _, seed := range []float64{0, 0.5, -1, 0.123} {
		query := fmt.Sprintf("SELECT setseed(%g); SELECT random(), random(), random()", seed)
		results, err := conn.PgConn().Exec(context.Background(), query).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var r Random
		r.Seed(seed)
		for i, want := range results[1].Rows[0] {
			if got := string(datum.AppendFloat(nil, r.Float64(), 64)); got != string(want) {
				t.Errorf("seed %g, number %d: %s, not %s", seed, i, got, want)
			}
		}
	}
}

// fieldSession knows one composite type.
type fieldSession struct{ testSession }

const pairType = oid.FirstNormal + 1

func (s *fieldSession) FieldsOf(id oid.OID) ([]Column, bool) {
	if id != pairType {
		return nil, false
	}
	return []Column{{"x", datum.ByOID(oid.Int4), -1}, {"y", datum.ByOID(oid.Text), -1}}, true
}

func (s *fieldSession) Type(id oid.OID) *datum.Type {
	if id != pairType {
		return datum.ByOID(id)
	}
	return datum.CompositeType(pairType, "pair", []*datum.Type{datum.ByOID(oid.Int4), datum.ByOID(oid.Text)})
}

// TestRecordsAsJSON covers what the files cannot say: composite types and the
// names of fields.
func TestRecordsAsJSON(t *testing.T) {
	types := []*datum.Type{datum.ByOID(oid.Int4), datum.ByOID(oid.Text)}
	row := datum.NewRecord(types, []datum.Datum{datum.Int(1), datum.Text("a")})
	session := &fieldSession{testSession{env: datum.DefaultEnv()}}
	for _, c := range []struct {
		call Call
		want string
	}{
		{Call{Args: []oid.OID{oid.Record}}, `{"f1":1,"f2":"a"}`},
		{Call{Args: []oid.OID{oid.Record}, Fields: [][]string{{"id", "name"}}}, `{"id":1,"name":"a"}`},
		{Call{Args: []oid.OID{pairType}}, `{"x":1,"y":"a"}`},
	} {
		c.call.Env, c.call.Session = datum.DefaultEnv(), session
		got, err := Functions()["row_to_json"].Scalar(&c.call, []datum.Datum{row})
		if err != nil || got.Str() != c.want {
			t.Errorf("%s, not %s (%v)", got.Str(), c.want, err)
		}
	}
	call := &Call{Args: []oid.OID{pairType, oid.JSON}, Result: pairType, Env: datum.DefaultEnv(), Session: session}
	got, err := Functions()["json_populate_record"].Scalar(call, []datum.Datum{row, datum.Text(`{"y": "b"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if text := string(session.Type(pairType).AppendText(nil, call.Env, got)); text != "(1,b)" {
		t.Errorf("%s, not (1,b)", text)
	}
}
