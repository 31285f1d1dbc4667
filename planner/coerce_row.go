package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// recordToRow converts ROW(…) to a named row type, field by field.
func (s *scope) recordToRow(e Expr, target oid.OID, rel *catalog.Relation, ctx coercion, location int32) Expr {
	cannot := func(detail string, args ...any) {
		fail(pgerr.Newf(pgerr.CannotCoerce, "cannot cast type %s to %s", s.typeName(oid.Record), s.typeName(target)).
			WithDetail(detail, args...).At(s.pos(location)))
	}
	row, ok := e.(*RowExpr)
	if !ok {
		fail(pgerr.Newf(pgerr.CannotCoerce, "cannot cast type %s to %s", s.typeName(oid.Record), s.typeName(target)).At(s.pos(location)))
	}
	live := rel.Live()
	base := s.base(target)
	r := &RowExpr{Typed: Typed{base, -1, row.Pos}}
	for i, c := range live {
		if i >= len(row.Fields) {
			cannot("Input has too few columns.")
		}
		field := s.coerceTo(row.Fields[i], c.Type, c.Typmod, ctx, -1)
		if field == nil {
			cannot("Cannot cast type %s to %s in column %d.", s.typeName(row.Fields[i].Type()), s.typeName(c.Type), i+1)
		}
		r.Fields = append(r.Fields, field)
		r.Names = append(r.Names, c.Name)
	}
	if len(row.Fields) > len(live) {
		cannot("Input has too many columns.")
	}
	if base != target {
		return s.toDomain(r, target, ctx, false)
	}
	return r
}
