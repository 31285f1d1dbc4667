package planner

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// rowHelper is ROW(…). Of a whole row that an outer join made NULL the first
// operand says so.
func rowHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*RowExpr)
	types := make([]*datum.Type, len(e.Fields))
	var name strings.Builder
	name.WriteString("row")
	for i, f := range e.Fields {
		t, err := typeOf(env, f.Type())
		if err != nil {
			return nil, nil, err
		}
		types[i] = t
		fmt.Fprintf(&name, "_%d", f.Type())
	}
	full := name.String()
	if len(full) > 100 {
		full = "row_" + digest(full)
	}
	return &Function{
		Name: full, Args: -1,
		Call: builtin.Call{Result: e.Typ},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return newRecord(types, a), nil
		},
	}, e.Fields, nil
}

// fieldHelper is (row).field.
func fieldHelper(_ *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*Field)
	index := e.Index
	return &Function{
		Name: fmt.Sprintf("field_%d_%d", index, e.Typ), Args: 1, Strict: true,
		Call: builtin.Call{Args: []oid.OID{e.Arg.Type()}, Result: e.Typ},
		Scalar: func(c *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			fields, err := recordFields(c, a[0])
			if err != nil || index >= len(fields) {
				return datum.Null, err
			}
			return fields[index], nil
		},
	}, []Expr{e.Arg}, nil
}

// rowNullHelper is row IS [NOT] NULL: every field is, or every field is not.
func rowNullHelper(_ *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*NullTest)
	name, not := "row_null", e.Not
	if not {
		name = "row_not_null"
	}
	return &Function{
		Name: name, Args: 1,
		Call: builtin.Call{Args: []oid.OID{oid.Record}, Result: oid.Bool},
		Scalar: func(c *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			if a[0].IsNull() {
				return datum.Bool(!not), nil
			}
			fields, err := recordFields(c, a[0])
			if err != nil {
				return datum.Null, err
			}
			for _, f := range fields {
				if f.IsNull() == not {
					return datum.Bool(false), nil
				}
			}
			return datum.Bool(true), nil
		},
	}, []Expr{e.Arg}, nil
}

// newRecord makes a record in Postgres's binary format: the number of fields,
// then for each its type, length and value.
func newRecord(types []*datum.Type, values []datum.Datum) datum.Datum {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(types)))
	for i, t := range types {
		b = binary.BigEndian.AppendUint32(b, uint32(t.OID))
		if values[i].IsNull() {
			b = binary.BigEndian.AppendUint32(b, math.MaxUint32)
			continue
		}
		at := len(b)
		b = t.AppendBinary(append(b, 0, 0, 0, 0), nil, values[i])
		binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	return datum.Blob(b)
}

// recordFields takes a record apart again.
func recordFields(c *builtin.Call, d datum.Datum) ([]datum.Datum, error) {
	short := pgerr.New(pgerr.InvalidBinaryRepresentation, "insufficient data left in message")
	b := d.Bytes()
	if len(b) < 4 {
		return nil, short
	}
	fields := make([]datum.Datum, 0, 8)
	for b = b[4:]; len(b) >= 8; {
		t, n := c.Type(oid.OID(binary.BigEndian.Uint32(b))), int(int32(binary.BigEndian.Uint32(b[4:])))
		b = b[8:]
		if n < 0 {
			fields = append(fields, datum.Null)
			continue
		}
		if t == nil || n > len(b) {
			return nil, short
		}
		f, err := t.Recv(c.Env, b[:n])
		if err != nil {
			return nil, err
		}
		fields, b = append(fields, f), b[n:]
	}
	return fields, nil
}
