// Package planner turns a parsed statement into a plan that the executor runs.
//
// It has three stages. Analysis (analyze.go and what it calls) binds every name
// of the syntax tree against a catalog snapshot, gives every expression a type
// and makes every coercion explicit, as Postgres's parse analysis does; the
// result is a [Query]. Emission (emit*.go) writes a Query as one SQLite
// statement and lists what that needs: values to bind, Go functions, virtual
// tables, vector searches. Evaluation ([Eval]) computes the bound values when
// the plan is executed. Nothing here sees a row, a socket or a live index.
//
//	sqlparse.Statement → Analyze → Query → compile → QueryPlan or ModifyPlan
//	                                                 → SQLite + Eval of Binds
//
// SELECT is a [QueryPlan]. INSERT, UPDATE and DELETE are a [ModifyPlan]: a source
// query that delivers keys and new values, and small queries over one row for
// CHECK, generated columns, ON CONFLICT and RETURNING; the executor writes the
// rows itself. All else is a definition or a [UtilityPlan].
//
// # Analysis
//
// A1. A scope is one query level. Names are looked up in it and then in the ones
// around it; Var.Up counts the levels between. An item of FROM becomes visible
// when it is complete, to LATERAL ones at once and to the rest with the clause.
//
// A2. A string literal, NULL and an undeclared parameter are of type unknown until
// something asks for a type: an operator, a column, the other branches of a
// CASE. What nothing asks for becomes text. A parameter has one type in all of
// its places; where they differ the statement is refused.
//
// A3. Functions and operators are chosen by Postgres's rules (candidate.go) over
// the catalog's facts, never by name alone; what Postgres has and Voronoi has
// not is found too, and refused by emission.
//
// A4. Every coercion is a node. Its Form says whether somebody wrote it, which
// decides how Deparse shows it and nothing else.
//
// A5. Clauses are analysed in the order of Postgres's own analysis, so that of
// several mistakes the same one is reported, at the same place.
//
// A6. A mistake is thrown by fail and caught by the exported function; every other
// panic there is an internal error of the one statement.
//
// # Emission
//
// What SQLite does as Postgres does is left to it; where it differs, one of
// these rules applies.
//
// E1. Every range entry has an alias of its own (t1, t2, …) and its columns are
// always qualified, so that no name of the user's reaches SQLite and no column
// is taken for another. Subqueries name their columns c0, c1, ….
//
// E2. Values are bound, never spliced, but for small numbers, booleans and NULL.
// A subtree without columns is one bound value, computed by Eval once an
// execution; immutable ones over constants are computed while planning, and an
// error of theirs is left to an execution that gets there.
//
// E3. A function is its SQLite template, or a Go function named by its OID and
// actual argument types. Two functions of one name are interchangeable: names
// stay registered on a connection.
//
// E4. Where SQLite compares (GROUP BY, ORDER BY, DISTINCT, PARTITION BY, IN, set
// operations) values go through emitter.comparable, which adds the collation
// or the key function that their type needs. Types that compare by a key are
// grouped by it, and never deduplicated by SQLite's DISTINCT or UNION, which
// would show the key.
//
// E5. NULLS FIRST or LAST is written where Postgres's place for NULLs is not
// SQLite's and the value may be NULL. Constants are left out of ORDER BY and
// bound in GROUP BY, because SQLite takes a number there for a column's place.
//
// E6. A volatile expression is written once and evaluated once: a subquery that
// holds one is materialized, and what needs a value twice names it first
// (emitter.let).
//
// E7. LATERAL subqueries are virtual tables that run a statement of their own with
// the outer row's values as inputs. Set-returning functions are virtual tables
// too; those that Postgres runs side by side are one.
//
// E8. The vector search rule is told in knn.go.
//
// What a statement changes is seen by the parts that run after: a
// data-modifying WITH query by the main query, each row by RETURNING's
// subqueries. Postgres shows them the tables as they were.
package planner
