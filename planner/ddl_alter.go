package planner

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/pgerr"
)

// alterTags are the command tags of ALTER by kind of object.
var alterTags = map[pg_query.ObjectType]string{
	pg_query.ObjectType_OBJECT_TABLE: "ALTER TABLE", pg_query.ObjectType_OBJECT_INDEX: "ALTER INDEX",
	pg_query.ObjectType_OBJECT_VIEW: "ALTER VIEW", pg_query.ObjectType_OBJECT_SEQUENCE: "ALTER SEQUENCE",
	pg_query.ObjectType_OBJECT_TYPE: "ALTER TYPE", pg_query.ObjectType_OBJECT_DOMAIN: "ALTER DOMAIN",
	pg_query.ObjectType_OBJECT_SCHEMA: "ALTER SCHEMA", pg_query.ObjectType_OBJECT_ROLE: "ALTER ROLE",
	pg_query.ObjectType_OBJECT_DATABASE: "ALTER DATABASE", pg_query.ObjectType_OBJECT_COLUMN: "ALTER TABLE",
	pg_query.ObjectType_OBJECT_TABCONSTRAINT: "ALTER TABLE",
}

// alterTable plans the commands of ALTER TABLE one after the other, each against
// the table as the ones before it leave it.
func (a *analyzer) alterTable(n *pg_query.AlterTableStmt) Plan {
	p := &AlterTable{Tag: alterTags[n.Objtype]}
	rel := a.findRelation(n.Relation, n.MissingOk)
	if rel == nil {
		a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "relation \"%s\" does not exist, skipping", n.Relation.Relname))
		p.Skip = true
		return p
	}
	if n.Objtype == pg_query.ObjectType_OBJECT_TABLE && rel.Kind != catalog.KindTable {
		if rel.Kind != catalog.KindView && rel.Kind != catalog.KindSequence && rel.Kind != catalog.KindIndex {
			fail(pgerr.Newf(pgerr.WrongObjectType, "\"%s\" is not a table", rel.Name))
		}
	}
	if rel.System != nil {
		fail(pgerr.Newf(pgerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel.Name))
	}
	p.Relation = rel
	now := copyTable(rel)
	for _, c := range n.Cmds {
		if owner := c.GetAlterTableCmd(); owner.Subtype == pg_query.AlterTableType_AT_ChangeOwner {
			return &AlterObject{Object: rel, Owner: roleName(owner.Newowner), Tag: p.Tag}
		}
		p.Commands = append(p.Commands, a.alterCommand(now, c.GetAlterTableCmd())...)
	}
	return p
}

// copyTable copies a relation so that commands can be applied to it in thought.
func copyTable(rel *catalog.Relation) *catalog.Relation {
	r := *rel
	r.Columns = slices.Clone(rel.Columns)
	r.Constraints = slices.Clone(rel.Constraints)
	r.Options = slices.Clone(rel.Options)
	return &r
}

