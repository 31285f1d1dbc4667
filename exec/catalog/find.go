package catalog

import (
	"strings"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// within gives the schemas in which to look for a name: the one that it names,
// or the search path.
func (n naming) within(schema string) ([]oid.OID, error) {
	if schema == "" {
		return n.path, nil
	}
	s := n.s.SchemaNamed(schema)
	if s == nil {
		return nil, pgerr.Newf(pgerr.InvalidSchemaName, `schema "%s" does not exist`, schema)
	}
	return []oid.OID{s.OID}, nil
}

// FindRelation finds a relation by a name as SQL writes it, qualified or not.
func (s *Snapshot) FindRelation(path []oid.OID, name string) (*Relation, error) {
	id, err := s.naming(path).findRelation(name)
	if err != nil {
		return nil, err
	}
	return s.Relation(id), nil
}

func (n naming) findRelation(text string) (oid.OID, error) {
	parts, err := splitName(text)
	if err != nil {
		return 0, err
	}
	schema, name, err := schemaAndName(parts, "relation name")
	if err != nil {
		return 0, err
	}
	missing := pgerr.Newf(pgerr.UndefinedTable, `relation "%s" does not exist`, strings.Join(parts, "."))
	path, err := n.within(schema)
	if err != nil {
		return 0, missing // so says Postgres of a relation in a schema that is not there
	}
	if r := n.s.Search(path, name); r != nil {
		return r.OID, nil
	}
	return 0, missing
}

// procsIn are the functions of a name in the schemas to look in, in order.
func (n naming) procsIn(text string) (parts []string, found []*Proc, err error) {
	if parts, err = splitName(text); err != nil {
		return nil, nil, err
	}
	schema, name, err := schemaAndName(parts, "qualified name")
	if err != nil {
		return nil, nil, err
	}
	path, err := n.within(schema)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range path {
		for _, p := range n.s.ProcsNamed(name) {
			if p.Schema == id {
				found = append(found, p)
			}
		}
	}
	return parts, found, nil
}

func (n naming) findProc(text string) (oid.OID, error) {
	parts, found, err := n.procsIn(text)
	switch {
	case err != nil:
		return 0, err
	case len(found) == 0:
		return 0, pgerr.Newf(pgerr.UndefinedFunction, `function "%s" does not exist`, strings.Join(parts, "."))
	case len(found) > 1:
		return 0, pgerr.Newf(pgerr.AmbiguousFunction, `more than one function named "%s"`, strings.Join(parts, "."))
	}
	return found[0].OID, nil
}

// nameAndTypes splits "name(type, type)".
func (n naming) nameAndTypes(text string) (name string, types []oid.OID, err error) {
	open := strings.IndexByte(text, '(')
	if open < 0 {
		return "", nil, pgerr.New(pgerr.InvalidTextRepresentation, "expected a left parenthesis")
	}
	closing := strings.LastIndexByte(text, ')')
	if closing < open {
		return "", nil, pgerr.New(pgerr.InvalidTextRepresentation, "expected a right parenthesis")
	}
	name = text[:open]
	list := strings.Trim(text[open+1:closing], blanks)
	if list == "" {
		return name, nil, nil
	}
	for _, part := range splitTop(list) {
		part = strings.Trim(part, blanks)
		if strings.EqualFold(part, "none") {
			types = append(types, 0)
			continue
		}
		id, _, err := n.s.ParseType(n.path, part)
		if err != nil {
			return "", nil, err
		}
		types = append(types, id)
	}
	return name, types, nil
}

// splitTop splits at the commas outside of parentheses and quotes.
func splitTop(list string) []string {
	var parts []string
	depth, start, quoted := 0, 0, false
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case '"':
			quoted = !quoted
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 && !quoted {
				parts = append(parts, list[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, list[start:])
}

func (n naming) findProcedure(text string) (oid.OID, error) {
	name, types, err := n.nameAndTypes(text)
	if err != nil {
		return 0, err
	}
	_, found, err := n.procsIn(name)
	if err != nil {
		return 0, err
	}
	for _, p := range found {
		if equalOIDs(p.Args, types) {
			return p.OID, nil
		}
	}
	return 0, pgerr.Newf(pgerr.UndefinedFunction, `function "%s" does not exist`, text)
}

// operatorsIn are the operators of a name that may have a schema before it.
func (n naming) operatorsIn(text string) ([]*Operator, error) {
	schema, name := "", text
	if dot := strings.IndexByte(text, '.'); dot > 0 {
		parts, err := splitName(text[:dot])
		if err != nil {
			return nil, err
		}
		schema, name = parts[0], text[dot+1:]
	}
	path, err := n.within(schema)
	if err != nil {
		return nil, err
	}
	var found []*Operator
	for _, id := range path {
		for _, o := range n.s.OperatorsNamed(name) {
			if o.Schema == id {
				found = append(found, o)
			}
		}
	}
	return found, nil
}

func (n naming) findOperator(text string) (oid.OID, error) {
	found, err := n.operatorsIn(text)
	switch {
	case err != nil:
		return 0, err
	case len(found) == 0:
		return 0, pgerr.Newf(pgerr.UndefinedFunction, "operator does not exist: %s", text)
	case len(found) > 1:
		return 0, pgerr.Newf(pgerr.AmbiguousFunction, "more than one operator named %s", text)
	}
	return found[0].OID, nil
}

func (n naming) findOperatorTypes(text string) (oid.OID, error) {
	name, types, err := n.nameAndTypes(text)
	if err != nil {
		return 0, err
	}
	switch {
	case len(types) == 1:
		return 0, pgerr.New(pgerr.UndefinedParameter, "missing argument").
			WithHint("Use NONE to denote the missing argument of a unary operator.")
	case len(types) != 2:
		return 0, pgerr.New(pgerr.TooManyArguments, "too many arguments").WithHint("Provide two argument types for operator.")
	}
	found, err := n.operatorsIn(name)
	if err != nil {
		return 0, err
	}
	for _, o := range found {
		if o.Left == types[0] && o.Right == types[1] {
			return o.OID, nil
		}
	}
	return 0, pgerr.Newf(pgerr.UndefinedFunction, "operator does not exist: %s", text)
}

// single reads a name that has no schema.
func single(text string) (string, error) {
	parts, err := splitName(text)
	if err == nil && len(parts) != 1 {
		err = pgerr.New(pgerr.InvalidName, "invalid name syntax")
	}
	if err != nil {
		return "", err
	}
	return parts[0], nil
}

func (n naming) findSchema(text string) (oid.OID, error) {
	name, err := single(text)
	if err != nil {
		return 0, err
	}
	if schema := n.s.SchemaNamed(name); schema != nil {
		return schema.OID, nil
	}
	return 0, pgerr.Newf(pgerr.InvalidSchemaName, `schema "%s" does not exist`, name)
}

func (n naming) findRole(text string) (oid.OID, error) {
	name, err := single(text)
	if err != nil {
		return 0, err
	}
	if role := n.s.RoleNamed(name); role != nil {
		return role.OID, nil
	}
	return 0, pgerr.Newf(pgerr.UndefinedObject, `role "%s" does not exist`, name)
}

func (n naming) findCollation(text string) (oid.OID, error) {
	parts, err := splitName(text)
	if err != nil {
		return 0, err
	}
	schema, name, err := schemaAndName(parts, "qualified name")
	if err != nil {
		return 0, err
	}
	path, err := n.within(schema)
	if err != nil {
		return 0, err
	}
	for _, id := range path {
		if c := n.s.CollationNamed(id, name); c != nil {
			return c.OID, nil
		}
	}
	return 0, pgerr.Newf(pgerr.UndefinedObject, `collation "%s" for encoding "UTF8" does not exist`, strings.Join(parts, "."))
}

// factName is the name of an object of pg_catalog that has no type of its own.
func (n naming) factName(catalog, column string, id oid.OID) (name string) {
	n.s.facts.each(catalog, func(c *cursor) {
		if c.oid("oid") == id {
			name = n.quote(c.text(column))
		}
	})
	return name
}

func (n naming) findFact(catalog, column, what, text string) (id oid.OID, err error) {
	parts, err := splitName(text)
	if err != nil {
		return 0, err
	}
	schema, name, err := schemaAndName(parts, "qualified name")
	if err != nil {
		return 0, err
	}
	if schema == "" || schema == "pg_catalog" {
		n.s.facts.each(catalog, func(c *cursor) {
			if c.text(column) == name {
				id = c.oid("oid")
			}
		})
	}
	if id == 0 {
		return 0, pgerr.Newf(pgerr.UndefinedObject, `%s "%s" does not exist`, what, strings.Join(parts, "."))
	}
	return id, nil
}
