package exec

import (
	"context"
	"slices"
	"strings"
	"time"

	"voronoi/exec/catalog"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
	"voronoi/sqlparse"
)

// statement is a prepared statement, made by Parse or by PREPARE.
type statement struct {
	name     string
	text     string
	parsed   *sqlparse.Statement // nil for an empty statement
	declared []oid.OID           // parameter types given by the client
	params   []oid.OID           // all parameter types
	columns  []frontend.Column   // nil when it returns no rows
	rows     bool
	sql      bool // made by PREPARE
	prepared time.Time
	// notices are what planning said; each execution says it.
	notices []*pgerr.Error
	planned planned
}

// planned is a plan with what it depends on.
type planned struct {
	plan    planner.Plan
	catalog *catalog.Snapshot
	key     string // of the settings that planning looked at
}

// planKey is what of the session, beside the catalog, a plan depends on.
func (s *Session) planKey() string {
	var b strings.Builder
	for _, name := range planSettings {
		b.WriteString(s.settings.get(name))
		b.WriteByte(0)
	}
	b.WriteString(s.startup.User)
	if s.temporary != 0 {
		b.WriteString(itoa(int(s.temporary)))
	}
	return b.String()
}

// planSettings are the settings that change what a statement means.
var planSettings = []string{"search_path", "timezone", "datestyle", "intervalstyle", "transform_null_equals", "session_authorization"}

// plan gives the plan of a statement, from its cache or anew.
func (s *Session) plan(st *statement) (planner.Plan, error) {
	key, snap := s.planKey(), s.catalog()
	if st.planned.plan != nil && st.planned.catalog == snap && st.planned.key == key {
		return st.planned.plan, nil
	}
	if st.parsed == nil {
		// The plan was found by its text and has become out of date.
		parsed, err := sqlparse.Parse(st.text)
		if err != nil {
			return nil, err
		}
		st.parsed = parsed[0]
	}
	params := st.declared
	if st.params != nil {
		params = st.params
	}
	plan, err := s.srv.plans.make(s, st, params, snap, key)
	if err != nil {
		return nil, err
	}
	columns, rows := s.resultColumns(plan)
	if _, utility := plan.(*planner.UtilityPlan); !utility && st.planned.plan != nil && (rows != st.rows || !sameColumns(columns, st.columns)) {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "cached plan must not change result type")
	}
	st.planned = planned{plan, snap, key}
	st.columns, st.rows = columns, rows
	if st.params == nil {
		st.params = slices.Clone(planParams(plan))
		for i, t := range st.declared {
			if t != 0 && i < len(st.params) {
				st.params[i] = t
			} else if t != 0 {
				st.params = append(st.params, t)
			}
		}
	}
	return plan, nil
}

func sameColumns(a, b []frontend.Column) bool {
	return slices.EqualFunc(a, b, func(x, y frontend.Column) bool {
		return x.Name == y.Name && x.Type == y.Type && x.Typmod == y.Typmod
	})
}

// parameters is implemented by every plan that takes parameters.
type parameters interface{ Parameters() []oid.OID }

func planParams(plan planner.Plan) []oid.OID {
	if p, ok := plan.(parameters); ok {
		return p.Parameters()
	}
	return nil
}

// Parse makes a prepared statement.
func (s *Session) Parse(ctx context.Context, name, text string, params []oid.OID) error {
	s.ensureTransaction()
	if name != "" && s.statements[name] != nil {
		return pgerr.Newf(pgerr.DuplicatePreparedStatement, "prepared statement %q already exists", name)
	}
	delete(s.statements, "")
	parsed, err := sqlparse.Parse(text)
	if err != nil {
		return err
	}
	if len(parsed) > 1 {
		return pgerr.New(pgerr.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	st := &statement{name: name, text: text, declared: params, prepared: time.Now()}
	if len(parsed) == 1 {
		st.parsed = parsed[0]
		if err := s.checkFailed(st.parsed); err != nil {
			return err
		}
		ctx, done := s.begin(ctx)
		defer done()
		if _, err := s.plan(st); err != nil {
			return canceled(ctx, err)
		}
	}
	s.statements[name] = st
	return nil
}

// checkFailed refuses a statement in a failed block unless it ends the block.
func (s *Session) checkFailed(st *sqlparse.Statement) error {
	if s.tx.status != txFailed || st == nil || endsTransaction(st) {
		return nil
	}
	return errFailedBlock()
}

// endsTransaction reports whether a statement may run in a failed block.
func endsTransaction(st *sqlparse.Statement) bool { return planner.EndsTransaction(st) }

func errFailedBlock() *pgerr.Error {
	return pgerr.New(pgerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

func (s *Session) statement(name string) (*statement, error) {
	if st := s.statements[name]; st != nil {
		return st, nil
	}
	if name == "" {
		return nil, pgerr.New(pgerr.InvalidSQLStatementName, "unnamed prepared statement does not exist")
	}
	return nil, pgerr.Newf(pgerr.InvalidSQLStatementName, "prepared statement %q does not exist", name)
}

// StatementParams are the types of a statement's parameters.
func (s *Session) StatementParams(name string) ([]oid.OID, error) {
	st, err := s.statement(name)
	if err != nil {
		return nil, err
	}
	return st.params, nil
}

// DescribeStatement describes a prepared statement.
func (s *Session) DescribeStatement(_ context.Context, name string) ([]oid.OID, []frontend.Column, bool, error) {
	st, err := s.statement(name)
	if err != nil {
		return nil, nil, false, err
	}
	if st.parsed == nil {
		return st.params, nil, false, nil
	}
	if err := s.checkFailed(st.parsed); err != nil && st.rows {
		return nil, nil, false, err
	}
	s.ensureTransaction()
	if s.tx.status != txFailed {
		if _, err := s.plan(st); err != nil {
			return nil, nil, false, err
		}
	}
	return st.params, st.columns, st.rows, nil
}

// CloseStatement forgets a prepared statement; that there is none is no error.
func (s *Session) CloseStatement(name string) error {
	delete(s.statements, name)
	return nil
}