// alterCommand plans one command and applies it to rel.
func (a *analyzer) alterCommand(rel *catalog.Relation, n *pg_query.AlterTableCmd) []AlterCommand {
	switch n.Subtype {
	case pg_query.AlterTableType_AT_AddColumn:
		return a.addColumn(rel, n)
	case pg_query.AlterTableType_AT_DropColumn:
		c := rel.Column(n.Name)
		if c == nil {
			if n.MissingOk {
				a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "column \"%s\" of relation \"%s\" does not exist, skipping", n.Name, rel.Name))
				return nil
			}
			a.noColumn(rel, n.Name)
		}
		gone := *c
		gone.Dropped = true
		rel.Columns[c.Attnum-1] = &gone
		return []AlterCommand{&DropColumn{Column: c, Cascade: n.Behavior == pg_query.DropBehavior_DROP_CASCADE}}
	case pg_query.AlterTableType_AT_ColumnDefault, pg_query.AlterTableType_AT_SetNotNull, pg_query.AlterTableType_AT_DropNotNull,
		pg_query.AlterTableType_AT_SetStorage, pg_query.AlterTableType_AT_AddIdentity, pg_query.AlterTableType_AT_DropIdentity,
		pg_query.AlterTableType_AT_DropExpression:
		return []AlterCommand{a.alterColumn(rel, n)}
	case pg_query.AlterTableType_AT_AlterColumnType:
		return []AlterCommand{a.alterColumnType(rel, n)}
	case pg_query.AlterTableType_AT_AddConstraint:
		return a.addConstraint(rel, n.Def.GetConstraint())
	case pg_query.AlterTableType_AT_DropConstraint:
		c := constraintNamed(rel, n.Name)
		if c == nil {
			if n.MissingOk {
				a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "constraint \"%s\" of relation \"%s\" does not exist, skipping", n.Name, rel.Name))
				return nil
			}
			fail(pgerr.Newf(pgerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", n.Name, rel.Name))
		}
		rel.Constraints = slices.DeleteFunc(rel.Constraints, func(x *catalog.Constraint) bool { return x == c })
		return []AlterCommand{&DropConstraint{Constraint: c, Cascade: n.Behavior == pg_query.DropBehavior_DROP_CASCADE}}
	case pg_query.AlterTableType_AT_ValidateConstraint:
		c := constraintNamed(rel, n.Name)
		if c == nil {
			fail(pgerr.Newf(pgerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", n.Name, rel.Name))
		}
		return []AlterCommand{&ValidateConstraint{Constraint: c, Check: a.checkQuery(rel, c)}}
	case pg_query.AlterTableType_AT_SetRelOptions, pg_query.AlterTableType_AT_ResetRelOptions:
		return []AlterCommand{a.setOptions(rel, n)}
	case pg_query.AlterTableType_AT_SetStatistics, pg_query.AlterTableType_AT_SetOptions, pg_query.AlterTableType_AT_ResetOptions,
		pg_query.AlterTableType_AT_SetCompression, pg_query.AlterTableType_AT_ClusterOn, pg_query.AlterTableType_AT_DropCluster,
		pg_query.AlterTableType_AT_SetLogged, pg_query.AlterTableType_AT_SetUnLogged, pg_query.AlterTableType_AT_SetTableSpace,
		pg_query.AlterTableType_AT_SetAccessMethod, pg_query.AlterTableType_AT_ReplicaIdentity,
		pg_query.AlterTableType_AT_EnableTrigAll, pg_query.AlterTableType_AT_DisableTrigAll,
		pg_query.AlterTableType_AT_EnableTrigUser, pg_query.AlterTableType_AT_DisableTrigUser:
		return []AlterCommand{&SetNothing{}}
	}
	fail(pgerr.Unsupported("this form of ALTER TABLE"))
	return nil
}

func (a *analyzer) noColumn(rel *catalog.Relation, name string) {
	fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, rel.Name))
}

