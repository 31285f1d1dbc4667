package planner

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// dropKind says what DROP … of a kind looks for.
type dropKind struct {
	tag, noun string // "DROP TABLE", "table"
	kind      catalog.RelKind
}

var dropKinds = map[pg_query.ObjectType]dropKind{
	pg_query.ObjectType_OBJECT_TABLE:    {"DROP TABLE", "table", catalog.KindTable},
	pg_query.ObjectType_OBJECT_VIEW:     {"DROP VIEW", "view", catalog.KindView},
	pg_query.ObjectType_OBJECT_INDEX:    {"DROP INDEX", "index", catalog.KindIndex},
	pg_query.ObjectType_OBJECT_SEQUENCE: {"DROP SEQUENCE", "sequence", catalog.KindSequence},
	pg_query.ObjectType_OBJECT_MATVIEW:  {"DROP MATERIALIZED VIEW", "materialized view", catalog.KindMatView},
}

func (a *analyzer) drop(n *pg_query.DropStmt) Plan {
	p := &Drop{Cascade: n.Behavior == pg_query.DropBehavior_DROP_CASCADE}
	find := a.dropFinder(n.RemoveType, p)
	for _, o := range n.Objects {
		if object := find(o, n.MissingOk); object != nil {
			p.Objects = append(p.Objects, object)
		}
	}
	return p
}

// dropFinder gives the function that finds the objects to be dropped; nil objects
// are missing ones that IF EXISTS passes over.
func (a *analyzer) dropFinder(kind pg_query.ObjectType, p *Drop) func(n *pg_query.Node, missing bool) catalog.Object {
	if k, ok := dropKinds[kind]; ok {
		p.Tag = k.tag
		return func(n *pg_query.Node, missing bool) catalog.Object {
			if rel := a.dropRelation(strs(n.GetList().GetItems()), k, missing); rel != nil {
				return rel
			}
			return nil
		}
	}
	skip := func(noun, name string) {
		a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "%s \"%s\" does not exist, skipping", noun, name))
	}
	switch kind {
	case pg_query.ObjectType_OBJECT_SCHEMA:
		p.Tag = "DROP SCHEMA"
		return func(n *pg_query.Node, missing bool) catalog.Object {
			name := n.GetString_().GetSval()
			schema := a.cat.SchemaNamed(name)
			switch {
			case schema == nil && missing:
				skip("schema", name)
				return nil
			case schema == nil:
				fail(pgerr.Newf(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", name))
			case schema.OID == oid.PGCatalogSchema || schema.OID == oid.InformationSchema || schema.OID == oid.PGToastSchema:
				fail(pgerr.Newf(pgerr.DependentObjectsStillExist, "cannot drop schema %s because it is required by the database system", name))
			}
			return schema
		}
	case pg_query.ObjectType_OBJECT_EXTENSION:
		p.Tag = "DROP EXTENSION"
		return func(n *pg_query.Node, missing bool) catalog.Object {
			name := n.GetString_().GetSval()
			e := a.cat.Extension(name)
			if e == nil {
				if !missing {
					fail(pgerr.Newf(pgerr.UndefinedObject, "extension \"%s\" does not exist", name))
				}
				skip("extension", name)
				return nil
			}
			return e
		}
	case pg_query.ObjectType_OBJECT_TYPE, pg_query.ObjectType_OBJECT_DOMAIN:
		p.Tag = "DROP TYPE"
		if kind == pg_query.ObjectType_OBJECT_DOMAIN {
			p.Tag = "DROP DOMAIN"
		}
		return func(n *pg_query.Node, missing bool) catalog.Object {
			name := n.GetTypeName()
			t := a.lookupType(name)
			if t == nil {
				if !missing {
					fail(pgerr.Newf(pgerr.UndefinedObject, "type \"%s\" does not exist", typeNameString(name)))
				}
				skip("type", typeNameString(name))
				return nil
			}
			if def := a.cat.TypeDef(t.OID); def != nil {
				return def
			}
			if rel := a.cat.Relation(t.Relation); rel != nil && rel.Kind == catalog.KindComposite {
				return rel
			}
			fail(pgerr.Newf(pgerr.DependentObjectsStillExist, "cannot drop type %s because it is required by the database system", a.typeName(t.OID)))
			return nil
		}
	}
	fail(pgerr.Unsupported("DROP of this kind of object"))
	return nil
}

// dropRelation finds a relation of the kind that is to be dropped.
func (a *analyzer) dropRelation(names []string, k dropKind, missing bool) *catalog.Relation {
	rv := &pg_query.RangeVar{Relname: names[len(names)-1]}
	if len(names) > 1 {
		rv.Schemaname = names[len(names)-2]
	}
	rel := a.findRelation(rv, true)
	if rel == nil {
		if !missing {
			if rv.Schemaname != "" && a.cat.SchemaNamed(rv.Schemaname) == nil {
				fail(pgerr.Newf(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", rv.Schemaname))
			}
			code := pgerr.UndefinedTable
			if k.kind == catalog.KindIndex {
				code = pgerr.UndefinedObject
			}
			fail(pgerr.Newf(code, "%s \"%s\" does not exist", k.noun, strings.Join(names, ".")))
		}
		a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "%s \"%s\" does not exist, skipping", k.noun, rv.Relname))
		return nil
	}
	if rel.System != nil {
		fail(pgerr.Newf(pgerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel.Name))
	}
	if rel.Kind != k.kind {
		e := pgerr.Newf(pgerr.WrongObjectType, "\"%s\" is not %s %s", rel.Name, article(k.noun), k.noun)
		for _, other := range dropKinds {
			if other.kind == rel.Kind {
				e = e.WithHint("Use %s to remove %s %s.", other.tag, article(other.noun), other.noun)
			}
		}
		fail(e)
	}
	if k.kind == catalog.KindIndex {
		a.indexOfConstraint(rel)
	}
	if k.kind == catalog.KindSequence && rel.Sequence.Internal {
		if table := a.cat.Relation(rel.Sequence.OwnerTable); table != nil {
			column := table.Attribute(rel.Sequence.OwnerColumn).Name
			fail(pgerr.Newf(pgerr.DependentObjectsStillExist, "cannot drop sequence %s because column %s of table %s requires it", rel.Name, column, table.Name).
				WithHint("You can drop column %s of table %s instead.", column, table.Name))
		}
	}
	return rel
}

// indexOfConstraint refuses to drop an index that belongs to a constraint.
func (a *analyzer) indexOfConstraint(rel *catalog.Relation) {
	table := a.cat.Relation(rel.Index.Table)
	if table == nil {
		return
	}
	for _, c := range table.Constraints {
		if c.Index == rel.OID && c.Kind != catalog.ConstraintForeign {
			fail(pgerr.Newf(pgerr.DependentObjectsStillExist, "cannot drop index %s because constraint %s on table %s requires it", rel.Name, c.Name, table.Name).
				WithHint("You can drop constraint %s on table %s instead.", c.Name, table.Name))
		}
	}
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an"
	}
	return "a"
}

