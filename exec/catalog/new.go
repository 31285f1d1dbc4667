package catalog

import "voronoi/internal/oid"

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
		cache:       newSnapshotCache(),
	}
}

// New is the catalog of a new database: the schema public, the superuser
// postgres, the database postgres, the vector extension, and no tables.
func New(facts *Facts) *Snapshot {
	e := empty(facts).Edit()
	e.Put(&Schema{OID: oid.PublicSchema, Name: "public", Owner: databaseOwner, Comment: "standard public schema"})
	e.Put(&Role{OID: oid.BootstrapRole, Name: "postgres", Super: true, Inherit: true, CreateRole: true,
		CreateDB: true, Login: true, Replication: true, BypassRLS: true, ConnLimit: -1})
	e.Put(&Database{OID: firstDatabase, Name: "postgres", Owner: oid.BootstrapRole,
		Comment: "default administrative connection database"})
	e.Put(&Extension{OID: vectorExtension, Name: "vector", Schema: oid.PublicSchema, Version: VectorVersion,
		Owner: oid.BootstrapRole, Implicit: true})
	return e.Done()
}

// VectorVersion is the version of pgvector whose surface the vector extension
// has.
const VectorVersion = "0.8.7"

const (
	databaseOwner oid.OID = 6171 // the role pg_database_owner
	firstDatabase oid.OID = 5    // the database postgres
	// unnamedRole is the number of a session's user when no role has that name:
	// a server without passwords takes any.
	unnamedRole oid.OID = 16383
)

// vectorExtension is the number of the extension; its objects follow it.
const vectorExtension = oid.FirstExtension