func constraintNamed(rel *catalog.Relation, name string) *catalog.Constraint {
	for _, c := range rel.Constraints {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// rowQueryOf computes expressions over a table's live columns.
func (a *analyzer) rowQueryOf(rel *catalog.Relation, entry *Entry, exprs ...Expr) *RowQuery {
	m := &modifier{env: a.env, q: &Query{Target: entry}, plan: &ModifyPlan{Table: rel}}
	q := m.rowQuery(exprs, []*Entry{entry}, nil)
	check(m.err)
	return q
}

// checkQuery evaluates a CHECK constraint; nil for another kind.
func (a *analyzer) checkQuery(rel *catalog.Relation, c *catalog.Constraint) *RowQuery {
	if c.Kind != catalog.ConstraintCheck {
		return nil
	}
	entry := relationRange(rel)
	return a.rowQueryOf(rel, entry, a.catalogExpr(c.Check, entry, inCheck))
}

func (a *analyzer) addColumn(rel *catalog.Relation, n *pg_query.AlterTableCmd) []AlterCommand {
	def := n.Def.GetColumnDef()
	if rel.Column(def.Colname) != nil {
		if n.MissingOk {
			a.notice(pgerr.Notice(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists, skipping", def.Colname, rel.Name))
			return nil
		}
		fail(pgerr.Newf(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", def.Colname, rel.Name))
	}
	before := copyTable(rel)
	b := a.newTableBuilder(rel)
	known := len(rel.Constraints)
	c := b.column(def)
	b.finish()
	add := &AddColumn{Column: c, Constraints: slices.Clone(rel.Constraints[known:]), Indexes: b.indexes}
	if len(b.sequences) > 0 {
		add.Sequence = b.sequences[0]
	}
	entry := relationRange(before)
	s := newScope(a, nil)
	switch {
	case c.Generated != 0:
		add.Fill = a.rowQueryOf(before, entry, s.coerceTo(a.catalogExpr(c.Default, entry, inGenerated), c.Type, c.Typmod, assignment, -1))
	case add.Sequence != nil:
		// The sequence does not exist yet: the executor asks for its values.
		add.FillSequence = true
	case c.Default != "":
		add.Fill = a.rowQueryOf(before, entry, s.assigned(a.catalogExpr(c.Default, nil, inDefault), c, inDefault))
	}
	return []AlterCommand{add}
}

// alterColumn plans the commands that change a column's definition alone.
func (a *analyzer) alterColumn(rel *catalog.Relation, n *pg_query.AlterTableCmd) AlterCommand {
	old := rel.Column(n.Name)
	if old == nil {
		a.noColumn(rel, n.Name)
	}
	c := *old
	cmd := &AlterColumn{Old: old, New: &c}
	b := a.newTableBuilder(rel)
	switch n.Subtype {
	case pg_query.AlterTableType_AT_ColumnDefault:
		if c.Identity != 0 {
			fail(pgerr.Newf(pgerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", c.Name, rel.Name))
		}
		if c.Generated != 0 {
			fail(pgerr.Newf(pgerr.SyntaxError, "column \"%s\" of relation \"%s\" is a generated column", c.Name, rel.Name))
		}
		c.Default, c.DefaultOID = "", 0
		if n.Def != nil {
			c.Default = b.defaultText(&c, n.Def)
		}
	case pg_query.AlterTableType_AT_SetNotNull:
		c.NotNull = true
	case pg_query.AlterTableType_AT_DropNotNull:
		for _, k := range rel.Constraints {
			if k.Kind == catalog.ConstraintPrimary && slices.Contains(k.Columns, c.Attnum) {
				fail(pgerr.Newf(pgerr.InvalidTableDefinition, "column \"%s\" is in a primary key", c.Name))
			}
		}
		if c.Identity != 0 {
			fail(pgerr.Newf(pgerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", c.Name, rel.Name))
		}
		c.NotNull = false
	case pg_query.AlterTableType_AT_SetStorage:
		c.Storage = storageLetter(n.Def.GetString_().GetSval())
	case pg_query.AlterTableType_AT_AddIdentity:
		if c.Identity != 0 {
			fail(pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" is already an identity column", c.Name, rel.Name))
		}
		if !c.NotNull {
			fail(pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" must be declared NOT NULL before identity can be added", c.Name, rel.Name))
		}
		b.identity(&c, n.Def.GetConstraint())
		cmd.Sequence = b.sequences[0]
	case pg_query.AlterTableType_AT_DropIdentity:
		if c.Identity == 0 {
			if n.MissingOk {
				a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "column \"%s\" of relation \"%s\" is not an identity column, skipping", c.Name, rel.Name))
				return &SetNothing{}
			}
			fail(pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" is not an identity column", c.Name, rel.Name))
		}
		c.Identity, cmd.DropSequence = 0, true
	case pg_query.AlterTableType_AT_DropExpression:
		if c.Generated == 0 {
			fail(pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" is not a stored generated column", c.Name, rel.Name))
		}
		c.Generated, c.Default = 0, ""
	}
	rel.Columns[c.Attnum-1] = &c
	return cmd
}

func storageLetter(name string) byte {
	switch {
	case strings.EqualFold(name, "plain"):
		return 'p'
	case strings.EqualFold(name, "external"):
		return 'e'
	case strings.EqualFold(name, "main"):
		return 'm'
	case strings.EqualFold(name, "extended"):
		return 'x'
	}
	fail(pgerr.Newf(pgerr.InvalidParameterValue, "invalid storage type \"%s\"", name))
	return 0
}

func (a *analyzer) alterColumnType(rel *catalog.Relation, n *pg_query.AlterTableCmd) AlterCommand {
	old := rel.Column(n.Name)
	if old == nil {
		a.noColumn(rel, n.Name)
	}
	def := n.Def.GetColumnDef()
	c := *old
	c.Type, c.Typmod = a.typeOf(def.TypeName)
	(&tableBuilder{analyzer: a, rel: rel}).checkColumnType(&c)
	entry := relationRange(rel)
	s := a.rowScope(entry)
	var value Expr
	if def.RawDefault != nil {
		value = s.clauseExpr(def.RawDefault, inTransform)
	} else {
		for i := range entry.Columns {
			if entry.Columns[i].Column == old {
				value = &Var{Typed: Typed{Typ: old.Type, Mod: old.Typmod}, Entry: entry, Col: i}
			}
		}
	}
	r := s.coerceTo(value, c.Type, c.Typmod, assignment, -1)
	if r == nil {
		if def.RawDefault != nil {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "result of USING clause for column \"%s\" cannot be cast automatically to type %s", c.Name, a.typeName(c.Type)).
				WithHint("You might need to add an explicit cast."))
		}
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "column \"%s\" cannot be cast automatically to type %s", c.Name, a.typeName(c.Type)).
			WithHint("You might need to specify \"USING %s::%s\".", c.Name, a.typeNameMod(c.Type, c.Typmod)))
	}
	if c.Default != "" && c.Generated == 0 {
		d := s.coerceTo(a.catalogExpr(c.Default, nil, inDefault), c.Type, c.Typmod, assignment, -1)
		if d == nil {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "default for column \"%s\" cannot be cast automatically to type %s", c.Name, a.typeName(c.Type)))
		}
		c.Default = a.text(d, nil)
	}
	using := a.rowQueryOf(rel, entry, r)
	rel.Columns[c.Attnum-1] = &c
	return &AlterColumnType{Old: old, New: &c, Using: using}
}

