package planner

import (
	"math"
	"slices"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// createView keeps the query, with its names as they are bound now where it can
// be written so, and the columns that it has now.
func (a *analyzer) createView(n *pg_query.ViewStmt) Plan {
	if n.WithCheckOption > pg_query.ViewCheckOption_NO_CHECK_OPTION {
		fail(pgerr.Unsupported("WITH CHECK OPTION"))
	}
	rel := a.newTable(n.View)
	rel.Kind = catalog.KindView
	p := &CreateView{Relation: rel}
	if old := a.cat.RelationNamed(rel.Schema, rel.Name); old != nil {
		if !n.Replace {
			fail(pgerr.Newf(pgerr.DuplicateTable, "relation \"%s\" already exists", rel.Name))
		}
		if old.Kind != catalog.KindView {
			fail(pgerr.Newf(pgerr.WrongObjectType, "\"%s\" is not a view", rel.Name))
		}
		p.Replaces = old
	}
	q := a.topQuery(n.Query)
	if q.Command != CommandSelect {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "views must not contain data-modifying statements in WITH"))
	}
	names := strs(n.Aliases)
	i := 0
	for _, t := range q.Targets {
		if t.Junk {
			continue
		}
		name := t.Name
		if i < len(names) {
			name = names[i]
		}
		i++
		if rel.Column(name) != nil {
			fail(pgerr.Newf(pgerr.DuplicateColumn, "column \"%s\" specified more than once", name))
		}
		rel.Columns = append(rel.Columns, &catalog.Column{Name: name, Attnum: int16(i), Type: t.Expr.Type(), Typmod: t.Expr.Typmod()})
	}
	if len(names) > i {
		fail(pgerr.New(pgerr.SyntaxError, "CREATE VIEW specifies more column names than columns"))
	}
	if p.Replaces != nil {
		a.sameColumns(p.Replaces, rel)
	}
	rel.Options = a.reloptions(n.Options)
	text, err := pg_query.Deparse(&pg_query.ParseResult{Stmts: []*pg_query.RawStmt{{Stmt: n.Query}}})
	if err != nil {
		fail(pgerr.Internal("the view's query cannot be written out: %v", err))
	}
	rel.View = &catalog.View{Query: text}
	rel.View.Uses = viewUses(q)
	for _, id := range a.path {
		if schema := a.cat.Schema(id); schema != nil {
			rel.View.SearchPath = append(rel.View.SearchPath, schema.Name)
		}
	}
	if canonical := canonicalQuery(a.cat, rel, q); canonical != "" {
		rel.View.Query = canonical
	}
	return p
}

