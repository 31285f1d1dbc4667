package builtin

import (
	"voronoi/internal/datum"
)

// rowsFunc is Rows by a function.
type rowsFunc func() ([]datum.Datum, error)

// Next gives the next row.
func (f rowsFunc) Next() ([]datum.Datum, error) { return f() }

// noRows is the result of a function that returns nothing.
var noRows = rowsFunc(func() ([]datum.Datum, error) { return nil, nil })

// listRows gives one row of one column for each value.
func listRows(values []datum.Datum) Rows {
	row := make([]datum.Datum, 1)
	return rowsFunc(func() ([]datum.Datum, error) {
		if len(values) == 0 {
			return nil, nil
		}
		row[0], values = values[0], values[1:]
		return row, nil
	})
}

// tableRows gives the rows of a list.
func tableRows(rows [][]datum.Datum) Rows {
	return rowsFunc(func() ([]datum.Datum, error) {
		if len(rows) == 0 {
			return nil, nil
		}
		row := rows[0]
		rows = rows[1:]
		return row, nil
	})
}

func setFunctions() Table {
	return Table{
		"generate_series_int4":      {Set: seriesOfInts(32)},
		"generate_series_int8":      {Set: seriesOfInts(64)},
		"generate_series_step_int4": {Set: seriesOfInts(32)},
		"generate_series_step_int8": {Set: seriesOfInts(64)},
		"array_unnest":              {Set: unnest},
		"generate_subscripts":       {Set: subscripts},
		"generate_subscripts_nodir": {Set: subscripts},
	}
}

func seriesOfInts(int) func(c *Call, a []datum.Datum) (Rows, error) {
	return func(_ *Call, a []datum.Datum) (Rows, error) {
		step := int64(1)
		if len(a) > 2 {
			if step = a[2].Int(); step == 0 {
				return nil, zeroStep()
			}
		}
		return intSeries(a[0].Int(), a[1].Int(), step), nil
	}
}

func zeroStep() error { return invalid("step size cannot equal zero") }

// intSeries counts from first to last, which it reaches at most; it ends where
// the next number would not fit.
func intSeries(first, last, step int64) Rows {
	row := make([]datum.Datum, 1)
	next, more := first, true
	return rowsFunc(func() ([]datum.Datum, error) {
		if !more || step > 0 && next > last || step < 0 && next < last {
			return nil, nil
		}
		row[0] = datum.Int(next)
		next, more = addInts(next, step)
		return row, nil
	})
}

func unnest(c *Call, a []datum.Datum) (Rows, error) {
	elem, err := elemType(c, 0)
	if err != nil {
		return nil, err
	}
	return listRows(datum.ArrayElems(elem, a[0].Clone())), nil
}

// subscripts are those of one dimension, backwards if the third argument says
// so.
func subscripts(_ *Call, a []datum.Datum) (Rows, error) {
	dims := datum.ArrayDims(a[0])
	n := a[1].Int()
	if n < 1 || n > int64(len(dims)) {
		return noRows, nil
	}
	d := dims[n-1]
	if len(a) > 2 && a[2].Bool() {
		return intSeries(int64(d.Upper()), int64(d.Lower), -1), nil
	}
	return intSeries(int64(d.Lower), int64(d.Upper()), 1), nil
}
