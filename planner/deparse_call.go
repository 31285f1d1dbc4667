package planner

import (
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// constant writes a literal; typed ones end in their type unless the text alone
// means it.
func (d *deparser) constant(c *Const, typed bool) {
	if c.Value.IsNull() {
		d.write("NULL")
		if typed {
			d.write("::", d.a.typeNameMod(c.Typ, c.Mod))
		}
		return
	}
	text, label := d.text(c), true
	switch c.Typ {
	case oid.Bool:
		if c.Value.Bool() {
			d.write("true")
		} else {
			d.write("false")
		}
		return
	case oid.Int4:
		if label = strings.HasPrefix(text, "-"); !label {
			d.write(text)
		} else {
			d.write("'", text, "'")
		}
	case oid.Numeric:
		float := strings.ContainsAny(text, "eE.")
		if text[0] >= '0' && text[0] <= '9' && float {
			d.write(text)
		} else {
			d.write("'", text, "'")
		}
		label = !(text[0] >= '0' && text[0] <= '9' && float) || c.Mod >= 0
	case oid.Unknown:
		d.write(quoteLiteral(text))
		return
	default:
		d.write(quoteLiteral(text))
	}
	if label && typed {
		d.write("::", d.a.typeNameMod(c.Typ, c.Mod))
	}
}

func (d *deparser) text(c *Const) string {
	t := d.a.cat.Type(c.Typ)
	if c.Typ == oid.Unknown || t == nil || t.Values == nil {
		return c.Value.Str()
	}
	values := t.Values
	if values == nil {
		values = datum.ByOID(oid.Text)
	}
	return string(values.AppendText(nil, d.values, c.Value))
}

// quoteLiteral is a string as SQL reads it.
func quoteLiteral(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// cast writes arg::type, or arg alone for an implicit cast that is not to be
// shown.
func (d *deparser) cast(arg Expr, e Expr, form CallForm, implicit bool) {
	if form != FormCast && !implicit {
		d.bare(arg)
		return
	}
	if c, ok := arg.(*Const); ok && c.Typ == e.Type() && c.Mod == -1 {
		d.constant(c, false)
	} else {
		d.write("(")
		if !d.parenthesized(arg) {
			d.bare(arg)
		}
		d.write(")")
	}
	d.write("::", d.a.typeNameMod(e.Type(), e.Typmod()))
}

// call writes a function, an operator or a cast.
func (d *deparser) call(e *FuncCall, implicit bool) {
	switch e.Form {
	case FormOperator:
		d.write("(")
		if len(e.Args) == 2 {
			d.operand(e.Args[0])
			d.write(" ")
		}
		d.write(d.operator(e.Op), " ")
		d.operand(e.Args[len(e.Args)-1])
		d.write(")")
		return
	case FormCast, FormImplicitCast:
		d.cast(e.Args[0], e, e.Form, implicit)
		return
	case FormSQL:
		if d.syntax(e) {
			return
		}
	}
	d.write(d.procName(e.Proc), "(")
	for i, arg := range e.Args {
		if i > 0 {
			d.write(", ")
		}
		if i == len(e.Args)-1 && (e.Variadic || e.Proc.Variadic != 0 && e.Proc.Variadic != oid.Any) {
			d.write("VARIADIC ")
		}
		d.expr(arg)
	}
	d.write(")")
}

// procName is a function's name, with its schema where the path does not lead
// to it.
func (d *deparser) procName(p *catalog.Proc) string {
	name := quoteIdent(p.Name)
	if p.Schema == oid.PGCatalogSchema || slices.Contains(d.a.path, p.Schema) {
		return name
	}
	return quoteIdent(d.a.schemaName(p.Schema)) + "." + name
}

func (d *deparser) operator(op *catalog.Operator) string {
	if op.Schema == oid.PGCatalogSchema || slices.Contains(d.a.path, op.Schema) {
		return op.Name
	}
	return "OPERATOR(" + quoteIdent(d.a.schemaName(op.Schema)) + "." + op.Name + ")"
}

// timeFunctions are the constructs for the time of the transaction by type.
var timeFunctions = map[oid.OID]string{
	oid.Date: "CURRENT_DATE", oid.TimeTZ: "CURRENT_TIME", oid.TimestampTZ: "CURRENT_TIMESTAMP",
	oid.Time: "LOCALTIME", oid.Timestamp: "LOCALTIMESTAMP",
}

// nameFunctions are the constructs for names of the session by function.
var nameFunctions = map[string]string{
	"current_user": "CURRENT_USER", "session_user": "SESSION_USER", "current_database": "CURRENT_CATALOG",
	"current_schema": "CURRENT_SCHEMA",
}

// timed reports whether a coercion to a precision belongs to CURRENT_TIMESTAMP(n)
// or one of its kin.
func timed(e *CoerceTypmod) bool {
	c, ok := e.Arg.(*FuncCall)
	return ok && c.Form == FormSQL && isNow(c)
}

func isNow(c *FuncCall) bool {
	for {
		if c.Proc.Name == "now" && len(c.Args) == 0 {
			return true
		}
		if c.Form != FormSQL || len(c.Args) != 1 {
			return false
		}
		inner, ok := c.Args[0].(*FuncCall)
		if !ok {
			return false
		}
		c = inner
	}
}

// syntax writes a call that has syntax of its own; false where none is known.
func (d *deparser) syntax(e *FuncCall) bool {
	if isNow(e) {
		d.write(timeFunctions[e.Typ])
		return true
	}
	if name := nameFunctions[e.Proc.Name]; name != "" && len(e.Args) == 0 {
		d.write(name)
		return true
	}
	pieces, ok := syntaxes[e.Proc.Name+"/"+itoa(len(e.Args))]
	if !ok {
		return false
	}
	for _, p := range pieces {
		if p.arg < 0 {
			d.write(p.text)
			continue
		}
		if p.bare {
			if c, ok := e.Args[p.arg].(*Const); ok {
				d.write(c.Value.Str())
				continue
			}
		}
		d.expr(e.Args[p.arg])
	}
	return true
}

// piece is a word of a construct, or the place of an argument; bare ones are
// written as keywords.
type piece struct {
	text string
	arg  int
	bare bool
}

// construct splits "EXTRACT(!0 FROM $1)" into pieces: $n is an argument, !n one
// that is written as a keyword.
func construct(pattern string) []piece {
	var out []piece
	rest := pattern
	for rest != "" {
		i := strings.IndexAny(rest, "$!")
		if i < 0 {
			return append(out, piece{text: rest, arg: -1})
		}
		if i > 0 {
			out = append(out, piece{text: rest[:i], arg: -1})
		}
		out = append(out, piece{arg: int(rest[i+1] - '0'), bare: rest[i] == '!'})
		rest = rest[i+2:]
	}
	return out
}

// syntaxes are the constructs by function name and number of arguments.
var syntaxes = map[string][]piece{
	"timezone/2":      construct("($1 AT TIME ZONE $0)"),
	"extract/2":       construct("EXTRACT(!0 FROM $1)"),
	"overlaps/4":      construct("(($0, $1) OVERLAPS ($2, $3))"),
	"is_normalized/1": construct("(($0) IS NORMALIZED)"),
	"is_normalized/2": construct("(($0) IS !1 NORMALIZED)"),
	"normalize/1":     construct("NORMALIZE($0)"),
	"normalize/2":     construct("NORMALIZE($0, !1)"),
	"overlay/3":       construct("OVERLAY($0 PLACING $1 FROM $2)"),
	"overlay/4":       construct("OVERLAY($0 PLACING $1 FROM $2 FOR $3)"),
	"position/2":      construct("POSITION(($1) IN ($0))"),
	"substring/2":     construct("SUBSTRING($0 FROM $1)"),
	"substring/3":     construct("SUBSTRING($0 FROM $1 FOR $2)"),
	"btrim/1":         construct("TRIM(BOTH FROM $0)"),
	"btrim/2":         construct("TRIM(BOTH $1 FROM $0)"),
	"ltrim/1":         construct("TRIM(LEADING FROM $0)"),
	"ltrim/2":         construct("TRIM(LEADING $1 FROM $0)"),
	"rtrim/1":         construct("TRIM(TRAILING FROM $0)"),
	"rtrim/2":         construct("TRIM(TRAILING $1 FROM $0)"),
}