func (a *analyzer) addConstraint(rel *catalog.Relation, k *pg_query.Constraint) []AlterCommand {
	b := a.newTableBuilder(rel)
	b.taken = map[string]bool{}
	known := len(rel.Constraints)
	var nullable []*catalog.Column
	for _, c := range rel.Live() {
		if !c.NotNull {
			nullable = append(nullable, c)
		}
	}
	// The builder marks the columns of a primary key NOT NULL in place.
	for i, c := range rel.Columns {
		column := *c
		rel.Columns[i] = &column
	}
	b.tableConstraint(k)
	b.finish()
	var cmds []AlterCommand
	for _, c := range rel.Constraints[known:] {
		cmds = append(cmds, &AddConstraint{Constraint: c, Check: a.checkQuery(rel, c)})
	}
	for _, x := range b.indexes {
		add := &AddConstraint{Constraint: x.Constraint, Index: x}
		if x.Constraint.Kind == catalog.ConstraintPrimary {
			for _, c := range nullable {
				if slices.Contains(x.Constraint.Columns, c.Attnum) {
					add.NotNull = append(add.NotNull, c)
				}
			}
		}
		rel.Constraints = append(rel.Constraints, x.Constraint)
		cmds = append(cmds, add)
	}
	return cmds
}

func (a *analyzer) setOptions(rel *catalog.Relation, n *pg_query.AlterTableCmd) AlterCommand {
	given := a.reloptions(n.Def.GetList().GetItems())
	if rel.Kind == catalog.KindIndex && n.Subtype == pg_query.AlterTableType_AT_SetRelOptions {
		given = a.indexOptions(rel.Index.Method, n.Def.GetList().GetItems())
	}
	options := slices.DeleteFunc(slices.Clone(rel.Options), func(old string) bool {
		return slices.ContainsFunc(given, func(o string) bool { return optionName(o) == optionName(old) })
	})
	if n.Subtype == pg_query.AlterTableType_AT_SetRelOptions {
		options = append(options, given...)
	}
	rel.Options = options
	return &SetOptions{Options: options}
}

