package catalog

import (
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// spokenTypes are the type names of SQL's grammar that are not type names of
// pg_catalog. Words between which blanks may vary are joined by one.
var spokenTypes = map[string]string{
	"bigint": "int8", "int": "int4", "integer": "int4", "smallint": "int2", "real": "float4",
	"double precision": "float8", "float": "float8", "dec": "numeric", "decimal": "numeric", "boolean": "bool",
	"character": "bpchar", "char": "bpchar", "nchar": "bpchar", "national character": "bpchar", "national char": "bpchar",
	"character varying": "varchar", "char varying": "varchar", "nchar varying": "varchar",
	"national character varying": "varchar", "national char varying": "varchar", "bit varying": "varbit",
	"time without time zone": "time", "time with time zone": "timetz",
	"timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz",
}

// ParseType reads the name of a type as SQL writes it: "integer[]",
// "character varying(10)", "public.mood". The modifier is -1 without one.
func (s *Snapshot) ParseType(path []oid.OID, text string) (oid.OID, int32, error) {
	p := typeParser{rest: strings.TrimLeft(text, blanks)}
	if !p.parse() {
		return 0, 0, pgerr.Newf(pgerr.SyntaxError, `invalid type name "%s"`, text)
	}
	t, err := s.lookUpType(path, &p)
	if err != nil {
		return 0, 0, err
	}
	id := t.OID
	typmod := int32(-1)
	if len(p.args) > 0 {
		if t.Values == nil {
			return 0, 0, pgerr.Newf(pgerr.SyntaxError, `type modifier is not allowed for type "%s"`, t.Name)
		}
		if typmod, err = datum.TypmodIn(t.Values, p.args); err != nil {
			return 0, 0, err
		}
	} else if p.lengthOne {
		if typmod, err = datum.TypmodIn(t.Values, []string{"1"}); err != nil {
			return 0, 0, err
		}
	}
	if p.array {
		if id = t.Array; id == 0 {
			return 0, 0, pgerr.Newf(pgerr.UndefinedObject, `could not find array type for data type %s`, t.Name)
		}
	}
	return id, typmod, nil
}

func (s *Snapshot) lookUpType(path []oid.OID, p *typeParser) (*Type, error) {
	if len(p.parts) == 1 && !p.quoted {
		if name, ok := spokenTypes[p.parts[0]]; ok {
			p.lengthOne = name == "bpchar"
			if p.parts[0] == "float" && len(p.args) == 1 {
				if name = floatName(p.args[0]); name == "" {
					return nil, pgerr.New(pgerr.InvalidParameterValue, "precision for type float must be less than 54 bits")
				}
				p.args = nil
			}
			return s.TypeNamed(oid.PGCatalogSchema, name), nil
		}
		p.lengthOne = p.parts[0] == "bit"
	}
	schema, name, err := schemaAndName(p.parts, "qualified name")
	if err != nil {
		return nil, err
	}
	var t *Type
	if schema == "" {
		t = s.SearchType(path, name)
	} else {
		in := s.SchemaNamed(schema)
		if in == nil {
			return nil, pgerr.Newf(pgerr.InvalidSchemaName, `schema "%s" does not exist`, schema)
		}
		t = s.TypeNamed(in.OID, name)
	}
	if t == nil {
		return nil, pgerr.Newf(pgerr.UndefinedObject, `type "%s" does not exist`, strings.Join(p.parts, "."))
	}
	return t, nil
}

// floatName is the type of float(bits).
func floatName(bits string) string {
	switch n := strings.TrimLeft(bits, "0"); {
	case len(n) == 1 && n >= "1", len(n) == 2 && n <= "24":
		return "float4"
	case len(n) == 2 && n <= "53":
		return "float8"
	}
	return ""
}

// typeParser takes a type name apart.
type typeParser struct {
	rest      string
	parts     []string // of a dotted name, or one of several words
	quoted    bool
	args      []string
	array     bool
	lengthOne bool // char and bit without a length have one of 1
}

func (p *typeParser) skip() { p.rest = strings.TrimLeft(p.rest, blanks) }

// word takes the next word if it is one of those given.
func (p *typeParser) word(words ...string) string {
	name, rest, ok := scanIdent(p.rest)
	if !ok || p.rest[0] == '"' {
		return ""
	}
	for _, word := range words {
		if name == word {
			p.rest = rest
			p.skip()
			return word
		}
	}
	return ""
}

func (p *typeParser) parse() bool {
	for {
		p.quoted = p.quoted || strings.HasPrefix(p.rest, `"`)
		name, rest, ok := scanIdent(p.rest)
		if !ok {
			return false
		}
		p.parts, p.rest = append(p.parts, name), rest
		p.skip()
		if !strings.HasPrefix(p.rest, ".") {
			break
		}
		p.rest = p.rest[1:]
		p.skip()
	}
	if len(p.parts) == 1 && !p.quoted && !p.moreWords() {
		return false
	}
	if p.args == nil && !p.modifier() {
		return false
	}
	return p.bounds()
}

// moreWords reads the rest of a type name of several words; a time's precision
// stands among them.
func (p *typeParser) moreWords() bool {
	name := &p.parts[0]
	switch *name {
	case "double":
		if p.word("precision") != "" {
			*name += " precision"
		}
	case "national":
		second := p.word("character", "char")
		if second == "" {
			return true
		}
		*name += " " + second
		fallthrough
	case "character", "char", "nchar", "bit":
		if p.word("varying") != "" {
			*name += " varying"
		}
	case "time", "timestamp":
		if !p.modifier() {
			return false
		}
		if which := p.word("with", "without"); which != "" {
			if p.word("time") == "" || p.word("zone") == "" {
				return false
			}
			*name += " " + which + " time zone"
		}
	}
	return true
}

// modifier reads what stands in parentheses.
func (p *typeParser) modifier() bool {
	if !strings.HasPrefix(p.rest, "(") {
		return true
	}
	inner, rest, ok := strings.Cut(p.rest[1:], ")")
	if !ok {
		return false
	}
	for _, arg := range strings.Split(inner, ",") {
		arg = strings.Trim(arg, blanks)
		if arg == "" {
			return false
		}
		p.args = append(p.args, arg)
	}
	p.rest = rest
	p.skip()
	return true
}

// bounds reads the brackets of an array type.
func (p *typeParser) bounds() bool {
	if p.word("array") != "" {
		p.array = true
	}
	for strings.HasPrefix(p.rest, "[") {
		inner, rest, ok := strings.Cut(p.rest[1:], "]")
		if !ok || strings.Trim(inner, blanks+"0123456789") != "" {
			return false
		}
		p.array, p.rest = true, rest
		p.skip()
	}
	return p.rest == ""
}
