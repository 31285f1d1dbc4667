package exec

import (
	"context"
	"slices"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// startDefinition runs a statement that changes the catalog, within the writing
// transaction: the objects and what they are in SQLite change together.
func (s *Session) startDefinition(ctx context.Context, plan planner.Plan, st *statement) (*result, error) {
	if n, ok := plan.(*planner.NoOp); ok {
		return &result{tag: n.Tag}, nil
	}
	if err := s.checkWritable(definitionName(plan)); err != nil {
		return nil, err
	}
	if n, ok := plan.(*planner.CreateIndex); ok {
		if err := s.buildAhead(ctx, n, st.planned.catalog); err != nil {
			return nil, err
		}
	}
	if err := s.startWriting(ctx); err != nil {
		return nil, err
	}
	if st.planned.catalog != s.tx.catalog {
		return nil, errReplan
	}
	x, err := s.execute(ctx, nil, nil)
	if err != nil {
		return nil, err
	}
	defer x.close()
	d := &definer{s: s, x: x, ctx: ctx}
	tag, err := d.run(plan)
	if err != nil {
		return nil, err
	}
	return &result{tag: tag}, nil
}

// definer runs one definition. Every step edits the session's catalog, writes
// the changed objects and goes on with the catalog as it is then.
type definer struct {
	s   *Session
	x   *execution
	ctx context.Context
}

func (d *definer) run(plan planner.Plan) (tag string, err error) {
	switch n := plan.(type) {
	case *planner.CreateTable:
		return d.createTable(n)
	case *planner.CreateIndex:
		return "CREATE INDEX", d.createIndexStatement(n)
	case *planner.CreateView:
		return "CREATE VIEW", d.createView(n)
	case *planner.CreateSequence:
		return "CREATE SEQUENCE", d.createSequenceStatement(n)
	case *planner.CreateSchema:
		return "CREATE SCHEMA", d.createSchema(n)
	case *planner.CreateType:
		return typeTag(n), d.put(n.Type)
	case *planner.CreateComposite:
		return "CREATE TYPE", d.put(n.Relation)
	case *planner.CreateExtension:
		if n.Skip {
			return "CREATE EXTENSION", nil
		}
		return "CREATE EXTENSION", d.put(n.Extension)
	case *planner.AlterTable:
		return n.Tag, d.alterTable(n)
	case *planner.AlterSequence:
		return "ALTER SEQUENCE", d.alterSequence(n)
	case *planner.AlterEnum:
		return "ALTER TYPE", d.alterEnum(n)
	case *planner.AlterObject:
		return n.Tag, d.alterObject(n)
	case *planner.Drop:
		return n.Tag, d.drop(n.Objects, n.Cascade)
	case *planner.Truncate:
		return "TRUNCATE TABLE", d.truncate(n)
	case *planner.CommentOn:
		return "COMMENT", d.comment(n)
	case *planner.AlterDefaults:
		return n.Tag, d.alterDefaults(n)
	case *planner.RoleDefinition:
		return n.Tag, d.role(n)
	}
	return "", pgerr.Unsupported("this statement")
}

// definitionName is the statement's name in the error of a read-only
// transaction.
func definitionName(plan planner.Plan) string {
	switch n := plan.(type) {
	case *planner.CreateTable:
		if n.Query != nil {
			return "CREATE TABLE AS"
		}
		return "CREATE TABLE"
	case *planner.CreateIndex:
		return "CREATE INDEX"
	case *planner.CreateView:
		return "CREATE VIEW"
	case *planner.CreateSequence:
		return "CREATE SEQUENCE"
	case *planner.CreateSchema:
		return "CREATE SCHEMA"
	case *planner.CreateType:
		return typeTag(n)
	case *planner.CreateExtension:
		return "CREATE EXTENSION"
	case *planner.AlterTable:
		return n.Tag
	case *planner.AlterObject:
		return n.Tag
	case *planner.Drop:
		return n.Tag
	case *planner.Truncate:
		return "TRUNCATE TABLE"
	case *planner.CommentOn:
		return "COMMENT"
	}
	return "this statement"
}

func typeTag(n *planner.CreateType) string {
	if n.Type.Kind == 'd' {
		return "CREATE DOMAIN"
	}
	return "CREATE TYPE"
}

// edit changes the catalog, stores the change and moves the execution on to it.
func (d *definer) edit(change func(e *catalog.Editor) error) error {
	if err := d.s.define(d.ctx, change); err != nil {
		return err
	}
	d.x.catalog, d.x.system = d.s.tx.catalog, nil
	return nil
}

func (d *definer) put(objects ...catalog.Object) error {
	return d.edit(func(e *catalog.Editor) error {
		for _, o := range objects {
			e.Put(o)
		}
		return nil
	})
}

// relation is a relation as it is now.
func (d *definer) relation(id oid.OID) *catalog.Relation { return d.s.tx.catalog.Relation(id) }

// changeRelation puts an altered copy of a relation.
func (d *definer) changeRelation(id oid.OID, change func(r *catalog.Relation)) error {
	old := d.relation(id)
	if old == nil {
		return pgerr.Internal("relation %d has vanished", id)
	}
	r := copyRelation(old)
	change(r)
	return d.put(r)
}

// copyRelation copies a relation so far that its lists and columns can be
// changed.
func copyRelation(old *catalog.Relation) *catalog.Relation {
	r := *old
	r.Columns = make([]*catalog.Column, len(old.Columns))
	for i, c := range old.Columns {
		column := *c
		r.Columns[i] = &column
	}
	r.Constraints = make([]*catalog.Constraint, len(old.Constraints))
	for i, c := range old.Constraints {
		constraint := *c
		r.Constraints[i] = &constraint
	}
	r.Indexes = slices.Clone(old.Indexes)
	r.Options = slices.Clone(old.Options)
	return &r
}

// exec runs SQLite's SQL on the transaction's connection.
func (d *definer) exec(sql string) error { return canceled(d.ctx, d.s.tx.conn.Exec(sql)) }
