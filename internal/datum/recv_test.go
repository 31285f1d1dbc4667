package datum

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// TestBinaryFormsAgainstPostgres sends good and damaged binary forms to both
// and compares the value or the error.
func TestBinaryFormsAgainstPostgres(t *testing.T) {
	s := newSession(t, DefaultEnv())
	r := rand.New(rand.NewPCG(7, 7))
	for _, typ := range typeList() {
		if typ.OID >= oid.FirstExtension || skipsBinary(typ) {
			continue
		}
		var forms [][]byte
		for _, text := range sampleTexts {
			if d, err := typ.Input(s.env, text); err == nil {
				forms = append(forms, typ.AppendBinary(nil, s.env, d))
			}
		}
		if len(forms) == 0 {
			continue
		}
		for range 20 {
			b := append([]byte{}, forms[r.IntN(len(forms))]...)
			switch r.IntN(5) {
			case 0:
				b = append(b, byte(r.IntN(256)))
			case 1:
				b = b[:r.IntN(len(b)+1)]
			case 2:
				if len(b) > 0 {
					b[r.IntN(len(b))] ^= 1 << r.IntN(8)
				}
			case 3:
				if len(b) > 0 {
					b[r.IntN(len(b))] = byte(r.IntN(256))
				}
			}
			compareRecv(t, s, typ, b)
		}
	}
}

// skipsBinary leaves out what cannot be sent or would need a catalog.
func skipsBinary(typ *Type) bool {
	if typ.Elem != nil {
		return skipsBinary(typ.Elem)
	}
	switch typ.OID {
	case oid.Record, oid.Unknown, oid.Void, oid.CString, oid.ACLItem, oid.PGNodeTree, oid.XML, oid.JSONPath, oid.Char:
		return true
	}
	return strings.HasPrefix(typ.Name, "reg")
}

func compareRecv(t *testing.T, s *session, typ *Type, b []byte) {
	t.Helper()
	var want, got outcome
	rows := s.conn.PgConn().ExecParams(context.Background(), "SELECT $1", [][]byte{b}, []uint32{uint32(typ.OID)}, []int16{1}, []int16{0}).Read()
	var e *pgconn.PgError
	switch {
	case errors.As(rows.Err, &e):
		want = outcome{code: e.Code, message: strings.TrimSuffix(e.Message, " in bind parameter 1"), detail: e.Detail}
	case rows.Err != nil:
		t.Fatal(rows.Err)
	default:
		want.text = string(rows.Rows[0][0])
	}
	d, err := typ.Recv(s.env, b)
	if err != nil {
		e := pgerr.From(err)
		got = outcome{code: e.Code, message: e.Message, detail: e.Detail}
	} else {
		got.text = string(typ.AppendText(nil, s.env, d))
	}
	if strings.HasPrefix(want.message, "binary data has array element type") {
		got.message = want.message // it may name a type that only PostgreSQL has
	}
	if got != want {
		t.Errorf("%s %x:\n got %v\nwant %v", typ.Name, b, got, want)
	}
}
