package planner

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// tableBuilder collects what a CREATE TABLE or ALTER TABLE ADD COLUMN asks for.
// Columns come first, then what refers to them.
type tableBuilder struct {
	*analyzer
	rel       *catalog.Relation
	entry     *Entry // the columns, for CHECK
	indexes   []*NewIndex
	sequences []*NewSequence
	taken     map[string]bool // names given to relations by this statement
	names     map[string]bool // of constraints
	foreign   []foreignClause
	checks    []checkClause
	primary   bool
}

// foreignClause and checkClause are constraints whose analysis waits for all
// columns.
type foreignClause struct {
	node    *pg_query.Constraint
	columns []string
}

type checkClause struct {
	node   *pg_query.Constraint
	column string // of a column constraint
}

func (a *analyzer) newTableBuilder(rel *catalog.Relation) *tableBuilder {
	b := &tableBuilder{analyzer: a, rel: rel, taken: map[string]bool{rel.Name: true}, names: map[string]bool{}}
	for _, c := range rel.Constraints {
		b.names[c.Name] = true
		b.primary = b.primary || c.Kind == catalog.ConstraintPrimary
	}
	return b
}

func (a *analyzer) createTable(n *pg_query.CreateStmt) Plan {
	p := &CreateTable{Tag: "CREATE TABLE"}
	rel := a.newTable(n.Relation)
	if a.exists(rel, n.IfNotExists) {
		p.Skip = true
		return p
	}
	switch {
	case len(n.InhRelations) > 0 && n.Partbound == nil:
		fail(pgerr.Unsupported("INHERITS"))
	case n.Partspec != nil || n.Partbound != nil:
		fail(pgerr.Unsupported("PARTITION"))
	case n.OfTypename != nil:
		fail(pgerr.Unsupported("CREATE TABLE OF"))
	}
	p.OnCommit = onCommit(n.Oncommit)
	rel.Options = a.reloptions(n.Options)
	b := a.newTableBuilder(rel)
	for _, e := range n.TableElts {
		switch e := e.GetNode().(type) {
		case *pg_query.Node_ColumnDef:
			b.column(e.ColumnDef)
		case *pg_query.Node_TableLikeClause:
			b.like(e.TableLikeClause)
		}
	}
	for _, e := range n.TableElts {
		if c := e.GetConstraint(); c != nil {
			b.tableConstraint(c)
		}
	}
	for _, e := range n.Constraints {
		b.tableConstraint(e.GetConstraint())
	}
	b.finish()
	p.Relation, p.Indexes, p.Sequences = rel, b.indexes, b.sequences
	return p
}

// newTable is an empty relation of the name that a statement gives.
func (a *analyzer) newTable(rv *pg_query.RangeVar) *catalog.Relation {
	rel := &catalog.Relation{Kind: catalog.KindTable, Name: clip(rv.Relname, 63), Owner: oid.BootstrapRole, Schema: a.newObjectSchema(rv)}
	if rv.Relpersistence == "t" {
		if rv.Schemaname != "" && !strings.HasPrefix(rv.Schemaname, "pg_temp") {
			fail(pgerr.New(pgerr.InvalidTableDefinition, "cannot create temporary relation in non-temporary schema"))
		}
		rel.Persistence = 't'
	}
	return rel
}

// exists reports whether the name is taken, which without IF NOT EXISTS is an
// error.
func (a *analyzer) exists(rel *catalog.Relation, skip bool) bool {
	if a.cat.RelationNamed(rel.Schema, rel.Name) == nil {
		return false
	}
	if !skip {
		fail(pgerr.Newf(pgerr.DuplicateTable, "relation \"%s\" already exists", rel.Name))
	}
	a.notice(pgerr.Notice(pgerr.DuplicateTable, "relation \"%s\" already exists, skipping", rel.Name))
	return true
}

func onCommit(action pg_query.OnCommitAction) string {
	switch action {
	case pg_query.OnCommitAction_ONCOMMIT_DROP:
		return "DROP"
	case pg_query.OnCommitAction_ONCOMMIT_DELETE_ROWS:
		return "DELETE ROWS"
	}
	return ""
}

// serialTypes are the types that stand for an integer with a sequence.
var serialTypes = map[string]oid.OID{
	"smallserial": oid.Int2, "serial2": oid.Int2,
	"serial": oid.Int4, "serial4": oid.Int4,
	"bigserial": oid.Int8, "serial8": oid.Int8,
}

