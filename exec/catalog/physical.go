package catalog

import (
	"slices"
	"strconv"
	"strings"

	"voronoi/internal/oid"
)

// reservedPrefixes begin names that SQLite or the executor keep to themselves.
var reservedPrefixes = []string{"sqlite_", "voronoi_", "sys_"}

// PhysicalName chooses the name of a SQLite table or index for a relation
// called name: the plain name where SQLite can have it, with a suffix otherwise
// (rule S2). SQLite's names ignore ASCII case and schemas, Postgres's do not, so
// "Id" and id, or a.t and b.t, cannot both have theirs.
//
// The name is free in this snapshot, not reserved by asking: put the relation
// before asking for the next.
func (s *Snapshot) PhysicalName(name string) string {
	// SQLite has no limit to a name's length and quotes every byte but NUL,
	// which cannot occur here.
	if slices.ContainsFunc(reservedPrefixes, func(prefix string) bool { return strings.HasPrefix(fold(name), prefix) }) {
		name = "relation_" + name // which no suffix would free
	}
	if s.freePhysical(name) {
		return name
	}
	for n := 2; ; n++ {
		if suffixed := name + "_" + strconv.Itoa(n); s.freePhysical(suffixed) {
			return suffixed
		}
	}
}

func (s *Snapshot) freePhysical(name string) bool {
	folded := fold(name)
	for _, prefix := range reservedPrefixes {
		if strings.HasPrefix(folded, prefix) {
			return false
		}
	}
	_, taken := s.physical[folded]
	return !taken && folded != "" && folded != "meta"
}

// PhysicalColumn chooses the name of a column in a table's SQLite table, given
// the columns that are there already.
func PhysicalColumn(name string, columns []*Column) string {
	if strings.HasPrefix(fold(name), KeyColumnPrefix) {
		name = "column_" + name
	}
	free := func(name string) bool {
		folded := fold(name)
		switch folded {
		// Names by which SQLite reaches the row's key.
		case KeyColumn, "rowid", "oid", "_rowid_", "":
			return false
		}
		for _, c := range columns {
			if fold(c.Physical) == folded {
				return false
			}
		}
		return true
	}
	if free(name) {
		return name
	}
	for n := 2; ; n++ {
		if suffixed := name + "_" + strconv.Itoa(n); free(suffixed) {
			return suffixed
		}
	}
}

// fold is how SQLite compares names: ASCII letters alone have no case.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// PhysicalOwner is the relation that a SQLite table or companion belongs to, 0
// for none.
func (s *Snapshot) PhysicalOwner(name string) oid.OID { return s.physical[fold(name)] }
