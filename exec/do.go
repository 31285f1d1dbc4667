package exec

import (
	"context"
	"slices"
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// do runs the block of a DO.
func (s *Session) do(ctx context.Context, n *planner.Do, r frontend.Receiver) (*result, error) {
	if err := (&doRun{s, ctx, r}).block(n.Block); err != nil {
		return nil, err
	}
	return &result{tag: "DO"}, nil
}

// doRun is a running DO.
type doRun struct {
	s   *Session
	ctx context.Context
	r   frontend.Receiver
}

// block runs a block. One with handlers is a subtransaction, which an exception
// undoes.
func (d *doRun) block(b *planner.DoBlock) error {
	if len(b.Handlers) == 0 {
		return d.steps(b.Steps)
	}
	const name = "" // no SAVEPOINT of a client has it
	status := d.s.tx.status
	if err := d.s.savepoint(name); err != nil {
		return err
	}
	err := d.steps(b.Steps)
	if err == nil {
		return d.s.releaseSavepoint(name)
	}
	handler := handlerOf(b.Handlers, pgerr.Code(err))
	if handler == nil || d.ctx.Err() != nil {
		return err
	}
	if err := d.s.rollbackTo(name); err != nil {
		return err
	}
	d.s.tx.status = status // a DO of its own is not in a block
	if err := d.s.releaseSavepoint(name); err != nil {
		return err
	}
	return d.steps(handler.Steps)
}

// handlerOf is the first handler of an error; OTHERS leaves a cancellation
// alone.
func handlerOf(handlers []planner.DoHandler, code string) *planner.DoHandler {
	at := slices.IndexFunc(handlers, func(h planner.DoHandler) bool {
		return slices.ContainsFunc(h.Codes, func(c string) bool {
			return c == code || c == "" && code != pgerr.QueryCanceled || strings.HasSuffix(c, "000") && len(code) == 5 && c[:2] == code[:2]
		})
	})
	if at < 0 {
		return nil
	}
	return &handlers[at]
}

func (d *doRun) steps(steps []planner.DoStep) error {
	for _, step := range steps {
		if err := d.step(step); err != nil {
			return err
		}
	}
	return nil
}

func (d *doRun) step(step planner.DoStep) error {
	switch {
	case step.Block != nil:
		return d.block(step.Block)
	case step.Perform != "":
		return d.s.runNested(d.ctx, step.Perform, d.r, func([]datum.Datum) error { return nil })
	case step.Raise != nil:
		return d.raise(step.Raise)
	case step.If == nil:
		return d.s.runNested(d.ctx, step.SQL, d.r, nil)
	}
	cond, err := d.value(step.If.Cond)
	if err != nil {
		return err
	}
	if !cond.IsNull() && cond.Bool() {
		return d.steps(step.If.Then)
	}
	return d.steps(step.If.Else)
}

// value is what a query of one value gives.
func (d *doRun) value(query string) (value datum.Datum, err error) {
	err = d.s.runNested(d.ctx, query, d.r, func(row []datum.Datum) error {
		value = row[0].Clone()
		return nil
	})
	return value, err
}

func (d *doRun) raise(n *planner.DoRaise) error {
	var b strings.Builder
	args := n.Args
	for i := 0; i < len(n.Format); i++ {
		switch {
		case n.Format[i] != '%':
			b.WriteByte(n.Format[i])
		case i+1 < len(n.Format) && n.Format[i+1] == '%':
			b.WriteByte('%')
			i++
		default:
			v, err := d.value(args[0])
			if err != nil {
				return err
			}
			args = args[1:]
			if v.IsNull() {
				b.WriteString("<NULL>")
			} else {
				b.Write(v.Bytes())
			}
		}
	}
	if n.Level == "EXCEPTION" {
		return pgerr.New(pgerr.RaiseException, b.String())
	}
	code := pgerr.SuccessfulCompletion
	if n.Level == pgerr.SeverityWarning {
		code = pgerr.WarningCode
	}
	d.s.notice(pgerr.Notice(code, "%s", b.String()).WithSeverity(n.Level))
	return nil
}
