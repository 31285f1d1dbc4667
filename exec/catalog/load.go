package catalog

import (
	"voronoi/exec/builtin"
	"voronoi/internal/oid"
)

// Facts are the rows of the catalogs that no DDL changes: Postgres's own, those
// of pgvector and Voronoi's, with their indexes by name and number. They are
// made once (see [Load]) and shared.
type Facts struct {
	schemas        map[oid.OID]*Schema
	schemaNames    map[string]*Schema
	relations      map[oid.OID]*Relation
	relationNames  map[qualified]*Relation
	types          map[oid.OID]*Type
	typeNames      map[qualified]*Type
	procs          map[oid.OID]*Proc
	procNames      map[string][]*Proc
	procSources    map[string][]*Proc
	operators      map[oid.OID]*Operator
	operatorNames  map[string][]*Operator
	casts          map[[2]oid.OID]*Cast
	opClasses      map[oid.OID]*OpClass
	methodClasses  map[string][]*OpClass
	methods        map[oid.OID]*AccessMethod
	methodNames    map[string]*AccessMethod
	collations     map[oid.OID]*Collation
	collationNames map[qualified]*Collation
}

// Load reads the facts and binds implementations to the functions among them.
// A later table overrides an earlier one.
func Load(tables ...builtin.Table) *Facts {
	f := &Facts{}
	return f
}

// procOID is the number of the one built-in function with this name, 0 when
// there is none.
func (f *Facts) procOID(name string) oid.OID {
	if procs := f.procNames[name]; len(procs) > 0 {
		return procs[0].OID
	}
	return 0
}

// empty is the snapshot with nothing but facts.
func empty(facts *Facts) *Snapshot {
	return &Snapshot{
		facts:       facts,
		objects:     map[oid.OID]Object{},
		schemaNames: map[string]*Schema{},
		relations:   map[qualified]*Relation{},
		types:       map[oid.OID]*Type{},
		typeNames:   map[qualified]*Type{},
		extensions:  map[string]*Extension{},
		roles:       map[string]*Role{},
		databases:   map[string]*Database{},
		codebooks:   map[string]*Codebook{},
		comments:    map[commented]*Comment{},
		physical:    map[string]oid.OID{},
		nextOID:     oid.FirstNormal,
	}
}

// New is the catalog of a new database: the schema public, the superuser, the
// vector extension, and no tables.
func New(facts *Facts, database, superuser string) *Snapshot {
	e := empty(facts).Edit()
	e.Put(&Schema{OID: oid.PublicSchema, Name: "public", Owner: databaseOwner, Comment: "standard public schema"})
	e.Put(&Role{OID: oid.BootstrapRole, Name: superuser, Super: true, Inherit: true, CreateRole: true,
		CreateDB: true, Login: true, Replication: true, BypassRLS: true, ConnLimit: -1})
	e.Put(&Database{OID: firstDatabase, Name: database, Owner: oid.BootstrapRole})
	e.Put(&Extension{OID: vectorExtension, Name: "vector", Schema: oid.PublicSchema, Version: VectorVersion,
		Owner: oid.BootstrapRole})
	return e.Done()
}

// VectorVersion is the version of pgvector whose surface the vector extension
// has.
const VectorVersion = "0.8.1"

const (
	databaseOwner oid.OID = 6171 // the role pg_database_owner
	firstDatabase oid.OID = 5    // of the database postgres in Postgres
)

// vectorExtension is the number of the extension; its objects follow from 16385.
const vectorExtension = oid.FirstExtension