// column adds a column with its constraints.
func (b *tableBuilder) column(n *pg_query.ColumnDef) *catalog.Column {
	if b.rel.Column(n.Colname) != nil {
		b.failAt(n.Location, pgerr.DuplicateColumn, "column \"%s\" specified more than once", n.Colname)
	}
	if slices.Contains(systemColumnNames, n.Colname) {
		b.failAt(-1, pgerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", n.Colname)
	}
	c := &catalog.Column{Name: clip(n.Colname, 63), Attnum: int16(len(b.rel.Columns) + 1), Typmod: -1}
	names := strs(n.TypeName.Names)
	if serial, ok := serialTypes[names[len(names)-1]]; ok && len(names) == 1 && len(n.TypeName.ArrayBounds) == 0 {
		c.Type, c.NotNull = serial, true
		seq := b.sequenceFor(c)
		c.Default = "nextval('" + strings.ReplaceAll(b.qualified(seq.Relation), "'", "''") + "'::regclass)"
	} else {
		c.Type, c.Typmod = b.typeOf(n.TypeName)
		b.checkColumnType(c)
	}
	if n.CollClause != nil {
		c.Collation = b.collation(strs(n.CollClause.Collname), n.CollClause.Location)
	}
	b.rel.Columns = append(b.rel.Columns, c)
	for _, k := range n.Constraints {
		b.columnConstraint(c, k.GetConstraint())
	}
	return c
}

// systemColumnNames may not be used for columns.
var systemColumnNames = []string{"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}

// checkColumnType refuses the types that no column can have.
func (b *tableBuilder) checkColumnType(c *catalog.Column) {
	t := b.cat.Type(c.Type)
	if t.Kind == 'p' {
		fail(pgerr.Newf(pgerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", c.Name, b.typeName(c.Type)))
	}
	if t.Values == nil {
		fail(pgerr.Unsupported("type %s of column \"%s\"", b.typeName(c.Type), c.Name))
	}
}

// qualified is a relation's name as regclass shows it to this session.
func (a *analyzer) qualified(rel *catalog.Relation) string {
	name := a.cat.Facts().QuoteIdent(rel.Name)
	if slices.Contains(a.path, rel.Schema) {
		return name
	}
	if schema := a.cat.Schema(rel.Schema); schema != nil {
		return a.cat.Facts().QuoteIdent(schema.Name) + "." + name
	}
	return name
}

// sequenceFor makes the sequence of a serial or identity column.
func (b *tableBuilder) sequenceFor(c *catalog.Column) *NewSequence {
	rel := &catalog.Relation{
		Kind: catalog.KindSequence, Schema: b.rel.Schema, Owner: oid.BootstrapRole, Persistence: b.rel.Persistence,
		Name: b.chooseName(b.rel.Schema, b.taken, b.rel.Name, c.Name, "seq"), Sequence: defaultSequence(c.Type),
	}
	seq := &NewSequence{Relation: rel, Column: c.Attnum}
	b.sequences = append(b.sequences, seq)
	return seq
}

// columnConstraint applies one constraint of a column definition.
func (b *tableBuilder) columnConstraint(c *catalog.Column, k *pg_query.Constraint) {
	switch k.Contype {
	case pg_query.ConstrType_CONSTR_NOTNULL:
		c.NotNull = true
	case pg_query.ConstrType_CONSTR_NULL:
		if c.NotNull {
			b.failAt(k.Location, pgerr.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"", c.Name, b.rel.Name)
		}
	case pg_query.ConstrType_CONSTR_DEFAULT:
		if c.Default != "" {
			b.failAt(k.Location, pgerr.SyntaxError, "multiple default values specified for column \"%s\" of table \"%s\"", c.Name, b.rel.Name)
		}
		c.Default = b.defaultText(c, k.RawExpr)
	case pg_query.ConstrType_CONSTR_IDENTITY:
		b.identity(c, k)
	case pg_query.ConstrType_CONSTR_GENERATED:
		c.Generated = 's'
		b.checks = append(b.checks, checkClause{node: k, column: c.Name})
	case pg_query.ConstrType_CONSTR_CHECK:
		b.checks = append(b.checks, checkClause{node: k, column: c.Name})
	case pg_query.ConstrType_CONSTR_PRIMARY, pg_query.ConstrType_CONSTR_UNIQUE:
		b.keyConstraint(k, []string{c.Name})
	case pg_query.ConstrType_CONSTR_FOREIGN:
		b.foreign = append(b.foreign, foreignClause{k, []string{c.Name}})
	case pg_query.ConstrType_CONSTR_ATTR_DEFERRABLE, pg_query.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE,
		pg_query.ConstrType_CONSTR_ATTR_DEFERRED, pg_query.ConstrType_CONSTR_ATTR_IMMEDIATE:
		b.attribute(k)
	default:
		fail(pgerr.Unsupported("this column constraint"))
	}
}

// attribute applies DEFERRABLE and the like to the foreign key before it.
func (b *tableBuilder) attribute(k *pg_query.Constraint) {
	if len(b.foreign) == 0 {
		switch k.Contype {
		case pg_query.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE, pg_query.ConstrType_CONSTR_ATTR_IMMEDIATE:
			return
		}
		fail(pgerr.Unsupported("DEFERRABLE on a constraint that is no foreign key"))
	}
	last := b.foreign[len(b.foreign)-1].node
	switch k.Contype {
	case pg_query.ConstrType_CONSTR_ATTR_DEFERRABLE:
		last.Deferrable = true
	case pg_query.ConstrType_CONSTR_ATTR_DEFERRED:
		last.Deferrable, last.Initdeferred = true, true
	}
}

// identity makes a column GENERATED … AS IDENTITY.
func (b *tableBuilder) identity(c *catalog.Column, k *pg_query.Constraint) {
	if c.Type != oid.Int2 && c.Type != oid.Int4 && c.Type != oid.Int8 {
		fail(pgerr.New(pgerr.InvalidParameterValue, "identity column type must be smallint, integer, or bigint"))
	}
	if c.Default != "" {
		b.failAt(k.Location, pgerr.SyntaxError, "both default and identity specified for column \"%s\" of table \"%s\"", c.Name, b.rel.Name)
	}
	c.Identity, c.NotNull = 'd', true
	if k.GeneratedWhen == "a" {
		c.Identity = 'a'
	}
	seq := b.sequenceFor(c)
	seq.Relation.Sequence.Internal = true
	b.sequenceOptions(seq.Relation, k.Options, nil)
}

// defaultText analyses a default and gives it as the catalog keeps it.
func (b *tableBuilder) defaultText(c *catalog.Column, n *pg_query.Node) string {
	s := newScope(b.analyzer, nil)
	e := s.clauseExpr(n, inDefault)
	inspect(e, func(x Expr) bool {
		if _, ok := x.(*Var); ok {
			fail(pgerr.New(pgerr.FeatureNotSupported, "cannot use column reference in DEFAULT expression").At(exprPos(x)))
		}
		return true
	})
	r := s.coerceTo(e, c.Type, c.Typmod, assignment, -1)
	if r == nil {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "column \"%s\" is of type %s but default expression is of type %s",
			c.Name, b.typeName(c.Type), b.typeName(e.Type())).WithHint("You will need to rewrite or cast the expression."))
	}
	if k, ok := r.(*Const); ok && k.Value.IsNull() {
		return "" // DEFAULT NULL is no default
	}
	return b.text(r, nil)
}

// text is an expression as pg_get_expr shows it.
func (a *analyzer) text(e Expr, entry *Entry) string { return Deparse(a.cat, a.path, e, entry) }

// tableConstraint applies one table constraint.
func (b *tableBuilder) tableConstraint(k *pg_query.Constraint) {
	switch k.Contype {
	case pg_query.ConstrType_CONSTR_CHECK:
		b.checks = append(b.checks, checkClause{node: k})
	case pg_query.ConstrType_CONSTR_PRIMARY, pg_query.ConstrType_CONSTR_UNIQUE:
		b.keyConstraint(k, strs(k.Keys))
	case pg_query.ConstrType_CONSTR_FOREIGN:
		b.foreign = append(b.foreign, foreignClause{k, strs(k.FkAttrs)})
	case pg_query.ConstrType_CONSTR_EXCLUSION:
		fail(pgerr.Unsupported("EXCLUDE"))
	default:
		b.attribute(k)
	}
}

// keyConstraint makes the index and constraint of PRIMARY KEY and UNIQUE.
func (b *tableBuilder) keyConstraint(k *pg_query.Constraint, columns []string) {
	primary := k.Contype == pg_query.ConstrType_CONSTR_PRIMARY
	if primary {
		if b.primary {
			b.failAt(k.Location, pgerr.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", b.rel.Name)
		}
		b.primary = true
	}
	if k.Indexname != "" {
		fail(pgerr.Unsupported("ADD CONSTRAINT … USING INDEX"))
	}
	if k.Deferrable {
		fail(pgerr.Unsupported("DEFERRABLE on a constraint that is no foreign key"))
	}
	c := &catalog.Constraint{Kind: catalog.ConstraintUnique, Name: k.Conname}
	x := &catalog.Index{Method: "btree", Unique: true, Primary: primary, NullsNotDistinct: k.NullsNotDistinct, Valid: true}
	label := "key"
	if primary {
		c.Kind, label = catalog.ConstraintPrimary, "pkey"
	}
	for _, name := range columns {
		column := b.rel.Column(name)
		if column == nil {
			b.failAt(k.Location, pgerr.UndefinedColumn, "column \"%s\" named in key does not exist", name)
		}
		if slices.Contains(c.Columns, column.Attnum) {
			word := "unique"
			if primary {
				word = "primary key"
			}
			b.failAt(k.Location, pgerr.DuplicateColumn, "column \"%s\" appears twice in %s constraint", name, word)
		}
		if primary {
			column.NotNull = true
		}
		c.Columns = append(c.Columns, column.Attnum)
		x.Keys = append(x.Keys, b.indexKey(column, "btree", nil, -1))
	}
	for _, name := range strs(k.Including) {
		column := b.rel.Column(name)
		if column == nil {
			b.failAt(k.Location, pgerr.UndefinedColumn, "column \"%s\" named in key does not exist", name)
		}
		x.Keys = append(x.Keys, catalog.IndexKey{Attnum: column.Attnum, Type: column.Type})
		x.Included++
	}
	if c.Name == "" {
		middle := ""
		if !primary {
			middle = strings.Join(columns, "_")
		}
		c.Name = b.chooseName(b.rel.Schema, b.taken, b.rel.Name, middle, label)
	} else if b.taken[c.Name] || b.cat.RelationNamed(b.rel.Schema, c.Name) != nil {
		fail(pgerr.Newf(pgerr.DuplicateTable, "relation \"%s\" already exists", c.Name))
	}
	b.taken[c.Name], b.names[c.Name] = true, true
	b.indexes = append(b.indexes, &NewIndex{Constraint: c, Relation: &catalog.Relation{
		Kind: catalog.KindIndex, Schema: b.rel.Schema, Name: c.Name, Owner: oid.BootstrapRole, Persistence: b.rel.Persistence,
		Options: b.reloptions(k.Options), Index: x,
	}})
}

// indexKey is a key over a column, with the operator class that is named or the
// type's default one.
func (a *analyzer) indexKey(c *catalog.Column, method string, class []string, location int32) catalog.IndexKey {
	return catalog.IndexKey{Attnum: c.Attnum, Type: c.Type, OpClass: a.opClass(method, class, c.Type, location)}
}

// finish analyses what had to wait for all columns.
func (b *tableBuilder) finish() {
	b.entry = relationRange(b.rel)
	for _, k := range b.checks {
		if k.node.Contype == pg_query.ConstrType_CONSTR_GENERATED {
			b.generated(k)
		} else {
			b.check(k)
		}
	}
	for _, k := range b.foreign {
		b.foreignKey(k)
	}
}

// rowExpr analyses an expression over the table's columns.
func (b *tableBuilder) rowExpr(n *pg_query.Node, c clause) (*scope, Expr) {
	s := newScope(b.analyzer, nil)
	s.entries = append(s.entries, b.entry)
	s.add(entryItem(b.entry))
	return s, s.clauseExpr(n, c)
}

func (b *tableBuilder) generated(k checkClause) {
	c := b.rel.Column(k.column)
	if c.Default != "" {
		b.failAt(k.node.Location, pgerr.SyntaxError, "both default and generation expression specified for column \"%s\" of table \"%s\"", c.Name, b.rel.Name)
	}
	s, e := b.rowExpr(k.node.RawExpr, inGenerated)
	inspect(e, func(x Expr) bool {
		if v, ok := x.(*Var); ok && v.Entry == b.entry && v.Entry.Columns[v.Col].Column != nil && v.Entry.Columns[v.Col].Column.Generated != 0 {
			fail(pgerr.Newf(pgerr.InvalidObjectDefinition, "cannot use generated column \"%s\" in column generation expression", v.Entry.Columns[v.Col].Name).
				WithDetail("A generated column cannot reference another generated column.").At(exprPos(x)))
		}
		if f, ok := x.(*FuncCall); ok && f.Proc.Volatile != 'i' {
			fail(pgerr.New(pgerr.InvalidObjectDefinition, "generation expression is not immutable"))
		}
		return true
	})
	r := s.coerceTo(e, c.Type, c.Typmod, assignment, -1)
	if r == nil {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "column \"%s\" is of type %s but default expression is of type %s",
			c.Name, b.typeName(c.Type), b.typeName(e.Type())).WithHint("You will need to rewrite or cast the expression."))
	}
	c.Default = b.text(r, b.entry)
}

// check adds a CHECK constraint.
func (b *tableBuilder) check(k checkClause) *catalog.Constraint {
	s, e := b.rowExpr(k.node.RawExpr, inCheck)
	e = s.coerceBool(e, "CHECK")
	var columns []int16
	inspect(e, func(x Expr) bool {
		if v, ok := x.(*Var); ok && v.Entry == b.entry {
			if c := v.Entry.Columns[v.Col].Column; c != nil && !slices.Contains(columns, c.Attnum) {
				columns = append(columns, c.Attnum)
			}
		}
		return true
	})
	slices.Sort(columns)
	c := &catalog.Constraint{Kind: catalog.ConstraintCheck, Name: k.node.Conname, Columns: columns, Check: b.text(e, b.entry), NotValid: k.node.SkipValidation}
	middle := k.column
	if middle == "" && len(columns) == 1 {
		middle = b.rel.Attribute(columns[0]).Name
	}
	b.nameConstraint(c, middle, "check")
	b.rel.Constraints = append(b.rel.Constraints, c)
	return c
}

// nameConstraint gives a constraint its name, or checks the one it has.
func (b *tableBuilder) nameConstraint(c *catalog.Constraint, middle, label string) {
	if c.Name != "" {
		if b.names[c.Name] {
			fail(pgerr.Newf(pgerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", c.Name, b.rel.Name))
		}
		b.names[c.Name] = true
		return
	}
	for pass := 0; ; pass++ {
		l := label
		if pass > 0 {
			l += itoa(pass)
		}
		if name := objectName(b.rel.Name, middle, l); !b.names[name] {
			c.Name = name
			b.names[name] = true
			return
		}
	}
}

// foreignKey adds a FOREIGN KEY constraint.
func (b *tableBuilder) foreignKey(f foreignClause) *catalog.Constraint {
	n := f.node
	c := &catalog.Constraint{
		Kind: catalog.ConstraintForeign, Name: n.Conname, OnUpdate: action(n.FkUpdAction), OnDelete: action(n.FkDelAction),
		MatchFull: n.FkMatchtype == "f", Deferrable: n.Deferrable || n.Initdeferred, Deferred: n.Initdeferred, NotValid: n.SkipValidation,
	}
	if n.FkMatchtype == "p" {
		fail(pgerr.New(pgerr.FeatureNotSupported, "MATCH PARTIAL not yet implemented"))
	}
	if len(n.FkDelSetCols) > 0 {
		fail(pgerr.Unsupported("ON DELETE SET … with a column list"))
	}
	other := b.rel
	self := n.Pktable.Relname == b.rel.Name && (n.Pktable.Schemaname == "" || b.cat.SchemaNamed(n.Pktable.Schemaname) != nil && b.cat.SchemaNamed(n.Pktable.Schemaname).OID == b.rel.Schema)
	if !self {
		other = b.findRelation(n.Pktable, false)
		if other.Kind != catalog.KindTable || other.System != nil {
			fail(pgerr.Newf(pgerr.WrongObjectType, "referenced relation \"%s\" is not a table", other.Name))
		}
		c.Foreign = other.OID
	}
	for _, name := range f.columns {
		column := b.rel.Column(name)
		if column == nil {
			fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" referenced in foreign key constraint does not exist", name))
		}
		c.Columns = append(c.Columns, column.Attnum)
	}
	b.referenced(c, other, self, strs(n.PkAttrs))
	if len(c.Columns) != len(c.ForeignColumns) {
		fail(pgerr.New(pgerr.InvalidForeignKey, "number of referencing and referenced columns for foreign key disagree"))
	}
	for i := range c.Columns {
		b.comparable(c, b.rel.Attribute(c.Columns[i]), other.Attribute(c.ForeignColumns[i]))
	}
	b.nameConstraint(c, strings.Join(f.columns, "_"), "fkey")
	b.rel.Constraints = append(b.rel.Constraints, c)
	return c
}

// referenced finds the unique key that a foreign key refers to.
func (b *tableBuilder) referenced(c *catalog.Constraint, other *catalog.Relation, self bool, names []string) {
	var want []int16
	for _, name := range names {
		column := other.Column(name)
		if column == nil {
			fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" referenced in foreign key constraint does not exist", name))
		}
		want = append(want, column.Attnum)
	}
	consider := func(x *catalog.Index, index oid.OID) bool {
		if !x.Unique || x.Predicate != "" || want == nil && !x.Primary {
			return false
		}
		var have []int16
		for _, k := range x.Keys[:len(x.Keys)-x.Included] {
			have = append(have, k.Attnum)
		}
		if want == nil {
			c.ForeignColumns, c.Index = have, index
			return true
		}
		if len(have) != len(want) {
			return false
		}
		for _, attnum := range want {
			if !slices.Contains(have, attnum) {
				return false
			}
		}
		c.ForeignColumns, c.Index = want, index
		return true
	}
	if self {
		for _, x := range b.indexes {
			if consider(x.Relation.Index, 0) {
				return
			}
		}
	}
	for _, id := range other.Indexes {
		if x := b.cat.Relation(id); x != nil && consider(x.Index, id) {
			return
		}
	}
	if want == nil {
		fail(pgerr.Newf(pgerr.UndefinedObject, "there is no primary key for referenced table \"%s\"", other.Name))
	}
	fail(pgerr.Newf(pgerr.InvalidForeignKey, "there is no unique constraint matching given keys for referenced table \"%s\"", other.Name))
}

