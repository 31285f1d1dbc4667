package planner

import (
	"voronoi/internal/pgerr"
)

// clause is the part of a statement that an expression stands in; it decides
// what may occur there.
type clause uint8

// Clauses.
const (
	inNothing clause = iota
	inSelect
	inWhere
	inHaving
	inFilter
	inJoinOn
	inJoinUsing
	inFromSubquery
	inFromFunction
	inWindowPartition
	inWindowOrder
	inWindowRows
	inWindowRange
	inWindowGroups
	inInsertTarget
	inUpdateSource
	inUpdateTarget
	inGroupBy
	inOrderBy
	inDistinctOn
	inLimit
	inOffset
	inReturning
	inValues
	inValuesSingle // VALUES of one row in INSERT
	inCheck
	inDomainCheck
	inDefault
	inIndexExpr
	inIndexPredicate
	inTransform
	inExecute
	inGenerated
)

// clauseFact says what a clause is called where and what it refuses.
type clauseFact struct {
	name string // in "… are not allowed in NAME"
	// noSubquery is the name in "cannot use subquery in NAME", "" where
	// subqueries are fine.
	noSubquery string
	aggregates bool // allowed
	windows    bool
	sets       bool
}

var clauseFacts = map[clause]clauseFact{
	inNothing:         {name: "this context"},
	inSelect:          {name: "SELECT", aggregates: true, windows: true, sets: true},
	inWhere:           {name: "WHERE"},
	inHaving:          {name: "HAVING", aggregates: true},
	inFilter:          {name: "FILTER"},
	inJoinOn:          {name: "JOIN conditions"},
	inJoinUsing:       {name: "JOIN conditions"},
	inFromSubquery:    {name: "FROM clause of their own query level"},
	inFromFunction:    {name: "functions in FROM", sets: true},
	inWindowPartition: {name: "window PARTITION BY", aggregates: true, sets: true},
	inWindowOrder:     {name: "window ORDER BY", aggregates: true, sets: true},
	inWindowRows:      {name: "window ROWS"},
	inWindowRange:     {name: "window RANGE"},
	inWindowGroups:    {name: "window GROUPS"},
	inInsertTarget:    {name: "INSERT", sets: true},
	inUpdateSource:    {name: "UPDATE"},
	inUpdateTarget:    {name: "UPDATE"},
	inGroupBy:         {name: "GROUP BY", sets: true},
	inOrderBy:         {name: "ORDER BY", aggregates: true, windows: true, sets: true},
	inDistinctOn:      {name: "DISTINCT ON", aggregates: true, windows: true, sets: true},
	inLimit:           {name: "LIMIT"},
	inOffset:          {name: "OFFSET"},
	inReturning:       {name: "RETURNING"},
	inValues:          {name: "VALUES"},
	inValuesSingle:    {name: "VALUES", sets: true},
	inCheck:           {name: "check constraints", noSubquery: "check constraint"},
	inDomainCheck:     {name: "check constraints", noSubquery: "check constraint"},
	inDefault:         {name: "DEFAULT expressions", noSubquery: "DEFAULT expression"},
	inIndexExpr:       {name: "index expressions", noSubquery: "index expression"},
	inIndexPredicate:  {name: "index predicates", noSubquery: "index predicate"},
	inTransform:       {name: "transform expressions", noSubquery: "transform expression"},
	inExecute:         {name: "EXECUTE parameters", noSubquery: "EXECUTE parameter"},
	inGenerated:       {name: "column generation expressions", noSubquery: "column generation expression"},
}

// allowSet refuses a set-returning function where there may be none.
func (s *scope) allowSet(location int32) {
	if s.conditional != "" {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "set-returning functions are not allowed in %s", s.conditional).
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item.").At(s.pos(location)))
	}
	fact := clauseFacts[s.clause]
	switch {
	case s.clause == inWindowRows || s.clause == inWindowRange || s.clause == inWindowGroups:
		s.failAt(location, pgerr.FeatureNotSupported, "set-returning functions are not allowed in window definitions")
	case !fact.sets:
		s.failAt(location, pgerr.FeatureNotSupported, "set-returning functions are not allowed in %s", fact.name)
	}
	if s.clause == inSelect || s.clause == inOrderBy || s.clause == inGroupBy || s.clause == inDistinctOn ||
		s.clause == inWindowOrder || s.clause == inWindowPartition || s.clause == inInsertTarget || s.clause == inValuesSingle {
		s.query.HasSetFuncs = true
	}
}
