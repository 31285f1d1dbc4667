package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// definition plans a statement that changes the catalog; nil for any other. The
// nodes that it makes are in definition.go.
func (a *analyzer) definition(n *pg_query.Node) Plan {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_CreateStmt:
		return a.createTable(n.CreateStmt)
	case *pg_query.Node_CreateTableAsStmt:
		return a.createTableAs(n.CreateTableAsStmt)
	case *pg_query.Node_IndexStmt:
		return a.createIndex(n.IndexStmt)
	case *pg_query.Node_ViewStmt:
		return a.createView(n.ViewStmt)
	case *pg_query.Node_CreateSeqStmt:
		return a.createSequence(n.CreateSeqStmt)
	case *pg_query.Node_AlterSeqStmt:
		return a.alterSequence(n.AlterSeqStmt)
	case *pg_query.Node_CreateSchemaStmt:
		return a.createSchema(n.CreateSchemaStmt)
	case *pg_query.Node_CreateEnumStmt:
		return a.createEnum(n.CreateEnumStmt)
	case *pg_query.Node_AlterEnumStmt:
		return a.alterEnum(n.AlterEnumStmt)
	case *pg_query.Node_CompositeTypeStmt:
		return a.createComposite(n.CompositeTypeStmt)
	case *pg_query.Node_CreateDomainStmt:
		return a.createDomain(n.CreateDomainStmt)
	case *pg_query.Node_CreateExtensionStmt:
		return a.createExtension(n.CreateExtensionStmt)
	case *pg_query.Node_AlterTableStmt:
		return a.alterTable(n.AlterTableStmt)
	case *pg_query.Node_RenameStmt:
		return a.rename(n.RenameStmt)
	case *pg_query.Node_AlterObjectSchemaStmt:
		return a.alterSchema(n.AlterObjectSchemaStmt)
	case *pg_query.Node_AlterOwnerStmt:
		return a.alterOwner(n.AlterOwnerStmt)
	case *pg_query.Node_DropStmt:
		return a.drop(n.DropStmt)
	case *pg_query.Node_TruncateStmt:
		return a.truncate(n.TruncateStmt)
	case *pg_query.Node_CommentStmt:
		return a.commentOn(n.CommentStmt)
	case *pg_query.Node_AlterDatabaseSetStmt:
		return a.alterDatabaseSet(n.AlterDatabaseSetStmt)
	case *pg_query.Node_AlterRoleSetStmt:
		return a.alterRoleSet(n.AlterRoleSetStmt)
	case *pg_query.Node_CreateRoleStmt:
		return a.createRole(n.CreateRoleStmt)
	case *pg_query.Node_AlterRoleStmt:
		return a.alterRole(n.AlterRoleStmt)
	case *pg_query.Node_DropRoleStmt:
		return a.dropRole(n.DropRoleStmt)
	case *pg_query.Node_GrantStmt:
		return &NoOp{Tag: grantTag(n.GrantStmt.IsGrant)}
	case *pg_query.Node_GrantRoleStmt:
		if n.GrantRoleStmt.IsGrant {
			return &NoOp{Tag: "GRANT ROLE"}
		}
		return &NoOp{Tag: "REVOKE ROLE"}
	case *pg_query.Node_AlterDefaultPrivilegesStmt:
		return &NoOp{Tag: "ALTER DEFAULT PRIVILEGES"}
	}
	return nil
}

func grantTag(grant bool) string {
	if grant {
		return "GRANT"
	}
	return "REVOKE"
}

// notice tells the client something that fails nothing.
func (a *analyzer) notice(n *pgerr.Error) {
	if a.env.Notice != nil {
		a.env.Notice(n)
	}
}

// newObjectSchema is the schema that a new object's name asks for.
func (a *analyzer) newObjectSchema(rv *pg_query.RangeVar) oid.OID {
	if rv.Schemaname != "" {
		return a.newSchema(rv.Schemaname, rv.Location)
	}
	if rv.Relpersistence == "t" {
		return 0 // the executor's to make
	}
	return a.creationSchema()
}