// comparable refuses a foreign key between columns that no = compares, and one
// between types that are stored in different forms.
func (b *tableBuilder) comparable(c *catalog.Constraint, from, to *catalog.Column) {
	ft, tt := b.cat.Type(b.base(from.Type)), b.cat.Type(b.base(to.Type))
	if tt.Values != nil && tt.Values.Ordering == datum.OrderKey {
		fail(pgerr.Unsupported("a foreign key over columns of type %s", b.typeName(to.Type)))
	}
	if ft.OID == tt.OID {
		return
	}
	if ft.Values != nil && tt.Values != nil && ft.Category == tt.Category && ft.Values.Storage == tt.Values.Storage && ft.Values.Ordering == tt.Values.Ordering {
		return
	}
	if b.operatorExists("=", ft.OID, tt.OID) {
		fail(pgerr.Unsupported("a foreign key between types %s and %s", b.typeName(from.Type), b.typeName(to.Type)))
	}
	name := c.Name
	if name == "" {
		name = objectName(b.rel.Name, from.Name, "fkey")
	}
	fail(pgerr.Newf(pgerr.DatatypeMismatch, "foreign key constraint \"%s\" cannot be implemented", name).
		WithDetail("Key columns \"%s\" and \"%s\" are of incompatible types: %s and %s.", from.Name, to.Name, b.typeName(from.Type), b.typeName(to.Type)))
}

