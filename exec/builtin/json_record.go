package builtin

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// jsonRecords make rows out of objects. Their columns are those of a composite
// type or those that the statement lists.
func jsonRecords() Table {
	t := Table{}
	for _, kind := range []string{"json", "jsonb"} {
		t[kind+"_to_record"] = Impl{Set: func(c *Call, a []datum.Datum) (Rows, error) {
			return recordRows(c, kind+"_to_record", datum.Null, a[0], false)
		}}
		t[kind+"_to_recordset"] = Impl{Set: func(c *Call, a []datum.Datum) (Rows, error) {
			return recordRows(c, kind+"_to_recordset", datum.Null, a[0], true)
		}}
		t[kind+"_populate_recordset"] = Impl{Set: func(c *Call, a []datum.Datum) (Rows, error) {
			return recordRows(c, kind+"_populate_recordset", a[0], a[1], true)
		}}
		t[kind+"_populate_record"] = scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return populateRecord(c, kind+"_populate_record", a[0], a[1])
		})
	}
	return t
}

// resultColumns is what a row consists of.
func resultColumns(c *Call, function string) ([]Column, error) {
	if c.Columns != nil {
		return c.Columns, nil
	}
	if fields, ok := fieldsOfType(c, c.Result); ok {
		return fields, nil
	}
	return nil, pgerr.Newf(pgerr.FeatureNotSupported, "could not determine row type for result of %s", function).
		WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
}

// baseValues are the values that an object may leave as they are.
func baseValues(base datum.Datum, columns []Column) []datum.Datum {
	values := make([]datum.Datum, len(columns))
	if base.IsNull() {
		return values
	}
	types := make([]*datum.Type, len(columns))
	for i, col := range columns {
		types[i] = col.Type
	}
	fields, _ := datum.RecordFields(types, base)
	copy(values, fields)
	return values
}

func populateRecord(c *Call, function string, base, object datum.Datum) (datum.Datum, error) {
	if object.IsNull() {
		return base, nil
	}
	columns, err := resultColumns(c, function)
	if err != nil {
		return datum.Null, err
	}
	values, err := objectRow(c, function, columns, base, object.Bytes())
	if err != nil {
		return datum.Null, err
	}
	types := make([]*datum.Type, len(columns))
	for i, col := range columns {
		types[i] = col.Type
	}
	return datum.NewRecord(types, values), nil
}

func recordRows(c *Call, function string, base, source datum.Datum, set bool) (Rows, error) {
	if source.IsNull() && set {
		return noRows, nil
	}
	columns, err := resultColumns(c, function)
	if err != nil {
		return nil, err
	}
	if source.IsNull() {
		return tableRows([][]datum.Datum{baseValues(base, columns)}), nil
	}
	source = source.Clone()
	if !set {
		row, err := objectRow(c, "populate_composite", columns, base, source.Bytes())
		return tableRows([][]datum.Datum{row}), err
	}
	switch k := jsonKind(source.Bytes()); {
	case k == '[':
	case function[:5] == "jsonb":
		return nil, invalid("cannot call %s on a non-array", function)
	default:
		return nil, invalid("cannot call %s on %s", function, pick(k == '{', "an object", "a scalar"))
	}
	var rows [][]datum.Datum
	jsonItems(source.Bytes(), func(_ int, value []byte) bool {
		if jsonKind(value) != '{' {
			err = invalid("argument of %s must be an array of objects", function)
			return false
		}
		var row []datum.Datum
		row, err = objectRow(c, function, columns, base, value)
		rows = append(rows, row)
		return err == nil
	})
	return tableRows(rows), err
}

// objectRow fills columns from the members of an object.
func objectRow(c *Call, function string, columns []Column, base datum.Datum, object []byte) ([]datum.Datum, error) {
	switch jsonKind(object) {
	case '{':
	case '[':
		return nil, invalid("cannot call %s on an array", function)
	default:
		return nil, invalid("cannot call %s on a scalar", function)
	}
	values := baseValues(base, columns)
	for i, col := range columns {
		member := jsonField(object, []byte(col.Name))
		if member == nil {
			continue
		}
		var err error
		if values[i], err = fromJSON(c, function, col, member); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// fromJSON converts a JSON value to a column's type.
func fromJSON(c *Call, function string, col Column, b []byte) (datum.Datum, error) {
	b = jsonTrim(b)
	if b[0] == 'n' {
		return null()
	}
	d, err := fromJSONUnmodified(c, function, col, b)
	if err != nil || col.Typmod < 0 || col.Type.Coerce == nil || d.IsNull() {
		return d, err
	}
	return col.Type.Coerce(d, col.Typmod, false)
}

func fromJSONUnmodified(c *Call, function string, col Column, b []byte) (datum.Datum, error) {
	t := col.Type
	switch t.OID {
	case oid.JSON:
		return datum.TextBytes(b), nil
	case oid.JSONB:
		return datum.ToJSONB(datum.TextBytes(b))
	}
	if t.Elem != nil && b[0] != '"' {
		return arrayFromJSON(c, function, col, b)
	}
	if fields, ok := fieldsOfType(c, t.OID); ok && b[0] == '{' {
		values, err := objectRow(c, function, fields, datum.Null, b)
		if err != nil {
			return datum.Null, err
		}
		types := make([]*datum.Type, len(fields))
		for i, f := range fields {
			types[i] = f.Type
		}
		return datum.NewRecord(types, values), nil
	}
	if b[0] == '"' {
		return t.Input(c.Env, string(jsonString(b)))
	}
	return t.Input(c.Env, string(b))
}

// arrayFromJSON makes an array out of nested JSON arrays of one shape.
func arrayFromJSON(c *Call, function string, col Column, b []byte) (datum.Datum, error) {
	expected := func(detail string) error {
		e := pgerr.New(pgerr.InvalidTextRepresentation, detail)
		return e.WithHint(`See the value of key "%s".`, col.Name)
	}
	if b[0] != '[' {
		return datum.Null, expected("expected JSON array")
	}
	var dims []datum.Dim
	for part := b; part != nil && part[0] == '['; part = jsonElement(part, 0) {
		dims = append(dims, datum.Dim{Len: jsonCount(part), Lower: 1})
		if jsonCount(part) == 0 {
			break
		}
	}
	var elems []datum.Datum
	var walk func(part []byte, depth int) error
	walk = func(part []byte, depth int) error {
		var err error
		if jsonCount(part) != dims[depth].Len {
			return pgerr.New(pgerr.InvalidTextRepresentation, "malformed JSON array").
				WithDetail("Multidimensional arrays must have sub-arrays with matching dimensions.")
		}
		jsonItems(part, func(_ int, value []byte) bool {
			if depth+1 < len(dims) {
				if value[0] != '[' {
					err = expected("expected JSON array")
					return false
				}
				err = walk(value, depth+1)
				return err == nil
			}
			var e datum.Datum
			e, err = fromJSON(c, function, Column{Name: col.Name, Type: col.Type.Elem, Typmod: col.Typmod}, value)
			elems = append(elems, e)
			return err == nil
		})
		return err
	}
	if err := walk(b, 0); err != nil {
		return datum.Null, err
	}
	return datum.NewArrayDims(col.Type.Elem, dims, elems)
}
