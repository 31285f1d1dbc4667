package catalog

import (
	"cmp"
	"maps"
	"slices"

	"voronoi/internal/oid"
)

// Snapshot is the catalog at one moment: the facts, which never change, and the
// objects that DDL has made. It is immutable and safe for concurrent use; a
// change makes another one (see [Snapshot.Edit]). Lookups return nil when there
// is nothing; what they return is shared and read-only.
type Snapshot struct {
	facts   *Facts
	objects map[oid.OID]Object

	schemaNames map[string]*Schema
	relations   map[qualified]*Relation
	types       map[oid.OID]*Type
	typeNames   map[qualified]*Type
	extensions  map[string]*Extension
	roles       map[string]*Role
	databases   map[string]*Database
	codebooks   map[string]*Codebook
	comments    map[commented]*Comment
	physical    map[string]oid.OID // folded names of SQLite tables in use

	nextOID oid.OID

	cache *snapshotCache // never nil; a new one after each change
}

// qualified is a name within a schema.
type qualified struct {
	schema oid.OID
	name   string
}

// commented is what a comment is on.
type commented struct {
	class, object oid.OID
	sub           int32
}

// Facts are the facts that the snapshot stands on.
func (s *Snapshot) Facts() *Facts { return s.facts }

// Object is the object with a number that DDL has made.
func (s *Snapshot) Object(id oid.OID) Object { return s.objects[id] }

// Schema finds a schema by number.
func (s *Snapshot) Schema(id oid.OID) *Schema {
	if schema, ok := s.objects[id].(*Schema); ok {
		return schema
	}
	return s.facts.schemas[id]
}

// SchemaNamed finds a schema by name.
func (s *Snapshot) SchemaNamed(name string) *Schema {
	if schema := s.schemaNames[name]; schema != nil {
		return schema
	}
	return s.facts.schemaNames[name]
}

// Schemas are all schemas, by number.
func (s *Snapshot) Schemas() []*Schema {
	all := slices.Collect(maps.Values(s.facts.schemas))
	all = slices.AppendSeq(all, maps.Values(s.schemaNames))
	slices.SortFunc(all, func(a, b *Schema) int { return cmp.Compare(a.OID, b.OID) })
	return all
}

// Relation finds a table, view, sequence, index or composite type by number.
func (s *Snapshot) Relation(id oid.OID) *Relation {
	if relation, ok := s.objects[id].(*Relation); ok {
		return relation
	}
	return s.facts.relations[id]
}

// RelationNamed finds a relation by name in one schema.
func (s *Snapshot) RelationNamed(schema oid.OID, name string) *Relation {
	if relation := s.relations[qualified{schema, name}]; relation != nil {
		return relation
	}
	return s.facts.relationNames[qualified{schema, name}]
}

// Search finds a relation by name in the schemas of a path, the first first.
func (s *Snapshot) Search(path []oid.OID, name string) *Relation {
	for _, schema := range path {
		if relation := s.RelationNamed(schema, name); relation != nil {
			return relation
		}
	}
	return nil
}

// Relations are the relations that DDL has made, by number.
func (s *Snapshot) Relations() []*Relation {
	all := slices.Collect(maps.Values(s.relations))
	slices.SortFunc(all, func(a, b *Relation) int { return cmp.Compare(a.OID, b.OID) })
	return all
}

// Type finds a type by number.
func (s *Snapshot) Type(id oid.OID) *Type {
	if t := s.facts.types[id]; t != nil {
		return t
	}
	return s.types[id]
}

// TypeNamed finds a type by name in one schema.
func (s *Snapshot) TypeNamed(schema oid.OID, name string) *Type {
	if t := s.facts.typeNames[qualified{schema, name}]; t != nil {
		return t
	}
	return s.typeNames[qualified{schema, name}]
}

// SearchType finds a type by name in the schemas of a path, the first first.
func (s *Snapshot) SearchType(path []oid.OID, name string) *Type {
	for _, schema := range path {
		if t := s.TypeNamed(schema, name); t != nil {
			return t
		}
	}
	return nil
}

// TypeDef is the definition of a type that DDL has made, nil for others.
func (s *Snapshot) TypeDef(id oid.OID) *TypeDef {
	def, _ := s.objects[id].(*TypeDef)
	return def
}

