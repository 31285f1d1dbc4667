package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Bits of WindowDef.FrameOptions in the tree.
const (
	frameNonDefault     = 0x00001
	frameRows           = 0x00004
	frameBetween        = 0x00010
	frameGroups         = 0x00008
	frameStartCurrent   = 0x00200
	frameEndCurrent     = 0x00400
	frameStartPreceding = 0x00800
	frameEndPreceding   = 0x01000
	frameStartFollowing = 0x02000
	frameEndFollowing   = 0x04000
	frameExcludeCurrent = 0x08000
	frameExcludeGroup   = 0x10000
	frameExcludeTies    = 0x20000
)

// windowDef is a definition of WINDOW or OVER with its analysis, which waits for
// the target list: its expressions may name output columns of nothing, but are
// analysed after it as Postgres does.
type windowDef struct {
	node   *pg_query.WindowDef
	window *Window
}

// windowCall builds f(…) OVER ….
func (s *scope) windowCall(n *pg_query.FuncCall, name string, proc *catalog.Proc, args []Expr, declared []oid.OID, result oid.OID, filter Expr) Expr {
	switch {
	case n.AggDistinct:
		s.failAt(n.Location, pgerr.FeatureNotSupported, "DISTINCT is not implemented for window functions")
	case len(n.AggOrder) > 0:
		s.failAt(n.Location, pgerr.FeatureNotSupported, "aggregate ORDER BY is not implemented for window functions")
	case n.AggFilter != nil && proc.Kind != 'a':
		s.failAt(n.Location, pgerr.FeatureNotSupported, "FILTER is not implemented for non-aggregate window functions")
	case n.AggStar && proc.Kind == 'a' && len(proc.Args) > 0 && proc.Name != "count":
		s.failAt(n.Location, pgerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name)
	case proc.Set:
		s.failAt(n.Location, pgerr.InvalidFunctionDefinition, "window functions cannot return sets")
	}
	for _, arg := range args {
		if returnsSet(arg) {
			fail(pgerr.New(pgerr.FeatureNotSupported, "window function calls cannot contain set-returning function calls").
				WithHint("You might be able to move the set-returning function into a LATERAL FROM item.").At(exprPos(arg)))
		}
		walk(arg, func(e Expr) bool {
			if _, ok := e.(*WindowCall); ok {
				fail(pgerr.New(pgerr.WindowingError, "window function calls cannot be nested").At(exprPos(e)))
			}
			return true
		})
	}
	w := &WindowCall{Typed: s.at(result, n.Location), Proc: proc, Args: args, ArgTypes: declared, Star: n.AggStar, Filter: filter}
	switch s.clause {
	case inWindowPartition, inWindowOrder, inWindowRows, inWindowRange, inWindowGroups:
		s.failAt(n.Location, pgerr.WindowingError, "window functions are not allowed in window definitions")
	}
	s.refuse(clauseFact.allowsWindows, "window functions", pgerr.WindowingError, s.pos(n.Location))
	s.query.HasWindows = true
	w.Window = s.useWindow(n.Over)
	return w
}

// useWindow finds the window that OVER names, or notes the one that it defines.
func (s *scope) useWindow(n *pg_query.WindowDef) *Window {
	if n.Name != "" {
		for _, d := range s.windowDefs {
			if d.node.Name == n.Name {
				return d.window
			}
		}
		s.failAt(n.Location, pgerr.UndefinedObject, "window \"%s\" does not exist", n.Name)
	}
	d := &windowDef{node: n, window: &Window{}}
	s.windowDefs = append(s.windowDefs, d)
	return d.window
}

// declareWindows makes the definitions of the WINDOW clause known.
func (s *scope) declareWindows(list []*pg_query.Node) {
	for _, n := range list {
		def := n.GetWindowDef()
		for _, d := range s.windowDefs {
			if d.node.Name == def.Name {
				s.failAt(def.Location, pgerr.WindowingError, "window \"%s\" is already defined", def.Name)
			}
		}
		s.windowDefs = append(s.windowDefs, &windowDef{node: def, window: &Window{Name: def.Name}})
	}
}

// windowClauses analyses all window definitions, after the target list.
func (s *scope) windowClauses() {
	for i := 0; i < len(s.windowDefs); i++ {
		s.defineWindow(s.windowDefs[i], s.windowDefs[:i])
	}
	for _, d := range s.windowDefs {
		s.query.Windows = append(s.query.Windows, d.window)
	}
}

