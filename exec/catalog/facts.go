package catalog

import (
	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// Type is a row of pg_type with the descriptor of its values.
type Type struct {
	OID                                                    oid.OID
	Name                                                   string
	Schema                                                 oid.OID
	Len                                                    int16
	ByVal                                                  bool
	Kind                                                   byte // typtype: 'b' base, 'c' composite, 'd' domain, 'e' enum, 'p' pseudo, 'r' range, 'm' multirange
	Category                                               byte
	Preferred                                              bool
	Delim                                                  byte
	Elem                                                   oid.OID // of arrays and of subscriptable types (typelem)
	Array                                                  oid.OID
	Relation                                               oid.OID // of a row type
	Base                                                   oid.OID // of a domain
	Typmod                                                 int32   // of a domain
	NotNull                                                bool    // of a domain
	Collation                                              oid.OID
	Input, Output, Receive, Send, ModIn, ModOut, Subscript oid.OID
	Align, Storage                                         byte
	Default                                                string
	Owner                                                  oid.OID
	// Values describes the type's values; nil for types that nobody can store
	// or send here.
	Values *datum.Type
	// Labels are an enum's labels in order.
	Labels []string
	// Checks are the constraints of a domain, over VALUE.
	Checks []*Constraint
}

// IsArray reports whether the type is a true array type. So are int2vector and
// oidvector, as far as subscripts and ANY go; they differ in their text form,
// their lower bound of 0 and their name.
func (t *Type) IsArray() bool { return t.Category == 'A' && t.Elem != 0 && t.Len == -1 }

// Proc is a row of pg_proc with its implementation.
type Proc struct {
	OID      oid.OID
	Name     string
	Schema   oid.OID
	Kind     byte      // 'f' function, 'a' aggregate, 'w' window function, 'p' procedure
	Args     []oid.OID // input arguments
	Result   oid.OID
	Set      bool
	Strict   bool
	Volatile byte    // 'i', 's', 'v'
	Variadic oid.OID // element type of a VARIADIC last argument, 0 for none; oid.Any for VARIADIC "any"
	Defaults int     // how many of the last arguments have defaults
	// DefaultExprs are the default expressions of our own functions with named
	// arguments, as SQL text, one for each of the last Defaults arguments.
	DefaultExprs []string
	// AllArgs, Modes and Names describe OUT and TABLE columns where there are any.
	AllArgs  []oid.OID
	Modes    []byte // 'i', 'o', 'b', 'v', 't'
	Names    []string
	Source   string // prosrc
	Language oid.OID
	// Signature is the function as regprocedure shows it, with pg_catalog and
	// public in the search path.
	Signature string
	// Aggregate facts
	AggKind       byte // 'n' normal, 'o' ordered-set, 'h' hypothetical
	AggDirectArgs int

	// Impl is nil for a function that Postgres has and Voronoi has not: calling
	// it is 0A000 by name.
	Impl *builtin.Impl
	// FromClause marks a function that may only stand in FROM and that the
	// planner handles itself: "knn".
	FromClause string
}

// Operator is a row of pg_operator.
type Operator struct {
	OID         oid.OID
	Name        string
	Schema      oid.OID
	Kind        byte    // 'b' binary, 'l' prefix
	Left, Right oid.OID // Left is 0 for a prefix operator
	Result      oid.OID
	Proc        oid.OID
	Commutator  oid.OID
	Negator     oid.OID
}

// Cast is a row of pg_cast.
type Cast struct {
	OID            oid.OID
	Source, Target oid.OID
	Func           oid.OID // 0 unless Method is 'f'
	Context        byte    // 'i' implicit, 'a' assignment, 'e' explicit
	Method         byte    // 'f' function, 'i' input/output, 'b' binary coercible
}

// OpClass is a row of pg_opclass.
type OpClass struct {
	OID     oid.OID
	Method  string // access method's name
	Name    string
	Schema  oid.OID
	Family  oid.OID
	Input   oid.OID
	Default bool
	KeyType oid.OID
}

// Schema is a row of pg_namespace.
type Schema struct {
	OID     oid.OID
	Name    string
	Owner   oid.OID
	Comment string `json:",omitempty"`
}

// AccessMethod is a row of pg_am.
type AccessMethod struct {
	OID     oid.OID
	Name    string
	Handler oid.OID
	Kind    byte // 'i' index, 't' table
}

// Collation is a row of pg_collation.
type Collation struct {
	OID    oid.OID
	Name   string
	Schema oid.OID
}