func (a *analyzer) newSchema(name string, location int32) oid.OID {
	schema := a.cat.SchemaNamed(name)
	if schema == nil {
		a.failAt(location, pgerr.InvalidSchemaName, "schema \"%s\" does not exist", name)
	}
	if schema.OID == oid.PGCatalogSchema || schema.OID == oid.InformationSchema {
		fail(pgerr.Newf(pgerr.InsufficientPrivilege, "permission denied for schema %s", name))
	}
	return schema.OID
}

func (a *analyzer) creationSchema() oid.OID {
	if a.env.CreateSchema == 0 {
		fail(pgerr.New(pgerr.InvalidSchemaName, "no schema has been selected to create in"))
	}
	return a.env.CreateSchema
}

// qualifiedNew splits a name in a list of strings into its schema and itself.
func (a *analyzer) qualifiedNew(names []string) (oid.OID, string) {
	if len(names) > 1 {
		return a.newSchema(names[len(names)-2], -1), names[len(names)-1]
	}
	return a.creationSchema(), names[0]
}

// findRelation finds a relation by a RangeVar; with missing allowed it is nil
// when there is none.
func (a *analyzer) findRelation(rv *pg_query.RangeVar, missing bool) *catalog.Relation {
	var rel *catalog.Relation
	if rv.Schemaname != "" {
		schema := a.cat.SchemaNamed(rv.Schemaname)
		if schema == nil {
			if missing {
				return nil
			}
			a.failAt(rv.Location, pgerr.InvalidSchemaName, "schema \"%s\" does not exist", rv.Schemaname)
		}
		rel = a.cat.RelationNamed(schema.OID, rv.Relname)
	} else {
		rel = a.cat.Search(a.path, rv.Relname)
	}
	if rel == nil && !missing {
		a.failAt(rv.Location, pgerr.UndefinedTable, "relation \"%s\" does not exist", rangeName(rv))
	}
	return rel
}

func rangeName(rv *pg_query.RangeVar) string {
	if rv.Schemaname != "" {
		return rv.Schemaname + "." + rv.Relname
	}
	return rv.Relname
}

// table finds an ordinary table.
func (a *analyzer) table(rv *pg_query.RangeVar) *catalog.Relation {
	rel := a.findRelation(rv, false)
	a.mustBeTable(rel)
	return rel
}

func (a *analyzer) mustBeTable(rel *catalog.Relation) {
	if rel.System != nil {
		fail(pgerr.Newf(pgerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel.Name))
	}
	if rel.Kind != catalog.KindTable {
		fail(pgerr.Newf(pgerr.WrongObjectType, "\"%s\" is not a table", rel.Name))
	}
}

// chooseName makes a name that no relation in the schema has, as Postgres's
// ChooseRelationName does: parts joined by underscores, cut to 63 bytes, with a
// number when it is taken. taken are names given within the same statement.
func (a *analyzer) chooseName(schema oid.OID, taken map[string]bool, name1, name2, label string) string {
	for pass := 0; ; pass++ {
		suffix := label
		if pass > 0 {
			suffix += itoa(pass)
		}
		name := objectName(name1, name2, suffix)
		if !taken[name] && a.cat.RelationNamed(schema, name) == nil {
			taken[name] = true
			return name
		}
	}
}

// objectName is makeObjectName: the two names are shortened alike so that the
// whole fits.
func objectName(name1, name2, label string) string {
	overhead := 0
	if name2 != "" {
		overhead++
	}
	if label != "" {
		overhead += len(label) + 1
	}
	room := 63 - overhead
	n1, n2 := len(name1), len(name2)
	for n1+n2 > room {
		if n1 > n2 {
			n1--
		} else {
			n2--
		}
	}
	s := clip(name1, n1)
	if name2 != "" {
		s += "_" + clip(name2, n2)
	}
	if label != "" {
		s += "_" + label
	}
	return s
}

// clip shortens a string to at most n bytes without cutting a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