// commentOn is COMMENT ON.
func (a *analyzer) commentOn(n *pg_query.CommentStmt) Plan {
	p := &CommentOn{}
	if n.Comment != "" {
		p.Text = &n.Comment
	}
	names := strs(n.Object.GetList().GetItems())
	switch n.Objtype {
	case pg_query.ObjectType_OBJECT_TABLE, pg_query.ObjectType_OBJECT_VIEW, pg_query.ObjectType_OBJECT_INDEX, pg_query.ObjectType_OBJECT_SEQUENCE:
		p.Address = catalog.Address{Class: oid.PGClass, Object: a.relationNamed(names, -1).OID}
	case pg_query.ObjectType_OBJECT_COLUMN:
		rel := a.relationNamed(names[:len(names)-1], -1)
		c := rel.Column(names[len(names)-1])
		if c == nil {
			a.noColumn(rel, names[len(names)-1])
		}
		p.Address = catalog.Address{Class: oid.PGClass, Object: rel.OID, Sub: int32(c.Attnum)}
	case pg_query.ObjectType_OBJECT_TABCONSTRAINT:
		rel := a.relationNamed(names[:len(names)-1], -1)
		c := constraintNamed(rel, names[len(names)-1])
		if c == nil {
			fail(pgerr.Newf(pgerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", names[len(names)-1], rel.Name))
		}
		p.Address = catalog.Address{Class: oid.PGConstraint, Object: c.OID}
	case pg_query.ObjectType_OBJECT_SCHEMA:
		name := n.Object.GetString_().GetSval()
		schema := a.cat.SchemaNamed(name)
		if schema == nil {
			fail(pgerr.Newf(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", name))
		}
		p.Address = catalog.Address{Class: oid.PGNamespace, Object: schema.OID}
	case pg_query.ObjectType_OBJECT_EXTENSION:
		name := n.Object.GetString_().GetSval()
		e := a.cat.Extension(name)
		if e == nil {
			fail(pgerr.Newf(pgerr.UndefinedObject, "extension \"%s\" does not exist", name))
		}
		p.Address = catalog.Address{Class: oid.PGExtension, Object: e.OID}
	case pg_query.ObjectType_OBJECT_TYPE, pg_query.ObjectType_OBJECT_DOMAIN:
		t, _ := a.typeOf(n.Object.GetTypeName())
		p.Address = catalog.Address{Class: oid.PGType, Object: t}
	case pg_query.ObjectType_OBJECT_DATABASE:
		name := n.Object.GetString_().GetSval()
		d := a.cat.Database(name)
		if d == nil {
			if name == a.env.Database {
				return &NoOp{Tag: "COMMENT"}
			}
			fail(pgerr.Newf(pgerr.InvalidCatalogName, "database \"%s\" does not exist", name))
		}
		p.Address = catalog.Address{Class: oid.PGDatabase, Object: d.OID}
	default:
		fail(pgerr.Unsupported("COMMENT ON this kind of object"))
	}
	return p
}

func (a *analyzer) alterDatabaseSet(n *pg_query.AlterDatabaseSetStmt) Plan {
	p := &AlterDefaults{Database: n.Dbname, Tag: "ALTER DATABASE"}
	a.storedSetting(p, n.Setstmt)
	return p
}

func (a *analyzer) alterRoleSet(n *pg_query.AlterRoleSetStmt) Plan {
	p := &AlterDefaults{Database: n.Database, Tag: "ALTER ROLE"}
	if n.Role != nil {
		if p.Role = roleName(n.Role); p.Role == "CURRENT_USER" || p.Role == "SESSION_USER" {
			p.Role = a.env.User
		}
	}
	a.storedSetting(p, n.Setstmt)
	return p
}

// storedSetting reads the SET or RESET of ALTER DATABASE and ALTER ROLE.
func (a *analyzer) storedSetting(p *AlterDefaults, n *pg_query.VariableSetStmt) {
	p.Setting = n.Name
	switch n.Kind {
	case pg_query.VariableSetKind_VAR_SET_VALUE:
		v := a.settingValue(n)
		p.Value = &v
	case pg_query.VariableSetKind_VAR_SET_CURRENT:
		v := a.env.Setting(n.Name)
		p.Value = &v
	case pg_query.VariableSetKind_VAR_RESET_ALL:
		p.Setting = ""
	}
}

// createRole makes a role; passwords are not kept, as nobody is asked for one.
func (a *analyzer) createRole(n *pg_query.CreateRoleStmt) Plan {
	role := &catalog.Role{Name: clip(n.Role, 63), Inherit: true, ConnLimit: -1, Login: n.StmtType == pg_query.RoleStmtType_ROLESTMT_USER}
	if a.cat.RoleNamed(n.Role) != nil {
		fail(pgerr.Newf(pgerr.DuplicateObject, "role \"%s\" already exists", n.Role))
	}
	if strings.HasPrefix(n.Role, "pg_") {
		fail(pgerr.Newf(pgerr.ReservedName, "role name \"%s\" is reserved", n.Role).WithDetail("Role names starting with \"pg_\" are reserved."))
	}
	a.roleOptions(role, n.Options)
	return &RoleDefinition{Role: role, Tag: "CREATE ROLE"}
}

func (a *analyzer) alterRole(n *pg_query.AlterRoleStmt) Plan {
	name := roleName(n.Role)
	old := a.cat.RoleNamed(name)
	if old == nil {
		if name == "CURRENT_USER" || name == "SESSION_USER" || name == a.env.User {
			return &NoOp{Tag: "ALTER ROLE"}
		}
		fail(pgerr.Newf(pgerr.UndefinedObject, "role \"%s\" does not exist", name))
	}
	role := *old
	a.roleOptions(&role, n.Options)
	return &RoleDefinition{Role: &role, Old: old, Tag: "ALTER ROLE"}
}

func (a *analyzer) roleOptions(role *catalog.Role, options []*pg_query.Node) {
	flags := map[string]*bool{
		"superuser": &role.Super, "inherit": &role.Inherit, "createrole": &role.CreateRole, "createdb": &role.CreateDB,
		"canlogin": &role.Login, "isreplication": &role.Replication, "bypassrls": &role.BypassRLS,
	}
	for _, o := range options {
		d := o.GetDefElem()
		if flag := flags[d.Defname]; flag != nil {
			*flag = a.optionValue(d) == "true"
			continue
		}
		switch d.Defname {
		case "validUntil":
			v := a.optionValue(d)
			role.ValidUntil = &v
		case "password", "connectionlimit", "addroleto", "rolemembers", "adminmembers", "sysid":
		default:
			fail(pgerr.Unsupported("role option %s", d.Defname))
		}
	}
}

func (a *analyzer) dropRole(n *pg_query.DropRoleStmt) Plan {
	if len(n.Roles) != 1 {
		fail(pgerr.Unsupported("DROP ROLE of several roles"))
	}
	name := roleName(n.Roles[0].GetRoleSpec())
	role := a.cat.RoleNamed(name)
	if role == nil {
		if !n.MissingOk {
			fail(pgerr.Newf(pgerr.UndefinedObject, "role \"%s\" does not exist", name))
		}
		a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "role \"%s\" does not exist, skipping", name))
		return &RoleDefinition{Skip: true, Tag: "DROP ROLE"}
	}
	if role.OID == oid.BootstrapRole {
		fail(pgerr.Newf(pgerr.ObjectInUse, "cannot drop role %s because it is required by the database system", name))
	}
	return &RoleDefinition{Old: role, Drop: true, Tag: "DROP ROLE"}
}