// sameColumns is what CREATE OR REPLACE VIEW asks of the new columns: the old
// ones first, unchanged.
func (a *analyzer) sameColumns(old, rel *catalog.Relation) {
	if len(rel.Columns) < len(old.Columns) {
		fail(pgerr.New(pgerr.InvalidTableDefinition, "cannot drop columns from view"))
	}
	for i, c := range old.Columns {
		now := rel.Columns[i]
		if c.Name != now.Name {
			fail(pgerr.Newf(pgerr.InvalidTableDefinition, "cannot change name of view column \"%s\" to \"%s\"", c.Name, now.Name).
				WithHint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead."))
		}
		if c.Type != now.Type || c.Typmod != now.Typmod {
			fail(pgerr.Newf(pgerr.InvalidTableDefinition, "cannot change data type of view column \"%s\" from %s to %s", c.Name,
				a.typeNameMod(c.Type, c.Typmod), a.typeNameMod(now.Type, now.Typmod)))
		}
	}
}

// defaultSequence is a sequence of a type without options.
func defaultSequence(typ oid.OID) *catalog.Sequence {
	s := &catalog.Sequence{Type: typ, Start: 1, Increment: 1, Min: 1, Cache: 1}
	s.Max = integerMax(typ)
	return s
}

func integerMax(typ oid.OID) int64 {
	switch typ {
	case oid.Int2:
		return math.MaxInt16
	case oid.Int4:
		return math.MaxInt32
	}
	return math.MaxInt64
}

func (a *analyzer) createSequence(n *pg_query.CreateSeqStmt) Plan {
	rel := a.newTable(n.Sequence)
	rel.Kind, rel.Sequence = catalog.KindSequence, defaultSequence(oid.Int8)
	p := &CreateSequence{Sequence: &NewSequence{Relation: rel}}
	if a.exists(rel, n.IfNotExists) {
		p.Skip = true
		return p
	}
	own := a.sequenceOptions(rel, n.Options, nil)
	if own != nil {
		p.Owner, p.Sequence.Column = own.table, own.column
	}
	return p
}

// ownedBy is the column that OWNED BY names.
type ownedBy struct {
	table  *catalog.Relation
	column int16
}

// sequenceOptions applies CREATE and ALTER SEQUENCE's options to rel.Sequence.
// restart is set for ALTER.
func (a *analyzer) sequenceOptions(rel *catalog.Relation, options []*pg_query.Node, restart **int64) (owner *ownedBy) {
	seq := rel.Sequence
	minSet, maxSet, startSet := restart != nil, restart != nil, restart != nil
	number := func(d *pg_query.DefElem) int64 {
		v, err := strconv.ParseInt(a.optionValue(d), 10, 64)
		if err != nil {
			fail(pgerr.Newf(pgerr.NumericValueOutOfRange, "value \"%s\" is out of range for type bigint", a.optionValue(d)))
		}
		return v
	}
	for _, o := range options {
		d := o.GetDefElem()
		switch d.Defname {
		case "as":
			typ, _ := a.typeOf(d.Arg.GetTypeName())
			if typ != oid.Int2 && typ != oid.Int4 && typ != oid.Int8 {
				fail(pgerr.New(pgerr.InvalidParameterValue, "sequence type must be smallint, integer, or bigint"))
			}
			seq.Type = typ
			if restart == nil {
				seq.Max = integerMax(typ)
			}
		case "increment":
			if seq.Increment = number(d); seq.Increment == 0 {
				fail(pgerr.New(pgerr.InvalidParameterValue, "INCREMENT must not be zero"))
			}
		case "minvalue":
			if d.Arg != nil {
				seq.Min, minSet = number(d), true
			} else {
				minSet = false
			}
		case "maxvalue":
			if d.Arg != nil {
				seq.Max, maxSet = number(d), true
			} else {
				maxSet = false
			}
		case "start":
			seq.Start, startSet = number(d), true
		case "restart":
			v := seq.Start
			if d.Arg != nil {
				v = number(d)
			}
			*restart = &v
		case "cache":
			if seq.Cache = number(d); seq.Cache < 1 {
				fail(pgerr.Newf(pgerr.InvalidParameterValue, "CACHE (%d) must be greater than zero", seq.Cache))
			}
		case "cycle":
			seq.Cycle = a.optionValue(d) == "true"
		case "owned_by":
			names := strs(d.Arg.GetList().GetItems())
			if len(names) == 1 && names[0] == "none" {
				owner = &ownedBy{}
				break
			}
			if len(names) < 2 {
				fail(pgerr.New(pgerr.SyntaxError, "invalid OWNED BY option").WithHint("Specify OWNED BY table.column or OWNED BY NONE."))
			}
			table := a.relationNamed(names[:len(names)-1], -1)
			c := table.Column(names[len(names)-1])
			if c == nil {
				fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", names[len(names)-1], table.Name))
			}
			owner = &ownedBy{table, c.Attnum}
		default:
			fail(pgerr.Unsupported("sequence option %s", strings.ToUpper(d.Defname)))
		}
	}
	if !minSet {
		seq.Min = 1
		if seq.Increment < 0 {
			seq.Min = -integerMax(seq.Type) - 1
		}
	}
	if !maxSet {
		seq.Max = integerMax(seq.Type)
		if seq.Increment < 0 {
			seq.Max = -1
		}
	}
	if seq.Max > integerMax(seq.Type) {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "MAXVALUE (%d) is out of range for sequence data type %s", seq.Max, a.typeName(seq.Type)))
	}
	if seq.Min < -integerMax(seq.Type)-1 {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "MINVALUE (%d) is out of range for sequence data type %s", seq.Min, a.typeName(seq.Type)))
	}
	if seq.Min >= seq.Max {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "MINVALUE (%d) must be less than MAXVALUE (%d)", seq.Min, seq.Max))
	}
	if !startSet {
		seq.Start = seq.Min
		if seq.Increment < 0 {
			seq.Start = seq.Max
		}
	}
	if seq.Start < seq.Min {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "START value (%d) cannot be less than MINVALUE (%d)", seq.Start, seq.Min))
	}
	if seq.Start > seq.Max {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "START value (%d) cannot be greater than MAXVALUE (%d)", seq.Start, seq.Max))
	}
	return owner
}

func (a *analyzer) alterSequence(n *pg_query.AlterSeqStmt) Plan {
	p := &AlterSequence{}
	rel := a.findRelation(n.Sequence, n.MissingOk)
	if rel == nil {
		a.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "relation \"%s\" does not exist, skipping", n.Sequence.Relname))
		p.Skip = true
		return p
	}
	if rel.Kind != catalog.KindSequence {
		fail(pgerr.Newf(pgerr.WrongObjectType, "\"%s\" is not a sequence", rel.Name))
	}
	seq := *rel.Sequence
	changed := *rel
	changed.Sequence = &seq
	if own := a.sequenceOptions(&changed, n.Options, &p.Restart); own != nil {
		seq.OwnerTable, seq.OwnerColumn = 0, 0
		if own.table != nil {
			seq.OwnerTable, seq.OwnerColumn = own.table.OID, own.column
		}
	}
	p.Relation, p.Sequence = rel, &seq
	return p
}