func optionName(option string) string {
	for i := range len(option) {
		if option[i] == '=' {
			return option[:i]
		}
	}
	return option
}

// rename is ALTER … RENAME.
func (a *analyzer) rename(n *pg_query.RenameStmt) Plan {
	tag := alterTags[n.RenameType]
	switch n.RenameType {
	case pg_query.ObjectType_OBJECT_COLUMN, pg_query.ObjectType_OBJECT_TABCONSTRAINT:
		p := &AlterTable{Tag: alterTags[n.RelationType]}
		if p.Tag == "" {
			p.Tag = "ALTER TABLE"
		}
		rel := a.findRelation(n.Relation, n.MissingOk)
		if rel == nil {
			a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "relation \"%s\" does not exist, skipping", n.Relation.Relname))
			p.Skip = true
			return p
		}
		p.Relation = rel
		if n.RenameType == pg_query.ObjectType_OBJECT_TABCONSTRAINT {
			c := constraintNamed(rel, n.Subname)
			if c == nil {
				fail(pgerr.Newf(pgerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", n.Subname, rel.Name))
			}
			p.Commands = []AlterCommand{&RenameConstraint{Constraint: c, Name: clip(n.Newname, 63)}}
			return p
		}
		p.Commands = []AlterCommand{a.renameColumn(rel, n.Subname, clip(n.Newname, 63))}
		return p
	case pg_query.ObjectType_OBJECT_TABLE, pg_query.ObjectType_OBJECT_INDEX, pg_query.ObjectType_OBJECT_VIEW, pg_query.ObjectType_OBJECT_SEQUENCE:
		p := &AlterObject{Name: clip(n.Newname, 63), Tag: tag}
		rel := a.findRelation(n.Relation, n.MissingOk)
		if rel == nil {
			a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "relation \"%s\" does not exist, skipping", n.Relation.Relname))
			p.Skip = true
			return p
		}
		if a.cat.RelationNamed(rel.Schema, p.Name) != nil {
			fail(pgerr.Newf(pgerr.DuplicateTable, "relation \"%s\" already exists", p.Name))
		}
		p.Object = rel
		return p
	case pg_query.ObjectType_OBJECT_SCHEMA:
		schema := a.cat.SchemaNamed(n.Subname)
		if schema == nil {
			fail(pgerr.Newf(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", n.Subname))
		}
		if a.cat.SchemaNamed(n.Newname) != nil {
			fail(pgerr.Newf(pgerr.DuplicateSchema, "schema \"%s\" already exists", n.Newname))
		}
		return &AlterObject{Object: schema, Name: clip(n.Newname, 63), Tag: tag}
	case pg_query.ObjectType_OBJECT_TYPE, pg_query.ObjectType_OBJECT_DOMAIN:
		def := a.userType(strs(n.Object.GetList().GetItems()))
		if a.cat.TypeNamed(def.Schema, n.Newname) != nil {
			fail(pgerr.Newf(pgerr.DuplicateObject, "type \"%s\" already exists", n.Newname))
		}
		return &AlterObject{Object: def, Name: clip(n.Newname, 63), Tag: tag}
	case pg_query.ObjectType_OBJECT_ROLE:
		role := a.cat.RoleNamed(n.Subname)
		if role == nil {
			fail(pgerr.Newf(pgerr.UndefinedObject, "role \"%s\" does not exist", n.Subname))
		}
		return &AlterObject{Object: role, Name: clip(n.Newname, 63), Tag: tag}
	}
	fail(pgerr.Unsupported("this form of ALTER … RENAME"))
	return nil
}