func (s *scope) defineWindow(d *windowDef, before []*windowDef) {
	n, w := d.node, d.window
	var base *windowDef
	if n.Refname != "" {
		for _, b := range before {
			if b.node.Name == n.Refname {
				base = b
			}
		}
		if base == nil {
			s.failAt(n.Location, pgerr.UndefinedObject, "window \"%s\" does not exist", n.Refname)
		}
	}
	for _, p := range n.PartitionClause {
		e := s.resolved(s.clauseExpr(p, inWindowPartition))
		s.needEquality(e, s.pos(nodeLocation(p)))
		w.Partition = append(w.Partition, e)
	}
	for _, o := range n.OrderClause {
		e := s.resolved(s.clauseExpr(o.GetSortBy().Node, inWindowOrder))
		w.OrderBy = append(w.OrderBy, s.sortKey(o.GetSortBy(), e, -1))
	}
	if base != nil {
		if len(n.PartitionClause) > 0 {
			s.failAt(n.Location, pgerr.WindowingError, "cannot override PARTITION BY clause of window \"%s\"", n.Refname)
		}
		if len(n.OrderClause) > 0 && len(base.window.OrderBy) > 0 {
			s.failAt(n.Location, pgerr.WindowingError, "cannot override ORDER BY clause of window \"%s\"", n.Refname)
		}
		w.Base, w.Partition = n.Refname, base.window.Partition
		if len(n.OrderClause) == 0 {
			w.OrderBy, w.CopiedOrder = base.window.OrderBy, true
		}
		if base.window.Frame != nil {
			e := pgerr.Newf(pgerr.WindowingError, "cannot copy window \"%s\" because it has a frame clause", n.Refname).At(s.pos(n.Location))
			if n.Name == "" && len(n.OrderClause) == 0 && n.FrameOptions&frameNonDefault == 0 {
				e = e.WithHint("Omit the parentheses in this OVER clause.")
			}
			fail(e)
		}
	}
	w.Frame = s.frame(n, w)
}

// frame analyses ROWS, RANGE or GROUPS; nil for the default.
func (s *scope) frame(n *pg_query.WindowDef, w *Window) *Frame {
	o := n.FrameOptions
	if o&frameNonDefault == 0 {
		return nil
	}
	f := &Frame{Mode: "RANGE", Between: o&frameBetween != 0}
	in := inWindowRange
	switch {
	case o&frameRows != 0:
		f.Mode, in = "ROWS", inWindowRows
	case o&frameGroups != 0:
		f.Mode, in = "GROUPS", inWindowGroups
		if len(w.OrderBy) == 0 {
			s.failAt(n.Location, pgerr.WindowingError, "GROUPS mode requires an ORDER BY clause")
		}
	}
	switch {
	case o&frameExcludeCurrent != 0:
		f.Exclude = "CURRENT ROW"
	case o&frameExcludeGroup != 0:
		f.Exclude = "GROUP"
	case o&frameExcludeTies != 0:
		f.Exclude = "TIES"
	}
	bound := func(preceding, following, current int32, unbounded string, offset *pg_query.Node) FrameBound {
		switch {
		case o&preceding != 0:
			return FrameBound{Kind: "PRECEDING", Offset: s.frameOffset(offset, in, f.Mode, w, n.Location)}
		case o&following != 0:
			return FrameBound{Kind: "FOLLOWING", Offset: s.frameOffset(offset, in, f.Mode, w, n.Location)}
		case o&current != 0:
			return FrameBound{Kind: "CURRENT ROW"}
		}
		return FrameBound{Kind: unbounded}
	}
	f.Start = bound(frameStartPreceding, frameStartFollowing, frameStartCurrent, "UNBOUNDED PRECEDING", n.StartOffset)
	f.End = bound(frameEndPreceding, frameEndFollowing, frameEndCurrent, "UNBOUNDED FOLLOWING", n.EndOffset)
	return f
}

// frameOffset analyses the distance of a frame's bound.
func (s *scope) frameOffset(n *pg_query.Node, in clause, mode string, w *Window, location int32) Expr {
	e := s.clauseExpr(n, in)
	if mode != "RANGE" {
		e = s.coerceSpecific(e, oid.Int8, mode)
		s.noVars(e, mode)
		return e
	}
	if len(w.OrderBy) != 1 {
		s.failAt(location, pgerr.WindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
	}
	key := s.base(w.OrderBy[0].Expr.Type())
	want := key
	switch key {
	case oid.Date, oid.Timestamp, oid.TimestampTZ, oid.Time, oid.TimeTZ, oid.Interval:
		want = oid.Interval
	case oid.Int2, oid.Int4, oid.Int8:
		if e.Type() != oid.Unknown {
			want = e.Type()
		}
	case oid.Float4:
		want = oid.Float8
	case oid.Float8, oid.Numeric:
	default:
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s",
			s.typeName(key)).At(exprPos(w.OrderBy[0].Expr)))
	}
	r := s.coerceTo(e, want, -1, implicit, -1)
	if r == nil {
		fail(pgerr.Newf(pgerr.FeatureNotSupported,
			"RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s",
			s.typeName(key), s.typeName(e.Type())).WithHint("Cast the offset value to an appropriate type.").At(exprPos(e)))
	}
	s.noVars(r, mode)
	return r
}

// noVars refuses columns of this level, as LIMIT does.
func (s *scope) noVars(e Expr, construct string) {
	walkLevels(e, 0, func(e Expr, depth int) bool {
		if v, ok := e.(*Var); ok && v.Up == depth {
			fail(pgerr.Newf(pgerr.InvalidColumnReference, "argument of %s must not contain variables", construct).At(v.Pos))
		}
		return true
	})
}