// ArrayOf is the number of a type's array type, 0 where there is none.
func (s *Snapshot) ArrayOf(id oid.OID) oid.OID {
	if t := s.Type(id); t != nil {
		return t.Array
	}
	return 0
}

// ElementOf is the number of an array type's element type, 0 for a type that is
// no true array.
func (s *Snapshot) ElementOf(id oid.OID) oid.OID {
	if t := s.Type(id); t != nil && t.IsArray() {
		return t.Elem
	}
	return 0
}

// Proc finds a function by number.
func (s *Snapshot) Proc(id oid.OID) *Proc { return s.facts.procs[id] }

// ProcsNamed are the functions of one name, in all schemas.
func (s *Snapshot) ProcsNamed(name string) []*Proc { return s.facts.procNames[name] }

// Operator finds an operator by number.
func (s *Snapshot) Operator(id oid.OID) *Operator { return s.facts.operators[id] }

// OperatorsNamed are the operators of one name, in all schemas.
func (s *Snapshot) OperatorsNamed(name string) []*Operator { return s.facts.operatorNames[name] }

// Cast finds the cast between two types; nil where pg_cast has none.
func (s *Snapshot) Cast(source, target oid.OID) *Cast {
	return s.facts.casts[[2]oid.OID{source, target}]
}

// OpClass finds an operator class by number.
func (s *Snapshot) OpClass(id oid.OID) *OpClass { return s.facts.opClasses[id] }

// OpClasses are the operator classes of an access method, in the order of their
// numbers; nil for an unknown method.
func (s *Snapshot) OpClasses(method string) []*OpClass { return s.facts.methodClasses[method] }

// AccessMethod finds an access method by name.
func (s *Snapshot) AccessMethod(name string) *AccessMethod { return s.facts.methodNames[name] }

// Collation finds a collation by number.
func (s *Snapshot) Collation(id oid.OID) *Collation { return s.facts.collations[id] }

// CollationNamed finds a collation by name in one schema.
func (s *Snapshot) CollationNamed(schema oid.OID, name string) *Collation {
	return s.facts.collationNames[qualified{schema, name}]
}

// Extension finds an installed extension by name.
func (s *Snapshot) Extension(name string) *Extension { return s.extensions[name] }

// Role finds a role by number.
func (s *Snapshot) Role(id oid.OID) *Role {
	if role, ok := s.objects[id].(*Role); ok {
		return role
	}
	return s.facts.roles[id]
}

// RoleNamed finds a role by name.
func (s *Snapshot) RoleNamed(name string) *Role {
	if role := s.roles[name]; role != nil {
		return role
	}
	return s.facts.roleNames[name]
}

// Roles are all roles, by number.
func (s *Snapshot) Roles() []*Role {
	all := slices.Collect(maps.Values(s.facts.roles))
	all = slices.AppendSeq(all, maps.Values(s.roles))
	slices.SortFunc(all, func(a, b *Role) int { return cmp.Compare(a.OID, b.OID) })
	return all
}

// Extensions are the installed extensions, by number.
func (s *Snapshot) Extensions() []*Extension {
	return slices.SortedFunc(maps.Values(s.extensions), func(a, b *Extension) int { return cmp.Compare(a.OID, b.OID) })
}

// Databases are all databases, by number.
func (s *Snapshot) Databases() []*Database {
	return slices.SortedFunc(maps.Values(s.databases), func(a, b *Database) int { return cmp.Compare(a.OID, b.OID) })
}

// Codebooks are all codebooks, by number.
func (s *Snapshot) Codebooks() []*Codebook {
	return slices.SortedFunc(maps.Values(s.codebooks), func(a, b *Codebook) int { return cmp.Compare(a.OID, b.OID) })
}

// Database finds a database by name.
func (s *Snapshot) Database(name string) *Database { return s.databases[name] }

// Codebook finds a product quantizer's codebook by name.
func (s *Snapshot) Codebook(name string) *Codebook { return s.codebooks[name] }

// DefaultsFor are the settings stored for exactly this database and role, where
// 0 means any.
func (s *Snapshot) DefaultsFor(database, role oid.OID) *Defaults {
	for _, object := range s.objects {
		if d, ok := object.(*Defaults); ok && d.Database == database && d.Role == role {
			return d
		}
	}
	return nil
}