// renameColumn renames a column. Expressions that the catalog keeps as text
// would go on naming the old one.
func (a *analyzer) renameColumn(rel *catalog.Relation, from, to string) AlterCommand {
	old := rel.Column(from)
	if old == nil {
		fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" does not exist", from))
	}
	if rel.Column(to) != nil {
		fail(pgerr.Newf(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", to, rel.Name))
	}
	c := *old
	c.Name = to
	cmd := &AlterColumn{Old: old, New: &c}
	renamed := copyTable(rel)
	renamed.Columns[c.Attnum-1] = &c
	respell := func(text string, k clause) string {
		entry := relationRange(rel)
		e := a.catalogExpr(text, entry, k)
		after := relationRange(renamed)
		return a.text(mapExpr(e, func(x Expr) Expr {
			if v, ok := x.(*Var); ok && v.Entry == entry {
				moved := *v
				moved.Entry = after
				return &moved
			}
			return nil
		}), after)
	}
	for _, k := range rel.Constraints {
		if k.Kind == catalog.ConstraintCheck {
			changed := *k
			changed.Check = respell(k.Check, inCheck)
			cmd.Constraints = append(cmd.Constraints, &changed)
		}
	}
	for _, other := range rel.Live() {
		if other.Generated != 0 && other != old {
			changed := *other
			changed.Default = respell(other.Default, inGenerated)
			cmd.Columns = append(cmd.Columns, &changed)
		}
	}
	for _, id := range rel.Indexes {
		index := a.cat.Relation(id)
		if index == nil || index.Index == nil {
			continue
		}
		x := *index.Index
		x.Keys = slices.Clone(x.Keys)
		changed := x.Predicate != ""
		if changed {
			x.Predicate = respell(x.Predicate, inIndexPredicate)
		}
		for i := range x.Keys {
			if x.Keys[i].Attnum == 0 {
				x.Keys[i].Expr, changed = respell(x.Keys[i].Expr, inIndexExpr), true
			}
		}
		if changed {
			respelled := *index
			respelled.Index = &x
			cmd.Indexes = append(cmd.Indexes, &respelled)
		}
	}
	return cmd
}

// alterSchema is ALTER … SET SCHEMA.
func (a *analyzer) alterSchema(n *pg_query.AlterObjectSchemaStmt) Plan {
	p := &AlterObject{Schema: a.newSchema(n.Newschema, -1), Tag: alterTags[n.ObjectType]}
	switch n.ObjectType {
	case pg_query.ObjectType_OBJECT_TABLE, pg_query.ObjectType_OBJECT_VIEW, pg_query.ObjectType_OBJECT_SEQUENCE:
		rel := a.findRelation(n.Relation, n.MissingOk)
		if rel == nil {
			a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "relation \"%s\" does not exist, skipping", n.Relation.Relname))
			p.Skip = true
			return p
		}
		if rel.Schema != p.Schema && a.cat.RelationNamed(p.Schema, rel.Name) != nil {
			fail(pgerr.Newf(pgerr.DuplicateTable, "relation \"%s\" already exists in schema \"%s\"", rel.Name, n.Newschema))
		}
		p.Object = rel
	case pg_query.ObjectType_OBJECT_TYPE, pg_query.ObjectType_OBJECT_DOMAIN:
		p.Object = a.userType(strs(n.Object.GetList().GetItems()))
	default:
		fail(pgerr.Unsupported("this form of ALTER … SET SCHEMA"))
	}
	return p
}

func (a *analyzer) alterOwner(n *pg_query.AlterOwnerStmt) Plan {
	p := &AlterObject{Owner: roleName(n.Newowner), Tag: alterTags[n.ObjectType]}
	switch n.ObjectType {
	case pg_query.ObjectType_OBJECT_SCHEMA:
		schema := a.cat.SchemaNamed(n.Object.GetString_().GetSval())
		if schema == nil {
			fail(pgerr.Newf(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", n.Object.GetString_().GetSval()))
		}
		p.Object = schema
	case pg_query.ObjectType_OBJECT_TYPE, pg_query.ObjectType_OBJECT_DOMAIN:
		p.Object = a.userType(strs(n.Object.GetList().GetItems()))
	default:
		return &NoOp{Tag: p.Tag}
	}
	return p
}

func roleName(r *pg_query.RoleSpec) string {
	switch r.GetRoletype() {
	case pg_query.RoleSpecType_ROLESPEC_CURRENT_USER, pg_query.RoleSpecType_ROLESPEC_CURRENT_ROLE:
		return "CURRENT_USER"
	case pg_query.RoleSpecType_ROLESPEC_SESSION_USER:
		return "SESSION_USER"
	}
	return r.GetRolename()
}
