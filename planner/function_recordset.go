package planner

import (
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// json_to_record and json_to_recordset take their columns from the definition
// list behind them, which a function's own call does not tell: so they are made
// here, of the functions that take JSON apart.

// recordSets are the functions by prosrc: the prefix of the functions over
// their kind of JSON, and whether the argument is an array of objects.
var recordSets = map[string]struct {
	kind string
	many bool
}{
	"json_to_record": {"json", false}, "json_to_recordset": {"json", true},
	"jsonb_to_record": {"jsonb", false}, "jsonb_to_recordset": {"jsonb", true},
}

// recordColumn is one column of a definition list.
type recordColumn struct {
	name   string
	typ    *datum.Type
	typmod int32
}

// jsonParts are the functions that take JSON of one kind apart.
type jsonParts struct {
	elements, texts  func(*builtin.Call, []datum.Datum) (builtin.Rows, error)
	field, fieldText builtin.Scalar
}

func jsonPartsOf(env *Env, kind string) (*jsonParts, error) {
	p := &jsonParts{}
	for _, proc := range env.Catalog.ProcsNamed(kind + "_array_elements") {
		if proc.Impl != nil {
			p.elements = proc.Impl.Set
		}
	}
	for _, proc := range env.Catalog.ProcsNamed(kind + "_array_elements_text") {
		if proc.Impl != nil {
			p.texts = proc.Impl.Set
		}
	}
	for _, proc := range env.Catalog.ProcsNamed(kind + "_object_field") {
		if proc.Impl != nil {
			p.field = proc.Impl.Scalar
		}
	}
	for _, proc := range env.Catalog.ProcsNamed(kind + "_object_field_text") {
		if proc.Impl != nil {
			p.fieldText = proc.Impl.Scalar
		}
	}
	if p.elements == nil || p.texts == nil || p.field == nil || p.fieldText == nil {
		return nil, pgerr.Unsupported("function %s_to_record(%[1]s)", kind)
	}
	return p, nil
}

// recordSet is a call of one of recordSets with its columns; false for another
// function.
func (e *emitter) recordSet(f *TableFunc, columns []EntryColumn) (setCall, bool) {
	if f.Call == nil {
		return setCall{}, false
	}
	set, ok := recordSets[f.Call.Proc.Source]
	if !ok {
		return setCall{}, false
	}
	parts, err := jsonPartsOf(e.env, set.kind)
	if err != nil {
		e.fail(err)
		return setCall{}, true
	}
	var list []recordColumn
	var key strings.Builder
	for _, c := range columns {
		list = append(list, recordColumn{c.Name, e.typ(c.Type), c.Typmod})
		writeKey(&key, &Const{Typed: Typed{Typ: c.Type, Mod: c.Typmod}, Value: datum.Text(c.Name)})
	}
	many := set.many
	call := builtin.Call{Args: f.Call.ArgTypes, Result: oid.Record}
	return setCall{
		call: call, args: 1, columns: len(list), strict: true,
		name: "set_" + f.Call.Proc.Source + "_" + digest(key.String()),
		set: func(c *builtin.Call, args []datum.Datum) (builtin.Rows, error) {
			if !many {
				row, err := parts.row(c, args[0], list)
				return &oneRowOf{row: row}, err
			}
			objects, err := parts.elements(c, args)
			if err != nil {
				return nil, err
			}
			return &recordRows{parts: parts, call: c, objects: objects, columns: list}, nil
		},
	}, true
}

// recordRows turns objects into rows.
type recordRows struct {
	parts   *jsonParts
	call    *builtin.Call
	objects builtin.Rows
	columns []recordColumn
}

// Next gives the row of the next object.
func (r *recordRows) Next() ([]datum.Datum, error) {
	object, err := r.objects.Next()
	if object == nil || err != nil {
		return nil, err
	}
	return r.parts.row(r.call, object[0], r.columns)
}

// row reads the columns of one object. JSON's null, and a key that is missing,
// are NULL.
func (p *jsonParts) row(c *builtin.Call, object datum.Datum, columns []recordColumn) ([]datum.Datum, error) {
	row := make([]datum.Datum, len(columns))
	for i, column := range columns {
		key := []datum.Datum{object, datum.Text(column.name)}
		text, err := p.fieldText(c, key)
		if err != nil {
			return nil, err
		}
		if text.IsNull() {
			continue
		}
		if row[i], err = p.value(c, key, text, column); err != nil {
			return nil, err
		}
		if column.typ.Coerce != nil && column.typmod >= 0 {
			if row[i], err = column.typ.Coerce(row[i], column.typmod, false); err != nil {
				return nil, err
			}
		}
	}
	return row, nil
}

// value reads one field: JSON stays JSON, an array is read element by element,
// everything else by its text.
func (p *jsonParts) value(c *builtin.Call, key []datum.Datum, text datum.Datum, column recordColumn) (datum.Datum, error) {
	t := column.typ
	switch {
	case t.OID == oid.JSON || t.OID == oid.JSONB:
		field, err := p.field(c, key)
		if err != nil {
			return datum.Null, err
		}
		return t.Input(c.Env, field.Str())
	case t.Elem == nil || !strings.HasPrefix(text.View(), "["):
		return t.Input(c.Env, text.Str())
	}
	field, err := p.field(c, key)
	if err != nil {
		return datum.Null, err
	}
	rows, err := p.texts(c, []datum.Datum{field})
	if err != nil {
		return datum.Null, err
	}
	var elems []datum.Datum
	for {
		row, err := rows.Next()
		if err != nil {
			return datum.Null, err
		}
		if row == nil {
			return datum.NewArray(t.Elem, elems), nil
		}
		elem := datum.Null
		if !row[0].IsNull() {
			if elem, err = t.Elem.Input(c.Env, row[0].Str()); err != nil {
				return datum.Null, err
			}
		}
		elems = append(elems, elem)
	}
}
