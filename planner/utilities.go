package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/pgerr"
)

// utility plans a statement that is no query.
func (a *analyzer) utility(n *pg_query.Node) Plan {
	if node, name := a.utilityNode(n); node != nil {
		plan := &UtilityPlan{Name: name, Node: node}
		setCommon(plan, a.params.finish(a), a.volatile)
		return plan
	}
	if n.GetConstraintsSetStmt() != nil {
		return &NoOp{Tag: "SET CONSTRAINTS"}
	}
	if plan := a.definition(n); plan != nil {
		return plan
	}
	fail(pgerr.Unsupported("%s", statementName(n)))
	return nil
}

// utilityNode makes the node of a utility statement; nil for definitions.
func (a *analyzer) utilityNode(n *pg_query.Node) (Utility, string) {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_TransactionStmt:
		return a.transaction(n.TransactionStmt), "TRANSACTION"
	case *pg_query.Node_VariableSetStmt:
		return a.variableSet(n.VariableSetStmt), "SET"
	case *pg_query.Node_VariableShowStmt:
		return &Show{Name: settingOrAll(n.VariableShowStmt.Name)}, "SHOW"
	case *pg_query.Node_PrepareStmt:
		return a.prepare(n.PrepareStmt), "PREPARE"
	case *pg_query.Node_ExecuteStmt:
		return a.execute(n.ExecuteStmt), "EXECUTE"
	case *pg_query.Node_DeallocateStmt:
		return &Deallocate{Name: n.DeallocateStmt.Name}, "DEALLOCATE"
	case *pg_query.Node_DeclareCursorStmt:
		return a.declareCursor(n.DeclareCursorStmt), "DECLARE CURSOR"
	case *pg_query.Node_FetchStmt:
		return a.fetch(n.FetchStmt), "FETCH"
	case *pg_query.Node_ClosePortalStmt:
		return &CloseCursor{Name: n.ClosePortalStmt.Portalname}, "CLOSE CURSOR"
	case *pg_query.Node_CopyStmt:
		return a.copy(n.CopyStmt), "COPY"
	case *pg_query.Node_ExplainStmt:
		return a.explain(n.ExplainStmt), "EXPLAIN"
	case *pg_query.Node_ListenStmt:
		return &Listen{Channel: n.ListenStmt.Conditionname}, "LISTEN"
	case *pg_query.Node_UnlistenStmt:
		return &Unlisten{Channel: n.UnlistenStmt.Conditionname}, "UNLISTEN"
	case *pg_query.Node_NotifyStmt:
		return &Notify{Channel: n.NotifyStmt.Conditionname, Payload: n.NotifyStmt.Payload}, "NOTIFY"
	case *pg_query.Node_DiscardStmt:
		return &Discard{What: discards[n.DiscardStmt.Target]}, "DISCARD"
	case *pg_query.Node_LockStmt:
		return a.lockTable(n.LockStmt), "LOCK TABLE"
	case *pg_query.Node_VacuumStmt:
		return a.vacuum(n.VacuumStmt), "VACUUM"
	case *pg_query.Node_ReindexStmt:
		return a.reindex(n.ReindexStmt), "REINDEX"
	case *pg_query.Node_ClusterStmt:
		return &Maintain{Verb: "CLUSTER", Tables: a.tables(n.ClusterStmt.Relation)}, "CLUSTER"
	case *pg_query.Node_CheckPointStmt:
		return &Maintain{Verb: "CHECKPOINT"}, "CHECKPOINT"
	case *pg_query.Node_ConstraintsSetStmt:
		a.setConstraints()
		return nil, ""
	case *pg_query.Node_DoStmt:
		return a.do(n.DoStmt), "DO"
	}
	return nil, ""
}

// setConstraints accepts SET CONSTRAINTS while no constraint is deferrable: then
// it changes nothing.
func (a *analyzer) setConstraints() {
	for _, rel := range a.cat.Relations() {
		for _, c := range rel.Constraints {
			if c.Deferrable {
				fail(pgerr.Unsupported("SET CONSTRAINTS with the deferrable constraint \"%s\"", c.Name))
			}
		}
	}
}

var discards = map[pg_query.DiscardMode]string{
	pg_query.DiscardMode_DISCARD_ALL: "ALL", pg_query.DiscardMode_DISCARD_PLANS: "PLANS",
	pg_query.DiscardMode_DISCARD_SEQUENCES: "SEQUENCES", pg_query.DiscardMode_DISCARD_TEMP: "TEMP",
}

