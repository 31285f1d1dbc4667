package catalog

import (
	"sync"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Facts are the rows of the catalogs that no DDL changes: Postgres's own, those
// of pgvector and Voronoi's, with their indexes by name and number. They are
// made once (see [Load]) and shared.
type Facts struct {
	tables *factTables

	schemas        map[oid.OID]*Schema
	schemaNames    map[string]*Schema
	relations      map[oid.OID]*Relation
	relationNames  map[qualified]*Relation
	types          map[oid.OID]*Type
	typeNames      map[qualified]*Type
	procs          map[oid.OID]*Proc
	procNames      map[string][]*Proc
	operators      map[oid.OID]*Operator
	operatorNames  map[string][]*Operator
	casts          map[[2]oid.OID]*Cast
	opClasses      map[oid.OID]*OpClass
	methodClasses  map[string][]*OpClass
	methods        map[oid.OID]*AccessMethod
	methodNames    map[string]*AccessMethod
	collations     map[oid.OID]*Collation
	collationNames map[qualified]*Collation
	roles          map[oid.OID]*Role
	roleNames      map[string]*Role

	// unbound are the keys of the tables of implementations that no function
	// has; see [Facts.Unbound].
	unbound []string

	cache *snapshotCache // rows made of the facts alone

	// vectorMembers are the objects of the vector extension, descriptions the
	// comments of pg_description.
	vectorMembers []Address
	descriptions  func() map[Address]string
	// reserved are the words that must be quoted to be names.
	reserved       func() map[string]bool
	constraintDefs func() map[oid.OID]string
}

// Load reads the facts and binds implementations to the functions among them: a
// function's signature as regprocedure shows it comes first, then, for the
// functions that are built into Postgres, prosrc. A later table overrides an
// earlier one.
func Load(tables ...builtin.Table) *Facts {
	f := &Facts{
		tables:         newFactTables(),
		cache:          newSnapshotCache(),
		schemas:        map[oid.OID]*Schema{},
		schemaNames:    map[string]*Schema{},
		relations:      map[oid.OID]*Relation{},
		relationNames:  map[qualified]*Relation{},
		types:          map[oid.OID]*Type{},
		typeNames:      map[qualified]*Type{},
		procs:          map[oid.OID]*Proc{},
		procNames:      map[string][]*Proc{},
		operators:      map[oid.OID]*Operator{},
		operatorNames:  map[string][]*Operator{},
		casts:          map[[2]oid.OID]*Cast{},
		opClasses:      map[oid.OID]*OpClass{},
		methodClasses:  map[string][]*OpClass{},
		methods:        map[oid.OID]*AccessMethod{},
		methodNames:    map[string]*AccessMethod{},
		collations:     map[oid.OID]*Collation{},
		collationNames: map[qualified]*Collation{},
		roles:          map[oid.OID]*Role{},
		roleNames:      map[string]*Role{},
	}
	f.vectorMembers = f.tables.addVector()
	f.descriptions = sync.OnceValue(f.loadDescriptions)
	f.reserved = sync.OnceValue(f.loadReserved)
	f.constraintDefs = sync.OnceValue(f.loadConstraintDefs)
	f.tables.addVoronoi()
	f.loadSchemas()
	f.loadTypes()
	f.loadProcs(tables)
	f.loadOperators()
	f.loadCasts()
	f.loadMethods()
	f.loadCollations()
	f.loadRoles()
	f.loadRelations()
	for _, t := range f.types {
		f.describe(t)
	}
	for _, r := range f.relations {
		for _, column := range r.Columns {
			if t := f.types[column.Type]; t.Values == nil {
				t.Values = opaque(t)
			}
		}
	}
	return f
}

// each calls do for every row of a catalog.
func (f *Facts) each(catalog string, do func(c *cursor)) {
	table := f.tables.table(catalog)
	c := table.cursor()
	for _, c.row = range table.rows {
		do(c)
	}
}

func (f *Facts) loadSchemas() {
	f.each("pg_namespace", func(c *cursor) {
		s := &Schema{OID: c.oid("oid"), Name: c.text("nspname"), Owner: c.oid("nspowner")}
		f.schemas[s.OID], f.schemaNames[s.Name] = s, s
	})
}

func (f *Facts) loadTypes() {
	f.each("pg_type", func(c *cursor) {
		t := &Type{
			OID: c.oid("oid"), Name: c.text("typname"), Schema: c.oid("typnamespace"),
			Len: int16(c.int("typlen")), ByVal: c.bool("typbyval"), Kind: c.char("typtype"),
			Category: c.char("typcategory"), Preferred: c.bool("typispreferred"), Delim: c.char("typdelim"),
			Elem: c.oid("typelem"), Array: c.oid("typarray"), Relation: c.oid("typrelid"),
			Base: c.oid("typbasetype"), Typmod: int32(c.int("typtypmod")), NotNull: c.bool("typnotnull"),
			Collation: c.oid("typcollation"),
			Input:     c.oid("typinput"), Output: c.oid("typoutput"), Receive: c.oid("typreceive"),
			Send: c.oid("typsend"), ModIn: c.oid("typmodin"), ModOut: c.oid("typmodout"),
			Subscript: c.oid("typsubscript"),
			Align:     c.char("typalign"), Storage: c.char("typstorage"),
			Default: c.text("typdefault"), Owner: c.oid("typowner"),
		}
		t.Values = datum.ByOID(t.OID)
		f.types[t.OID], f.typeNames[qualified{t.Schema, t.Name}] = t, t
	})
}

// describe gives a type that package datum does not know the descriptor of what
// its values really are.
func (f *Facts) describe(t *Type) {
	if t.Values != nil {
		return
	}
	switch {
	case t.Kind == 'd':
		if base := f.types[t.Base]; base != nil {
			f.describe(base)
			t.Values = base.Values
		}
	case t.Kind == 'c':
		var fields []*datum.Type
		for _, column := range f.relations[t.Relation].Columns {
			field := f.types[column.Type]
			f.describe(field)
			fields = append(fields, orText(field.Values))
		}
		t.Values = datum.CompositeType(t.OID, t.Name, fields)
	case t.IsArray() && t.Storage != storagePlain:
		if elem := f.types[t.Elem]; elem != nil {
			f.describe(elem)
			if elem.Values != nil {
				t.Values = datum.ArrayType(t.OID, elem.Values)
			}
		}
	}
}

// opaque describes a type of which only the catalogs have columns, empty ones at
// that, such as pg_attribute.attmissingval: it can be shown and not be made.
func opaque(t *Type) *datum.Type {
	values := *datum.ByOID(oid.Text)
	values.OID, values.Name = t.OID, t.Name
	refuse := func() (datum.Datum, error) { return datum.Null, pgerr.Unsupported("a value of type %s", t.Name) }
	values.Input = func(*datum.Env, string) (datum.Datum, error) { return refuse() }
	values.Recv = func(*datum.Env, []byte) (datum.Datum, error) { return refuse() }
	return &values
}

// orText stands in for the descriptor of a type that has none here: its values
// are shown as text, and nobody can make one.
func orText(t *datum.Type) *datum.Type {
	if t == nil {
		return datum.ByOID(oid.Text)
	}
	return t
}

func (f *Facts) loadProcs(tables []builtin.Table) {
	bound := map[string]bool{}
	bind := func(key string) *builtin.Impl {
		for i := len(tables) - 1; i >= 0; i-- {
			if impl, ok := tables[i][key]; ok {
				bound[key] = true
				return &impl
			}
		}
		return nil
	}
	table := f.tables.table("pg_proc")
	procs := make([]Proc, len(table.rows))
	next := 0
	f.each("pg_proc", func(c *cursor) {
		p := &procs[next]
		next++
		*p = Proc{
			OID: c.oid("oid"), Name: c.text("proname"), Schema: c.oid("pronamespace"), Kind: c.char("prokind"),
			Args: c.oids("proargtypes"), Result: c.oid("prorettype"), Set: c.bool("proretset"),
			Strict: c.bool("proisstrict"), Volatile: c.char("provolatile"), Variadic: c.oid("provariadic"),
			Defaults: int(c.int("pronargdefaults")), DefaultExprs: c.strings("_defaults"),
			AllArgs: c.oids("proallargtypes"), Names: c.strings("proargnames"),
			Source: c.text("prosrc"), Language: c.oid("prolang"), Signature: c.text("_signature"),
			FromClause: fromClause[c.text("prosrc")],
		}
		for _, mode := range c.strings("proargmodes") {
			p.Modes = append(p.Modes, mode[0])
		}
		if p.Impl = bind(p.Signature); p.Impl == nil && p.Language == languageInternal {
			p.Impl = bind(p.Source)
		}
		f.procs[p.OID] = p
		f.procNames[p.Name] = append(f.procNames[p.Name], p)
	})
	f.each("pg_aggregate", func(c *cursor) {
		if p := f.procs[c.oid("aggfnoid")]; p != nil {
			p.AggKind, p.AggDirectArgs = c.char("aggkind"), int(c.int("aggnumdirectargs"))
		}
	})
	for _, table := range tables {
		for key := range table {
			if !bound[key] {
				f.unbound = append(f.unbound, key)
			}
		}
	}
}

const languageInternal oid.OID = 12

// storagePlain is the typstorage that tells int2vector and oidvector from arrays.
const storagePlain = 'p'

// Unbound are the keys of the tables given to [Load] that belong to no function:
// misspellings.
func (f *Facts) Unbound() []string { return f.unbound }

func (f *Facts) loadOperators() {
	f.each("pg_operator", func(c *cursor) {
		o := &Operator{
			OID: c.oid("oid"), Name: c.text("oprname"), Schema: c.oid("oprnamespace"), Kind: c.char("oprkind"),
			Left: c.oid("oprleft"), Right: c.oid("oprright"), Result: c.oid("oprresult"), Proc: c.oid("oprcode"),
			Commutator: c.oid("oprcom"), Negator: c.oid("oprnegate"),
		}
		f.operators[o.OID] = o
		f.operatorNames[o.Name] = append(f.operatorNames[o.Name], o)
	})
}

func (f *Facts) loadCasts() {
	f.each("pg_cast", func(c *cursor) {
		cast := &Cast{
			OID: c.oid("oid"), Source: c.oid("castsource"), Target: c.oid("casttarget"), Func: c.oid("castfunc"),
			Context: c.char("castcontext"), Method: c.char("castmethod"),
		}
		f.casts[[2]oid.OID{cast.Source, cast.Target}] = cast
	})
}

func (f *Facts) loadMethods() {
	f.each("pg_am", func(c *cursor) {
		m := &AccessMethod{OID: c.oid("oid"), Name: c.text("amname"), Handler: c.oid("amhandler"), Kind: c.char("amtype")}
		f.methods[m.OID], f.methodNames[m.Name] = m, m
	})
	f.each("pg_opclass", func(c *cursor) {
		method := f.methods[c.oid("opcmethod")]
		class := &OpClass{
			OID: c.oid("oid"), Method: method.Name, Name: c.text("opcname"), Schema: c.oid("opcnamespace"),
			Family: c.oid("opcfamily"), Input: c.oid("opcintype"), Default: c.bool("opcdefault"),
			KeyType: c.oid("opckeytype"),
		}
		f.opClasses[class.OID] = class
		f.methodClasses[method.Name] = append(f.methodClasses[method.Name], class)
	})
}

func (f *Facts) loadCollations() {
	f.each("pg_collation", func(c *cursor) {
		collation := &Collation{OID: c.oid("oid"), Name: c.text("collname"), Schema: c.oid("collnamespace")}
		f.collations[collation.OID] = collation
		f.collationNames[qualified{collation.Schema, collation.Name}] = collation
	})
}

func (f *Facts) loadDescriptions() map[Address]string {
	table := f.tables.table("pg_description")
	comments := make(map[Address]string, len(table.rows))
	f.each("pg_description", func(c *cursor) {
		comments[Address{c.oid("classoid"), c.oid("objoid"), int32(c.int("objsubid"))}] = c.text("description")
	})
	return comments
}

func (f *Facts) loadRoles() {
	f.each("pg_authid", func(c *cursor) {
		r := &Role{OID: c.oid("oid"), Name: c.text("rolname"), Inherit: true, ConnLimit: -1}
		f.roles[r.OID], f.roleNames[r.Name] = r, r
	})
	f.each("pg_auth_members", func(c *cursor) {
		if r := f.roles[c.oid("member")]; r != nil {
			r.MemberOf = append(r.MemberOf, c.oid("roleid"))
		}
	})
}

func (f *Facts) loadRelations() {
	f.each("pg_class", func(c *cursor) {
		r := &Relation{
			OID: c.oid("oid"), Schema: c.oid("relnamespace"), Name: c.text("relname"), Kind: RelKind(c.char("relkind")),
			RowType: c.oid("reltype"), Owner: c.oid("relowner"), Persistence: 'p',
		}
		if t := f.types[r.RowType]; t != nil {
			r.ArrayType = t.Array
		}
		f.relations[r.OID], f.relationNames[qualified{r.Schema, r.Name}] = r, r
	})
	table := f.tables.table("pg_attribute")
	columns := make([]Column, len(table.rows))
	next := 0
	f.each("pg_attribute", func(c *cursor) {
		column := &columns[next]
		next++
		*column = Column{
			Name: c.text("attname"), Attnum: int16(c.int("attnum")), Type: c.oid("atttypid"),
			Typmod: int32(c.int("atttypmod")), NotNull: c.bool("attnotnull"), Collation: c.oid("attcollation"),
		}
		column.Physical = "c" + c.text("attnum")
		r := f.relations[c.oid("attrelid")]
		r.Columns = append(r.Columns, column)
	})
	f.each("pg_index", func(c *cursor) {
		index, table := f.relations[c.oid("indexrelid")], f.relations[c.oid("indrelid")]
		if index == nil || table == nil {
			return
		}
		index.Index = &Index{Table: table.OID, Method: "btree", Unique: c.bool("indisunique"), Primary: c.bool("indisprimary"), Valid: true}
		classes := c.oids("indclass")
		for i, attnum := range c.oids("indkey") { // never negative here
			index.Index.Keys = append(index.Index.Keys, IndexKey{
				Attnum: int16(attnum), Type: index.Columns[i].Type, OpClass: classes[i],
			})
		}
		table.Indexes = append(table.Indexes, index.OID)
	})
	for _, r := range f.relations {
		if r.Kind != KindIndex {
			r.System = systemRelation(f, r)
		}
	}
}

// procOID is the number of the one built-in function with this name, 0 when
// there is none.
func (f *Facts) procOID(name string) oid.OID {
	if procs := f.procNames[name]; len(procs) > 0 {
		return procs[0].OID
	}
	return 0
}
