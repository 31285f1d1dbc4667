package catalog

import (
	"strings"

	"voronoi/internal/oid"
)

// requalify writes the names of types and relations in a stored expression as
// the search path of the reader needs them: pg_dump reads with an empty one, and
// what it is given must mean the same wherever it is read again. Names are in
// casts, x::mood, and in the literals of regclass, 'items_id_seq'::regclass; they
// were written for the schema home and for public.
func (n naming) requalify(expr string, home oid.OID) string {
	if !strings.Contains(expr, "::") {
		return expr
	}
	stored := []oid.OID{oid.PGCatalogSchema, home, oid.PublicSchema}
	var b strings.Builder
	literal := -1 // where in b the string literal before this token begins
	for rest := expr; rest != ""; {
		if !strings.HasPrefix(rest, "::") {
			size := 1
			if strings.IndexByte(blanks, rest[0]) < 0 {
				size = tokenEnd(rest)
			}
			literal = -1
			if rest[0] == '\'' {
				literal = b.Len()
			}
			b.WriteString(rest[:size])
			rest = rest[size:]
			continue
		}
		name, after := qualifiedPrefix(rest[2:])
		written := rest[2 : len(rest)-len(after)]
		if name == "regclass" && literal >= 0 {
			text := b.String()
			quoted := strings.ReplaceAll(text[literal+1:len(text)-1], "''", "'")
			if r, err := n.s.FindRelation(stored, quoted); err == nil {
				b.Reset()
				b.WriteString(text[:literal] + "'" + strings.ReplaceAll(n.relation(r), "'", "''") + "'")
			}
		}
		b.WriteString("::")
		if id, _, err := n.s.ParseType(stored, written); written != "" && err == nil && n.s.Type(id).Schema != oid.PGCatalogSchema {
			written = n.typeName(id, -1)
		}
		b.WriteString(written)
		rest, literal = after, -1
	}
	return b.String()
}

// qualifiedPrefix reads a name, dotted or not, at the start of s; the name is
// its last part.
func qualifiedPrefix(s string) (name, rest string) {
	for {
		part, after, ok := scanIdent(s)
		if !ok {
			return name, s
		}
		name, s = part, after
		if !strings.HasPrefix(s, ".") {
			return name, s
		}
		s = s[1:]
	}
}