func (a *analyzer) createSchema(n *pg_query.CreateSchemaStmt) Plan {
	name := n.Schemaname
	if name == "" {
		name = n.Authrole.GetRolename()
	}
	p := &CreateSchema{Schema: &catalog.Schema{Name: clip(name, 63), Owner: oid.BootstrapRole}}
	if strings.HasPrefix(name, "pg_") {
		fail(pgerr.Newf(pgerr.ReservedName, "unacceptable schema name \"%s\"", name).
			WithDetail("The prefix \"pg_\" is reserved for system schemas."))
	}
	if a.cat.SchemaNamed(name) != nil {
		if !n.IfNotExists {
			fail(pgerr.Newf(pgerr.DuplicateSchema, "schema \"%s\" already exists", name))
		}
		a.notice(pgerr.Notice(pgerr.DuplicateSchema, "schema \"%s\" already exists, skipping", name))
		p.Skip = true
	}
	for _, e := range n.SchemaElts {
		text, err := pg_query.Deparse(&pg_query.ParseResult{Stmts: []*pg_query.RawStmt{{Stmt: e}}})
		if err != nil {
			fail(pgerr.Unsupported("this schema element"))
		}
		p.Elements = append(p.Elements, text)
	}
	return p
}

// newType checks that a type's name is free.
func (a *analyzer) newType(names []string) (oid.OID, string) {
	schema, name := a.qualifiedNew(names)
	name = clip(name, 63)
	if a.cat.TypeNamed(schema, name) != nil {
		fail(pgerr.Newf(pgerr.DuplicateObject, "type \"%s\" already exists", name))
	}
	return schema, name
}