// planWithin plans a query that a utility statement holds, with its parameters.
func (a *analyzer) planWithin(n *pg_query.Node) Plan {
	q := a.topQuery(n)
	types := a.params.finish(a)
	plan, err := compile(a.env, q)
	check(err)
	setCommon(plan, types, a.volatile)
	return plan
}

// queryWithin is planWithin for a query that returns rows and changes nothing.
func (a *analyzer) queryWithin(n *pg_query.Node, construct string) *QueryPlan {
	plan, ok := a.planWithin(n).(*QueryPlan)
	if !ok {
		fail(pgerr.Unsupported("%s of a data-modifying statement", construct))
	}
	return plan
}

func (a *analyzer) prepare(n *pg_query.PrepareStmt) *Prepare {
	p := &Prepare{Name: n.Name, Text: a.st.Text}
	for _, t := range n.Argtypes {
		typ, _ := a.typeOf(t.GetTypeName())
		p.Params = append(p.Params, typ)
	}
	p.Statement = a.st.Within(n.Query, "as")
	env := *a.env
	env.ParamTypes, env.VariableParams = p.Params, true
	plan, err := Make(&env, p.Statement)
	check(err)
	p.Plan = plan
	return p
}

func (a *analyzer) execute(n *pg_query.ExecuteStmt) *Execute {
	s := newScope(a, nil)
	e := &Execute{Name: n.Name}
	for _, arg := range n.Params {
		e.Args = append(e.Args, s.clauseExpr(arg, inExecute))
	}
	return e
}

// Bits of DeclareCursorStmt.Options.
const (
	cursorBinary      = 0x01
	cursorScroll      = 0x02
	cursorNoScroll    = 0x04
	cursorInsensitive = 0x08
	cursorAsensitive  = 0x10
	cursorHold        = 0x20
)

func (a *analyzer) declareCursor(n *pg_query.DeclareCursorStmt) *DeclareCursor {
	o := n.Options
	conflict := func(x, y string) {
		fail(pgerr.Newf(pgerr.InvalidCursorDefinition, "cannot specify both %s and %s", x, y))
	}
	switch {
	case o&cursorScroll != 0 && o&cursorNoScroll != 0:
		conflict("SCROLL", "NO SCROLL")
	case o&cursorAsensitive != 0 && o&cursorInsensitive != 0:
		conflict("ASENSITIVE", "INSENSITIVE")
	}
	plan := a.planWithin(n.Query)
	q, ok := plan.(*QueryPlan)
	if !ok || len(q.Modifying) > 0 {
		fail(pgerr.New(pgerr.FeatureNotSupported, "DECLARE CURSOR must not contain data-modifying statements in WITH"))
	}
	return &DeclareCursor{Name: n.Portalname, Binary: o&cursorBinary != 0, Scroll: o&cursorScroll != 0,
		NoScroll: o&cursorNoScroll != 0, Hold: o&cursorHold != 0, Insensitive: o&cursorInsensitive != 0, Plan: q}
}

var fetchDirections = map[pg_query.FetchDirection]FetchDirection{
	pg_query.FetchDirection_FETCH_FORWARD: FetchForward, pg_query.FetchDirection_FETCH_BACKWARD: FetchBackward,
	pg_query.FetchDirection_FETCH_ABSOLUTE: FetchAbsolute, pg_query.FetchDirection_FETCH_RELATIVE: FetchRelative,
}

func (a *analyzer) fetch(n *pg_query.FetchStmt) *Fetch {
	return &Fetch{Name: n.Portalname, Direction: fetchDirections[n.Direction], Count: n.HowMany, Move: n.Ismove}
}

