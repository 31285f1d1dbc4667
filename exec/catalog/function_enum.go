package catalog

import (
	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// enumFunctions tell of the labels of an enum type, which they know by the type
// of their argument.
func enumFunctions() builtin.Table {
	first := over(func(q *query, _ []datum.Datum) (datum.Datum, error) {
		labels, err := q.enumLabels(q.call.Args[0])
		if err != nil {
			return datum.Null, err
		}
		return datum.Int(labels[0].Ordinal), nil
	})
	last := over(func(q *query, _ []datum.Datum) (datum.Datum, error) {
		labels, err := q.enumLabels(q.call.Args[0])
		if err != nil {
			return datum.Null, err
		}
		return datum.Int(labels[len(labels)-1].Ordinal), nil
	})
	between := over(func(q *query, args []datum.Datum) (datum.Datum, error) {
		labels, err := q.enumLabels(q.call.Args[0])
		if err != nil {
			return datum.Null, err
		}
		var low, high datum.Datum
		if len(args) == 2 {
			low, high = args[0], args[1]
		}
		list := []datum.Datum{}
		for _, label := range labels {
			if (low.IsNull() || label.Ordinal >= low.Int()) && (high.IsNull() || label.Ordinal <= high.Int()) {
				list = append(list, datum.Int(label.Ordinal))
			}
		}
		return datum.NewArray(q.s.Type(q.call.Args[0]).Values, list), nil
	})
	return builtin.Table{
		"enum_first": first, "enum_last": last, "enum_range_bounds": between, "enum_range_all": between,
	}
}

// enumLabels are the labels of the enum type of an argument, at least one.
func (q *query) enumLabels(id oid.OID) ([]EnumLabel, error) {
	def := q.s.TypeDef(id)
	if def == nil || def.Kind != 'e' {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "could not determine actual enum type")
	}
	if len(def.Labels) == 0 {
		return nil, pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "enum %s contains no values", q.spoken(id))
	}
	return def.Labels, nil
}