func (a *analyzer) createEnum(n *pg_query.CreateEnumStmt) Plan {
	t := &catalog.TypeDef{Kind: 'e', Owner: oid.BootstrapRole}
	t.Schema, t.Name = a.newType(strs(n.TypeName))
	for _, label := range strs(n.Vals) {
		if len(label) > 63 {
			fail(pgerr.Newf(pgerr.InvalidName, "invalid enum label \"%s\"", label).WithDetail("Labels must be 63 bytes or less."))
		}
		if slices.ContainsFunc(t.Labels, func(l catalog.EnumLabel) bool { return l.Label == label }) {
			fail(pgerr.Newf(pgerr.UniqueViolation, "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"").
				WithDetail("Key (enumtypid, enumlabel)=(%d, %s) already exists.", oid.FirstNormal, label))
		}
		t.Labels = append(t.Labels, catalog.EnumLabel{Label: label})
	}
	return &CreateType{Type: t}
}

// userType finds a type that DDL has made.
func (a *analyzer) userType(names []string) *catalog.TypeDef {
	t := a.lookupType(&pg_query.TypeName{Names: stringNodes(names), Typemod: -1})
	if t == nil {
		fail(pgerr.Newf(pgerr.UndefinedObject, "type \"%s\" does not exist", strings.Join(names, ".")))
	}
	def := a.cat.TypeDef(t.OID)
	if def == nil {
		fail(pgerr.Newf(pgerr.WrongObjectType, "type %s cannot be changed", a.typeName(t.OID)))
	}
	return def
}

func stringNodes(names []string) []*pg_query.Node {
	nodes := make([]*pg_query.Node, len(names))
	for i, name := range names {
		nodes[i] = pg_query.MakeStrNode(name)
	}
	return nodes
}

func (a *analyzer) alterEnum(n *pg_query.AlterEnumStmt) Plan {
	def := a.userType(strs(n.TypeName))
	if def.Kind != 'e' {
		fail(pgerr.Newf(pgerr.WrongObjectType, "%s is not an enum", def.Name))
	}
	return &AlterEnum{Type: def, Label: n.NewVal, Rename: n.OldVal, Neighbor: n.NewValNeighbor, After: n.NewValIsAfter, SkipIfExists: n.SkipIfNewValExists}
}

func (a *analyzer) createComposite(n *pg_query.CompositeTypeStmt) Plan {
	names := []string{n.Typevar.Relname}
	if n.Typevar.Schemaname != "" {
		names = []string{n.Typevar.Schemaname, n.Typevar.Relname}
	}
	rel := &catalog.Relation{Kind: catalog.KindComposite, Owner: oid.BootstrapRole}
	rel.Schema, rel.Name = a.newType(names)
	for _, e := range n.Coldeflist {
		d := e.GetColumnDef()
		c := &catalog.Column{Name: d.Colname, Attnum: int16(len(rel.Columns) + 1)}
		c.Type, c.Typmod = a.typeOf(d.TypeName)
		if rel.Column(c.Name) != nil {
			fail(pgerr.Newf(pgerr.DuplicateColumn, "column \"%s\" specified more than once", c.Name))
		}
		rel.Columns = append(rel.Columns, c)
	}
	return &CreateComposite{Relation: rel}
}

func (a *analyzer) createDomain(n *pg_query.CreateDomainStmt) Plan {
	t := &catalog.TypeDef{Kind: 'd', Owner: oid.BootstrapRole}
	t.Schema, t.Name = a.newType(strs(n.Domainname))
	t.Base, t.Typmod = a.typeOf(n.TypeName)
	if n.CollClause != nil {
		t.Collation = a.collation(strs(n.CollClause.Collname), n.CollClause.Location)
	}
	names := map[string]bool{}
	for _, e := range n.Constraints {
		k := e.GetConstraint()
		switch k.Contype {
		case pg_query.ConstrType_CONSTR_NOTNULL:
			t.NotNull = true
		case pg_query.ConstrType_CONSTR_NULL:
		case pg_query.ConstrType_CONSTR_DEFAULT:
			s := newScope(a, nil)
			r := s.coerceTo(s.clauseExpr(k.RawExpr, inDefault), t.Base, t.Typmod, assignment, -1)
			if r == nil {
				fail(pgerr.New(pgerr.DatatypeMismatch, "the default has another type than the domain"))
			}
			t.Default = a.text(r, nil)
		case pg_query.ConstrType_CONSTR_CHECK:
			entry := relationRange(&catalog.Relation{Name: t.Name, Kind: catalog.KindTable, Columns: []*catalog.Column{
				{Name: "value", Attnum: 1, Type: t.Base, Typmod: t.Typmod},
			}})
			s := a.rowScope(entry)
			c := &catalog.Constraint{Kind: catalog.ConstraintCheck, Name: k.Conname, NotValid: k.SkipValidation}
			c.Check = a.domainText(s.condition(k.RawExpr, inDomainCheck, "CHECK"), entry)
			for pass := 0; c.Name == "" || k.Conname == "" && names[c.Name]; pass++ {
				label := "check"
				if pass > 0 {
					label += itoa(pass)
				}
				c.Name = objectName(t.Name, "", label)
				if !names[c.Name] {
					break
				}
			}
			names[c.Name] = true
			t.Checks = append(t.Checks, c)
		default:
			fail(pgerr.Unsupported("this constraint of a domain"))
		}
	}
	return &CreateType{Type: t}
}

// domainText is a domain's CHECK with VALUE where the entry's one column stands.
func (a *analyzer) domainText(e Expr, entry *Entry) string {
	return a.text(mapExpr(e, func(x Expr) Expr {
		if v, ok := x.(*Var); ok && v.Entry == entry {
			return &CaseValue{v.Typed}
		}
		return nil
	}), nil)
}

func (a *analyzer) createExtension(n *pg_query.CreateExtensionStmt) Plan {
	p := &CreateExtension{}
	old := a.cat.Extension(n.Extname)
	if old != nil && !old.Implicit {
		if !n.IfNotExists {
			fail(pgerr.Newf(pgerr.DuplicateObject, "extension \"%s\" already exists", n.Extname))
		}
		a.notice(pgerr.Notice(pgerr.DuplicateObject, "extension \"%s\" already exists, skipping", n.Extname))
		p.Skip = true
		return p
	}
	version := catalog.AvailableExtension(n.Extname)
	if version == "" {
		fail(pgerr.Newf(pgerr.UndefinedFile, "extension \"%s\" is not available", n.Extname).
			WithHint("The extension must first be installed on the system where PostgreSQL is running."))
	}
	e := &catalog.Extension{Name: n.Extname, Version: version, Schema: oid.PublicSchema, Owner: oid.BootstrapRole}
	if old != nil {
		e.OID = old.OID
	}
	for _, o := range n.Options {
		switch d := o.GetDefElem(); d.Defname {
		case "schema":
			e.Schema = a.newSchema(a.optionValue(d), -1)
		case "new_version":
			if v := a.optionValue(d); v != e.Version {
				fail(pgerr.Newf(pgerr.InvalidParameterValue, "extension \"%s\" has no installation script nor update path for version \"%s\"", n.Extname, v))
			}
		}
	}
	p.Extension = e
	return p
}

func (a *analyzer) truncate(n *pg_query.TruncateStmt) Plan {
	p := &Truncate{RestartIdentity: n.RestartSeqs, Cascade: n.Behavior == pg_query.DropBehavior_DROP_CASCADE}
	for _, r := range n.Relations {
		rel := a.table(r.GetRangeVar())
		if !slices.Contains(p.Tables, rel) {
			p.Tables = append(p.Tables, rel)
		}
	}
	return p
}
