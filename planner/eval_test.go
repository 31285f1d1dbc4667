package planner

import (
	"strconv"
	"testing"

	"github.com/cockroachdb/datadriven"

	"voronoi/internal/datum"
	"voronoi/sqlparse"
)

// TestEval evaluates the targets of a SELECT without FROM by Eval alone, with
// the integers given as ints=(…) as its parameters; NULL is x.
func TestEval(t *testing.T) {
	r := newRunner(t)
	datadriven.RunTest(t, "testdata/eval", func(t *testing.T, d *datadriven.TestData) string {
		var args []datum.Datum
		for _, arg := range d.CmdArgs {
			for _, v := range arg.Vals {
				n, err := strconv.Atoi(v)
				switch {
				case v == "x":
					args = append(args, datum.Null)
				case err != nil:
					d.Fatalf(t, "%v", err)
				default:
					args = append(args, datum.Int(int64(n)))
				}
			}
		}
		statements, err := sqlparse.Parse(d.Input)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		a, err := Analyze(r.env(), statements[0])
		if err != nil {
			return errorText(err)
		}
		out := ""
		for _, target := range a.Query.Targets {
			if !computable(target.Expr) {
				d.Fatalf(t, "not computable: %s", d.Input)
			}
			v, err := Eval(&EvalEnv{Values: r.values(), Session: r}, target.Expr, args)
			switch {
			case err != nil:
				out += errorText(err)
			case v.IsNull():
				out += "NULL\n"
			default:
				out += string(r.Type(target.Expr.Type()).AppendText(nil, r.values(), v)) + "\n"
			}
		}
		return out
	})
}