// operatorExists looks for a binary operator of exactly these types.
func (a *analyzer) operatorExists(name string, left, right oid.OID) bool {
	for _, op := range a.cat.OperatorsNamed(name) {
		if op.Left == left && op.Right == right {
			return true
		}
	}
	return false
}

// action is a referential action's letter.
func action(s string) byte {
	if s == "" {
		return 'a'
	}
	return s[0]
}

// like copies the columns of another table, and what INCLUDING names.
func (b *tableBuilder) like(n *pg_query.TableLikeClause) {
	const (
		comments, constraints, defaults, generated, identity, indexes = 1 << 0, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6
	)
	rel := b.findRelation(n.Relation, false)
	for _, old := range rel.Live() {
		if b.rel.Column(old.Name) != nil {
			fail(pgerr.Newf(pgerr.DuplicateColumn, "column \"%s\" specified more than once", old.Name))
		}
		c := &catalog.Column{Name: old.Name, Attnum: int16(len(b.rel.Columns) + 1), Type: old.Type, Typmod: old.Typmod, NotNull: old.NotNull, Collation: old.Collation}
		switch {
		case old.Generated != 0:
			if n.Options&generated != 0 {
				c.Generated, c.Default = old.Generated, old.Default
			}
		case n.Options&defaults != 0:
			c.Default = old.Default
		}
		if n.Options&comments != 0 {
			c.Comment = old.Comment
		}
		b.rel.Columns = append(b.rel.Columns, c)
		if old.Identity != 0 && n.Options&identity != 0 {
			c.Identity = old.Identity
			b.sequenceFor(c).Relation.Sequence.Internal = true
		}
	}
	renumber := func(attnum int16) int16 {
		if c := rel.Attribute(attnum); c != nil {
			return b.rel.Column(c.Name).Attnum
		}
		return 0
	}
	if n.Options&constraints != 0 {
		for _, old := range rel.Constraints {
			if old.Kind != catalog.ConstraintCheck {
				continue
			}
			c := &catalog.Constraint{Kind: old.Kind, Name: old.Name, Check: old.Check}
			for _, a := range old.Columns {
				c.Columns = append(c.Columns, renumber(a))
			}
			b.names[c.Name] = true
			b.rel.Constraints = append(b.rel.Constraints, c)
		}
	}
	if n.Options&indexes == 0 {
		return
	}
	for _, id := range rel.Indexes {
		old := b.cat.Relation(id)
		x := *old.Index
		x.Keys = slices.Clone(x.Keys)
		var names []string
		for i := range x.Keys {
			if x.Keys[i].Attnum == 0 {
				names = append(names, "expr")
				continue
			}
			names = append(names, rel.Attribute(x.Keys[i].Attnum).Name)
			x.Keys[i].Attnum = renumber(x.Keys[i].Attnum)
		}
		index := &NewIndex{Relation: &catalog.Relation{Kind: catalog.KindIndex, Schema: b.rel.Schema, Owner: oid.BootstrapRole, Options: old.Options, Index: &x}}
		label, middle := "idx", strings.Join(names, "_")
		for _, k := range rel.Constraints {
			if k.Index != old.OID || k.Kind == catalog.ConstraintForeign {
				continue
			}
			index.Constraint = &catalog.Constraint{Kind: k.Kind}
			for _, a := range k.Columns {
				index.Constraint.Columns = append(index.Constraint.Columns, renumber(a))
			}
			if label = "key"; k.Kind == catalog.ConstraintPrimary {
				label, middle = "pkey", ""
				b.primary = true
			}
		}
		index.Relation.Name = b.chooseName(b.rel.Schema, b.taken, b.rel.Name, middle, label)
		if index.Constraint != nil {
			index.Constraint.Name = index.Relation.Name
		}
		b.indexes = append(b.indexes, index)
	}
}