func (a *analyzer) explain(n *pg_query.ExplainStmt) *Explain {
	e := &Explain{Costs: true, Timing: true, Format: "text"}
	summary, timing := false, false
	for _, o := range n.Options {
		d := o.GetDefElem()
		switch d.Defname {
		case "analyze":
			e.Analyze = a.defBool(d)
		case "verbose":
			e.Verbose = a.defBool(d)
		case "costs":
			e.Costs = a.defBool(d)
		case "buffers":
			e.Buffers = a.defBool(d)
		case "wal", "settings", "generic_plan":
			a.defBool(d)
		case "timing":
			timing = true
			e.Timing = a.defBool(d)
		case "summary":
			summary = true
			e.Summary = a.defBool(d)
		case "format":
			e.Format = defString(d)
			switch e.Format {
			case "text", "json", "yaml", "xml":
			default:
				a.failAt(d.Location, pgerr.InvalidParameterValue, "unrecognized value for EXPLAIN option \"%s\": \"%s\"", d.Defname, e.Format)
			}
		default:
			a.failAt(d.Location, pgerr.SyntaxError, "unrecognized EXPLAIN option \"%s\"", d.Defname)
		}
	}
	if timing && e.Timing && !e.Analyze {
		fail(pgerr.New(pgerr.InvalidParameterValue, "EXPLAIN option TIMING requires ANALYZE"))
	}
	if !summary {
		e.Summary = e.Analyze
	}
	switch q := n.Query.GetNode().(type) {
	case *pg_query.Node_CreateTableAsStmt:
		e.Plan = a.planWithin(q.CreateTableAsStmt.Query) // what fills the table
	case *pg_query.Node_DeclareCursorStmt:
		e.Plan = a.planWithin(q.DeclareCursorStmt.Query)
	case *pg_query.Node_ExecuteStmt:
		a.unsupported(-1, "EXPLAIN EXECUTE")
	default:
		e.Plan = a.planWithin(n.Query)
	}
	return e
}

// lockModes are the lock modes by number.
var lockModes = []string{"", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE",
	"SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"}

func (a *analyzer) lockTable(n *pg_query.LockStmt) *LockTable {
	l := &LockTable{Mode: lockModes[n.Mode], NoWait: n.Nowait}
	for _, r := range n.Relations {
		l.Tables = append(l.Tables, a.tables(r.GetRangeVar())...)
	}
	return l
}

// vacuumOptions are the options of VACUUM and ANALYZE; all but the first change
// nothing here.
var vacuumOptions = wordSet(`full verbose analyze freeze disable_page_skipping skip_locked index_cleanup process_main
	process_toast truncate parallel skip_database_stats only_database_stats buffer_usage_limit`)

func (a *analyzer) vacuum(n *pg_query.VacuumStmt) *Maintain {
	m := &Maintain{Verb: "ANALYZE"}
	if n.IsVacuumcmd {
		m.Verb = "VACUUM"
	}
	for _, o := range n.Options {
		d := o.GetDefElem()
		if !vacuumOptions[d.Defname] {
			a.failAt(d.Location, pgerr.SyntaxError, "unrecognized %s option \"%s\"", m.Verb, d.Defname)
		}
		if d.Defname == "full" {
			m.Full = a.defBool(d)
		}
	}
	for _, r := range n.Rels {
		m.Tables = append(m.Tables, a.tables(r.GetVacuumRelation().Relation)...)
	}
	return m
}

// defBool reads the value of a boolean option; none means true.
func (a *analyzer) defBool(d *pg_query.DefElem) bool {
	if d.Arg == nil {
		return true
	}
	switch v := defString(d); v {
	case "true", "on", "1":
		return true
	case "false", "off", "0":
		return false
	}
	fail(pgerr.Newf(pgerr.SyntaxError, "%s requires a Boolean value", d.Defname))
	return false
}

// defString is the value of an option as text. The grammar reads a bare word as
// a type's name.
func defString(d *pg_query.DefElem) string { return nodeString(d.Arg) }

func nodeString(n *pg_query.Node) string {
	switch v := n.GetNode().(type) {
	case *pg_query.Node_String_:
		return v.String_.Sval
	case *pg_query.Node_Integer:
		return itoa(int(v.Integer.Ival))
	case *pg_query.Node_Float:
		return v.Float.Fval
	case *pg_query.Node_Boolean:
		if v.Boolean.Boolval {
			return "true"
		}
		return "false"
	case *pg_query.Node_TypeName:
		return typeNameString(v.TypeName)
	case *pg_query.Node_List:
		return joinNames(strs(v.List.Items))
	case *pg_query.Node_AStar:
		return "*"
	case *pg_query.Node_AConst:
		return constString(v.AConst)
	case *pg_query.Node_TypeCast:
		return nodeString(v.TypeCast.Arg)
	}
	return ""
}

// constString is a constant of the tree as text.
func constString(c *pg_query.A_Const) string {
	switch v := c.GetVal().(type) {
	case *pg_query.A_Const_Sval:
		return v.Sval.Sval
	case *pg_query.A_Const_Ival:
		return itoa(int(v.Ival.GetIval()))
	case *pg_query.A_Const_Fval:
		return v.Fval.Fval
	case *pg_query.A_Const_Boolval:
		if v.Boolval.GetBoolval() {
			return "true"
		}
		return "false"
	}
	return ""
}
