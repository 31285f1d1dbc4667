package exec

import (
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// sqlSequenceState is what a sequence shows when it is read as a table:
// last_value, log_cnt and is_called. The planner reads the sequence through it.
func sqlSequenceState(x *execution, args []datum.Datum) ([][]datum.Datum, error) {
	id := oid.OID(args[0].Int())
	rel := x.catalog.Relation(id)
	if rel == nil {
		return nil, pgerr.Newf(pgerr.UndefinedTable, "relation with OID %d does not exist", id)
	}
	if rel.Kind != catalog.KindSequence {
		return nil, pgerr.Newf(pgerr.WrongObjectType, "%q is not a sequence", rel.Name)
	}
	c := x.session.srv.counters.counter(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := x.cacheSequence(c, rel); err != nil {
		return nil, err
	}
	return [][]datum.Datum{{datum.Int(c.last), datum.Int(0), datum.Bool(c.called)}}, nil
}
