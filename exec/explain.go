package exec

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// explain is EXPLAIN [ANALYZE].
func (s *Session) explain(ctx context.Context, n *planner.Explain, st *statement, params []datum.Datum) (*result, error) {
	lines := explainLines(n.Plan)
	if lines == nil {
		return nil, pgerr.Unsupported("EXPLAIN of this statement")
	}
	if n.Analyze {
		measured, err := s.explainAnalyze(ctx, n, st, params)
		if err != nil {
			return nil, err
		}
		lines = append(append([]string(nil), lines...), measured...)
	}
	var rows [][]datum.Datum
	switch n.Format {
	case "json":
		body, err := json.MarshalIndent([]map[string]any{{"Plan": map[string]any{"Lines": lines}}}, "", "  ")
		if err != nil {
			return nil, err
		}
		rows = [][]datum.Datum{{datum.TextBytes(body)}}
	case "", "text":
		for _, line := range lines {
			rows = append(rows, []datum.Datum{datum.Text(line)})
		}
	default:
		return nil, pgerr.Unsupported("EXPLAIN (FORMAT %s)", n.Format)
	}
	return &result{tag: "EXPLAIN", src: &memoryRows{rows: rows}}, nil
}

func explainLines(plan planner.Plan) []string {
	switch p := plan.(type) {
	case *planner.QueryPlan:
		return p.Explain()
	case *planner.ModifyPlan:
		return p.Explain()
	}
	return nil
}

// explainAnalyze runs the plan and tells what it took.
func (s *Session) explainAnalyze(ctx context.Context, n *planner.Explain, st *statement, params []datum.Datum) ([]string, error) {
	begin := time.Now()
	rows, searches := 0, []string(nil)
	switch p := n.Plan.(type) {
	case *planner.QueryPlan:
		res, err := s.startQuery(ctx, p, st.planned.catalog, params)
		if err != nil {
			return nil, err
		}
		for {
			row, err := res.src.next()
			if err != nil {
				res.close()
				return nil, err
			}
			if row == nil {
				break
			}
			rows++
		}
		searches = searchLines(res.src)
		res.close()
	case *planner.ModifyPlan:
		res, err := s.startModify(ctx, p, st.planned.catalog, params)
		if err != nil {
			return nil, err
		}
		res.close()
	}
	lines := append(searches, fmt.Sprintf("Actual Rows: %d", rows))
	if n.Timing {
		lines = append(lines, fmt.Sprintf("Execution Time: %.3f ms", float64(time.Since(begin).Microseconds())/1000))
	}
	return lines, nil
}

// searchLines are the counters of a query's vector searches.
func searchLines(src rowSource) []string {
	for {
		switch r := src.(type) {
		case *limitRows:
			src = r.src
		case *tieRows:
			src = r.src
		case *queryRows:
			r.st.Reset() // closes the cursors, which hand in their counters
			var lines []string
			for _, sc := range r.run.scans {
				how := "exact"
				if sc.used {
					how = "index " + sc.plan.Index.Name
				}
				if sc.ready && !sc.column.inMemory() {
					how += ", vectors read from the table"
				}
				lines = append(lines, fmt.Sprintf("Vector Search on %s.%s (%s): searches=%d %s", sc.plan.Table.Name, sc.plan.Column.Name, how, sc.searches, sc.counters))
				if sc.filter != nil {
					lines = append(lines, fmt.Sprintf("Vector Filter on %s.%s: %s", sc.plan.Table.Name, sc.plan.Column.Name, sc.filter))
				}
			}
			return lines
		default:
			return nil
		}
	}
}