// createTableAs is CREATE TABLE AS and SELECT INTO.
func (a *analyzer) createTableAs(n *pg_query.CreateTableAsStmt) Plan {
	if n.Objtype == pg_query.ObjectType_OBJECT_MATVIEW {
		fail(pgerr.Unsupported("CREATE MATERIALIZED VIEW"))
	}
	p := &CreateTable{Tag: "SELECT", NoData: n.Into.SkipData}
	rel := a.newTable(n.Into.Rel)
	if a.exists(rel, n.IfNotExists) {
		p.Skip, p.Tag = true, "CREATE TABLE AS"
		return p
	}
	p.OnCommit = onCommit(n.Into.OnCommit)
	query, ok := a.queryPlan(n.Query).(*QueryPlan)
	if !ok {
		fail(pgerr.Unsupported("CREATE TABLE AS of this statement"))
	}
	names := strs(n.Into.ColNames)
	if len(names) > len(query.Columns) {
		fail(pgerr.New(pgerr.SyntaxError, "too many column names were specified"))
	}
	for i, c := range query.Columns {
		name := c.Name
		if i < len(names) {
			name = names[i]
		}
		if rel.Column(name) != nil {
			fail(pgerr.Newf(pgerr.DuplicateColumn, "column \"%s\" specified more than once", name))
		}
		rel.Columns = append(rel.Columns, &catalog.Column{Name: name, Attnum: int16(i + 1), Type: c.Type, Typmod: c.Typmod})
	}
	rel.Options = a.reloptions(n.Into.Options)
	p.Relation, p.Query = rel, query
	return p
}
