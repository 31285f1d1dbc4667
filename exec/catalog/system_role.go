package catalog

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

var roleSources = map[string]source{
	"pg_authid":          {objects: authidRows, indexed: []string{"oid", "rolname"}},
	"pg_roles":           {session: roleRows},
	"pg_user":            {session: userRows},
	"pg_shadow":          {objects: shadowRows},
	"pg_group":           {objects: groupRows},
	"pg_auth_members":    {objects: memberRows, indexed: []string{"roleid", "member"}},
	"pg_database":        {session: databaseRows},
	"pg_db_role_setting": {objects: defaultsRows},
	"pg_tablespace":      {indexed: []string{"oid", "spcname"}},
}

func authidRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.Roles() {
		if s.facts.roles[r.OID] != nil {
			continue // its row is a fact
		}
		roleRow(b, r)
		b.textOrNull("rolpassword", r.Password)
	}
}

// roleRow sets what pg_authid and pg_roles have in common.
func roleRow(b *rowBuilder, r *Role) {
	b.next()
	b.oid("oid", r.OID)
	b.text("rolname", r.Name)
	b.bool("rolsuper", r.Super)
	b.bool("rolinherit", r.Inherit)
	b.bool("rolcreaterole", r.CreateRole)
	b.bool("rolcreatedb", r.CreateDB)
	b.bool("rolcanlogin", r.Login)
	b.bool("rolreplication", r.Replication)
	b.bool("rolbypassrls", r.BypassRLS)
	b.int("rolconnlimit", int64(r.ConnLimit))
	b.set("rolvaliduntil", r.validUntil())
}

func (r *Role) validUntil() datum.Datum {
	values := datum.ByOID(oid.TimestampTZ)
	if r.ValidUntil == nil || values == nil {
		return datum.Null
	}
	d, err := values.Input(datum.DefaultEnv(), *r.ValidUntil)
	if err != nil {
		return datum.Null
	}
	return d
}

// roles are all roles and, where it has none of its own, the session's user,
// who then is a superuser.
func (c *SystemContext) roles() []*Role {
	roles := c.Catalog.Roles()
	if c.User == "" || c.Catalog.RoleNamed(c.User) != nil {
		return roles
	}
	return append(roles, &Role{OID: unnamedRole, Name: c.User, Super: true, Inherit: true, CreateRole: true,
		CreateDB: true, Login: true, Replication: true, BypassRLS: true, ConnLimit: -1})
}

func roleRows(b *rowBuilder, c *SystemContext) {
	for _, r := range c.roles() {
		roleRow(b, r)
		b.text("rolpassword", "********")
		if d := c.Catalog.DefaultsFor(0, r.OID); d != nil {
			b.textArray("rolconfig", d.Settings)
		}
	}
}

func userRows(b *rowBuilder, c *SystemContext) {
	for _, r := range c.roles() {
		if r.Login {
			userRow(b, c.Catalog, r)
			b.text("passwd", "********")
		}
	}
}

func shadowRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.Roles() {
		if r.Login {
			userRow(b, s, r)
			b.textOrNull("passwd", r.Password)
		}
	}
}

func userRow(b *rowBuilder, s *Snapshot, r *Role) {
	b.next()
	b.text("usename", r.Name)
	b.oid("usesysid", r.OID)
	b.bool("usecreatedb", r.CreateDB)
	b.bool("usesuper", r.Super)
	b.bool("userepl", r.Replication)
	b.bool("usebypassrls", r.BypassRLS)
	b.set("valuntil", r.validUntil())
	if d := s.DefaultsFor(0, r.OID); d != nil {
		b.textArray("useconfig", d.Settings)
	}
}

func groupRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.Roles() {
		if r.Login {
			continue
		}
		b.next()
		b.text("groname", r.Name)
		b.oid("grosysid", r.OID)
		members := []oid.OID{}
		for _, member := range s.Roles() {
			for _, of := range member.MemberOf {
				if of == r.OID {
					members = append(members, member.OID)
				}
			}
		}
		b.oidArray("grolist", members)
	}
}

func memberRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.Roles() {
		if s.facts.roles[r.OID] != nil {
			continue
		}
		for _, of := range r.MemberOf {
			b.next()
			b.oid("roleid", of)
			b.oid("member", r.OID)
			b.oid("grantor", oid.BootstrapRole)
			b.bool("admin_option", false)
		}
	}
}

// databaseRows shows the first database by the name that the client connected
// to, where none has that name: there is one set of relations, whatever the
// name.
func databaseRows(b *rowBuilder, c *SystemContext) {
	for _, d := range c.Catalog.Databases() {
		b.next()
		b.oid("oid", d.OID)
		b.text("datname", d.Name)
		if d.OID == firstDatabase && c.Database != "" && c.Catalog.Database(c.Database) == nil {
			b.text("datname", c.Database)
		}
		b.oid("datdba", d.Owner)
		b.int("encoding", encodingUTF8)
		b.char("datlocprovider", 'c')
		b.bool("datistemplate", false)
		b.bool("datallowconn", true)
		b.int("datconnlimit", -1)
		b.ints(1, "datfrozenxid", "datminmxid")
		b.oid("dattablespace", tablespaceDefault)
		b.texts("C", "datcollate", "datctype")
	}
}

// encodingUTF8 is the number of the only encoding, tablespaceDefault that of
// the only tablespace with relations of users.
const (
	encodingUTF8              = 6
	tablespaceDefault oid.OID = 1663
)

func defaultsRows(b *rowBuilder, s *Snapshot) {
	for _, object := range s.sortedObjects() {
		if d, ok := object.(*Defaults); ok {
			b.next()
			b.oid("setdatabase", d.Database)
			b.oid("setrole", d.Role)
			b.textArray("setconfig", d.Settings)
		}
	}
}
