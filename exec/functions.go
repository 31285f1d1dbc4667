package exec

import (
	"voronoi/exec/builtin"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// ownerOf is the execution on whose behalf SQLite calls.
func ownerOf(conn *storage.Conn) *execution { return conn.Owner.(*run).x }

// registerFunction makes a plan's function exist on a connection, where it stays
// for later statements. The call is the connection's own: one goroutine uses
// it.
func registerFunction(conn *storage.Conn, f *planner.Function) error {
	if conn.HasFunction(f.Name) {
		return nil
	}
	call := f.Call
	if f.Aggregate != nil {
		return conn.CreateAggregate(storage.Aggregate{
			Name: f.Name, Args: f.Args,
			New: func(c *storage.Conn) storage.Accumulator {
				x := ownerOf(c)
				own := call
				own.Env, own.Session = x.env, x
				acc, err := f.Aggregate(&own)
				if err != nil {
					return failedAccumulator{err}
				}
				if f.Strict {
					return strictAccumulator(acc)
				}
				return acc
			},
		})
	}
	if f.Scalar == nil {
		return pgerr.Internal("function %s has no implementation", f.Name)
	}
	return conn.CreateFunction(storage.Function{
		Name: f.Name, Args: f.Args, Deterministic: !f.Volatile,
		Scalar: func(c *storage.Conn, args []datum.Datum) (datum.Datum, error) {
			if f.Strict {
				for i := range args {
					if args[i].IsNull() {
						return datum.Null, nil
					}
				}
			}
			x := ownerOf(c)
			call.Env, call.Session = x.env, x
			return f.Scalar(&call, args)
		},
	})
}

// strictAccumulator passes over rows with a NULL argument, as Postgres does for
// aggregates whose transition function is strict.
func strictAccumulator(acc builtin.Accumulator) storage.Accumulator {
	if inv, ok := acc.(builtin.Inverter); ok {
		return strictInverter{strictSteps{acc}, inv}
	}
	return strictSteps{acc}
}

type strictSteps struct{ builtin.Accumulator }

func (a strictSteps) Step(args []datum.Datum) error {
	if anyNull(args) {
		return nil
	}
	return a.Accumulator.Step(args)
}

type strictInverter struct {
	strictSteps
	inverter builtin.Inverter
}

func (a strictInverter) Inverse(args []datum.Datum) error {
	if anyNull(args) {
		return nil
	}
	return a.inverter.Inverse(args)
}

func anyNull(args []datum.Datum) bool {
	for i := range args {
		if args[i].IsNull() {
			return true
		}
	}
	return false
}

// failedAccumulator reports an error of its making at the first use.
type failedAccumulator struct{ err error }

func (a failedAccumulator) Step([]datum.Datum) error    { return a.err }
func (a failedAccumulator) Value() (datum.Datum, error) { return datum.Null, a.err }
