package planner

import (
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// constantArg is the value of an argument that is a constant, through coercions
// that change nothing.
func constantArg(e Expr) (datum.Datum, bool) {
	for {
		switch x := e.(type) {
		case *Const:
			return x.Value, true
		case *Relabel:
			e = x.Arg
		default:
			return datum.Null, false
		}
	}
}

// splitName splits a qualified name in a text, as regclass input does: parts
// are folded to lower case unless quoted.
func (a *analyzer) splitName(text string, pos int) []string {
	names, ok := parseQualified(text)
	if !ok {
		fail(pgerr.New(pgerr.InvalidName, "invalid name syntax").At(pos))
	}
	return names
}

// parseQualified splits a.b, "A b".c and the like.
func parseQualified(text string) ([]string, bool) {
	var names []string
	rest := strings.TrimSpace(text)
	for {
		var part strings.Builder
		if strings.HasPrefix(rest, `"`) {
			rest = rest[1:]
			for {
				i := strings.IndexByte(rest, '"')
				if i < 0 {
					return nil, false
				}
				part.WriteString(rest[:i])
				rest = rest[i+1:]
				if !strings.HasPrefix(rest, `"`) {
					break
				}
				part.WriteByte('"')
				rest = rest[1:]
			}
		} else {
			i := strings.IndexAny(rest, ". \"")
			if i < 0 {
				i = len(rest)
			}
			part.WriteString(strings.ToLower(rest[:i]))
			rest = rest[i:]
		}
		if part.Len() == 0 {
			return nil, false
		}
		names = append(names, datum.TruncateName(part.String()))
		rest = strings.TrimSpace(rest)
		if rest == "" {
			return names, true
		}
		if rest[0] != '.' {
			return nil, false
		}
		rest = strings.TrimSpace(rest[1:])
	}
}

// quoteIdent quotes a name where SQL needs it.
func quoteIdent(name string) string {
	plain := name != "" && (name[0] >= 'a' && name[0] <= 'z' || name[0] == '_')
	for i := 0; plain && i < len(name); i++ {
		c := name[i]
		plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
	}
	if plain && !reservedWords[name] {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// reservedWords are the keywords that cannot stand as a name unquoted: reserved
// ones, those that may be types or functions, and those of column-name
// constructs.
var reservedWords = wordSet(`all analyse analyze and any array as asc asymmetric authorization between bigint binary bit
	boolean both case cast char character check coalesce collate collation column concurrently constraint create cross
	current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal
	default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full
	grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull
	join lateral leading least left like limit localtime localtimestamp national natural nchar none normalize not
	notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary
	real references returning right row select session_user setof similar smallint some substring symmetric table
	tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose
	when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
	xmlserialize xmltable`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
