package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// What SQL's syntax computes beside its functions (ARRAY[…], ROW(…), casts
// through text, subscripts) SQLite lacks. A helper is the Go function for such
// a node: emission calls it by name from SQL, Eval calls it directly.

// helper pairs the makers of a node's function with the operands it is called
// with. It is an error to ask for a type that has no values here.
type helper func(env *Env, e Expr) (*Function, []Expr, error)

// helperFor is the function for e and its arguments.
func helperFor(env *Env, e Expr) (*Function, []Expr, error) {
	var build helper
	switch e.(type) {
	case *ArrayExpr:
		build = arrayHelper
	case *RowExpr:
		build = rowHelper
	case *Field:
		build = fieldHelper
	case *Subscript:
		build = subscriptHelper
	case *SubscriptAssign:
		build = subscriptAssignHelper
	case *CoerceIO:
		build = textHelper
	case *CoerceTypmod:
		build = typmodHelper
	case *CoerceArray:
		build = arrayCoercionHelper
	case *CoerceDomain:
		build = domainHelper
	case *MinMax:
		build = minMaxHelper
	case *ArrayOp:
		build = arrayOpHelper
	case *NullTest:
		build = rowNullHelper
	case *Relabel:
		build = oidHelper
	default:
		return nil, nil, pgerr.Internal("no function for %T", e)
	}
	return build(env, e)
}

// typeOf is the descriptor of a type's values; types without one cannot occur
// in an expression.
func typeOf(env *Env, id oid.OID) (*datum.Type, error) {
	if t := datum.ByOID(id); t != nil {
		return t, nil
	}
	if env.Catalog != nil {
		if t := env.Catalog.Type(id); t != nil && t.Values != nil {
			return t.Values, nil
		}
	}
	return nil, pgerr.Unsupported("type %s", typeName(env, id))
}

// typeName is a type's name for messages.
func typeName(env *Env, id oid.OID) string {
	if env.Catalog != nil {
		if t := env.Catalog.Type(id); t != nil {
			if t.IsArray() {
				return typeName(env, t.Elem) + "[]"
			}
			if name, ok := sqlTypeNames[id]; ok {
				return name
			}
			return t.Name
		}
	}
	if t := datum.ByOID(id); t != nil {
		return t.Name
	}
	return fmt.Sprint(id)
}

// sqlTypeNames are the types that SQL spells otherwise than pg_type does.
var sqlTypeNames = map[oid.OID]string{
	oid.Bool: "boolean", oid.Int2: "smallint", oid.Int4: "integer", oid.Int8: "bigint",
	oid.Float4: "real", oid.Float8: "double precision", oid.VarChar: "character varying",
	oid.BPChar: "character", oid.Char: `"char"`, oid.Timestamp: "timestamp without time zone",
	oid.TimestampTZ: "timestamp with time zone", oid.Time: "time without time zone",
	oid.TimeTZ: "time with time zone", oid.VarBit: "bit varying",
}

// typeNames joins the names of several types.
func typeNames(env *Env, ids []oid.OID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = typeName(env, id)
	}
	return strings.Join(names, ", ")
}

// digest shortens a key to what a function name can hold.
func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:10])
}

// keyFunction makes the blob by which values of a type compare; see
// datum.OrderKey.
func keyFunction(t *datum.Type) *Function {
	return &Function{
		Name: fmt.Sprintf("key_%d", t.OID), Args: 1, Strict: true,
		Call: builtin.Call{Args: []oid.OID{t.OID}, Result: oid.Bytea},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return datum.Blob(t.AppendKey(nil, a[0])), nil
		},
	}
}

// countFunction checks a LIMIT or OFFSET that only SQLite can compute.
func countFunction(what count) *Function {
	return &Function{
		Name: countRules[what].name, Args: 1,
		Call: builtin.Call{Args: []oid.OID{oid.Int8}, Result: oid.Int8},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return checkCount(a[0], what)
		},
	}
}
