package exec

import (
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// comment is COMMENT ON.
func (d *definer) comment(n *planner.CommentOn) error {
	return d.edit(func(e *catalog.Editor) error {
		e.SetComment(n.Address, n.Text)
		return nil
	})
}

// alterDefaults is ALTER DATABASE and ALTER ROLE … SET and RESET.
func (d *definer) alterDefaults(n *planner.AlterDefaults) error {
	snap := d.s.tx.catalog
	var database, role oid.OID
	if n.Database != "" {
		db := snap.Database(n.Database)
		if db == nil && n.Database == d.s.startup.Database {
			db = &catalog.Database{Name: n.Database, Owner: oid.BootstrapRole}
			if err := d.put(db); err != nil {
				return err
			}
		}
		if db == nil {
			return pgerr.Newf(pgerr.InvalidCatalogName, "database %q does not exist", n.Database)
		}
		database = db.OID
	}
	if n.Role != "" {
		r := snap.RoleNamed(n.Role)
		if r == nil {
			return pgerr.Newf(pgerr.UndefinedObject, "role %q does not exist", n.Role)
		}
		role = r.OID
	}
	if n.Setting != "" {
		def, err := d.s.settings.definition(n.Setting, true)
		if err != nil {
			return err
		}
		if n.Value != nil {
			if _, err := def.canonical(d.s, *n.Value); err != nil {
				return err
			}
		}
	}
	defaults := &catalog.Defaults{Database: database, Role: role}
	if old := d.s.tx.catalog.DefaultsFor(database, role); old != nil {
		copied := *old
		defaults = &copied
		defaults.Settings = slices.Clone(old.Settings)
	}
	defaults.Settings = slices.DeleteFunc(defaults.Settings, func(nv string) bool {
		name, _, _ := strings.Cut(nv, "=")
		return n.Setting == "" || strings.EqualFold(name, n.Setting)
	})
	if n.Value != nil {
		defaults.Settings = append(defaults.Settings, strings.ToLower(n.Setting)+"="+*n.Value)
	}
	if len(defaults.Settings) > 0 {
		return d.put(defaults)
	}
	if defaults.OID == 0 {
		return nil
	}
	return d.edit(func(e *catalog.Editor) error {
		e.Drop(defaults.OID)
		return nil
	})
}

// role is CREATE, ALTER and DROP ROLE.
func (d *definer) role(n *planner.RoleDefinition) error {
	if n.Skip {
		return nil
	}
	if !n.Drop {
		role := *n.Role
		return d.put(&role)
	}
	return d.edit(func(e *catalog.Editor) error {
		e.Drop(n.Old.OID)
		return nil
	})
}
