package catalog

import (
	"voronoi/internal/datum"
)

// ordinalStep is the distance between the ordinals of an enum's labels as they
// are created: room for 32 insertions at the same place.
const ordinalStep = 1 << 32

// spaceOrdinals gives ordinals to the labels that have none.
func (t *TypeDef) spaceOrdinals() {
	for i := range t.Labels {
		label := &t.Labels[i]
		if label.Ordinal != 0 {
			continue
		}
		var before, after int64
		if i > 0 {
			before = t.Labels[i-1].Ordinal
		}
		for _, later := range t.Labels[i+1:] {
			if later.Ordinal != 0 {
				after = later.Ordinal
				break
			}
		}
		if after == 0 {
			label.Ordinal = before + ordinalStep
		} else {
			label.Ordinal = before + (after-before)/2
		}
	}
}

// typesOfRelation are the row type of a relation and the array of that.
func (s *Snapshot) typesOfRelation(r *Relation) []*Type {
	if r.RowType == 0 {
		return nil
	}
	row := &Type{
		OID: r.RowType, Name: r.Name, Schema: r.Schema, Len: -1, Kind: 'c', Category: 'C', Delim: ',',
		Array: r.ArrayType, Relation: r.OID, Typmod: -1, Align: 'd', Storage: 'x', Owner: r.Owner,
	}
	var fields []*datum.Type
	for _, column := range r.Live() {
		var values *datum.Type
		if t := s.Type(column.Type); t != nil {
			values = t.Values
		}
		fields = append(fields, orText(values))
	}
	row.Values = datum.CompositeType(row.OID, row.Name, fields)
	row.Input, row.Output = s.facts.procOID("record_in"), s.facts.procOID("record_out")
	row.Receive, row.Send = s.facts.procOID("record_recv"), s.facts.procOID("record_send")
	return s.withArray(row)
}

// typesOfDef are the type that a definition makes and the array of it.
func (s *Snapshot) typesOfDef(def *TypeDef) []*Type {
	t := &Type{
		OID: def.OID, Name: def.Name, Schema: def.Schema, Kind: def.Kind, Delim: ',',
		Array: def.Array, Typmod: -1, Owner: def.Owner,
	}
	switch def.Kind {
	case 'e':
		t.Len, t.ByVal, t.Category, t.Align, t.Storage = 4, true, 'E', 'i', 'p'
		t.Input, t.Output = s.facts.procOID("enum_in"), s.facts.procOID("enum_out")
		t.Receive, t.Send = s.facts.procOID("enum_recv"), s.facts.procOID("enum_send")
		for _, label := range def.Labels {
			t.Labels = append(t.Labels, label.Label)
		}
		t.Values = enumValues(def)
	case 'd':
		t.Base, t.Typmod, t.NotNull = def.Base, def.Typmod, def.NotNull
		t.Default, t.Collation, t.Checks = def.Default, def.Collation, def.Checks
		t.Input, t.Receive = s.facts.procOID("domain_in"), s.facts.procOID("domain_recv")
		if base := s.Type(def.Base); base != nil {
			t.Len, t.ByVal, t.Category, t.Align, t.Storage = base.Len, base.ByVal, base.Category, base.Align, base.Storage
			t.Output, t.Send, t.Delim, t.Values = base.Output, base.Send, base.Delim, base.Values
		}
		if t.Values != nil {
			// Arrays and records of the domain name it as their element's type.
			values := *t.Values
			values.OID, values.Name = t.OID, t.Name
			t.Values = &values
		}
	}
	return s.withArray(t)
}

// withArray adds the array type of t, where it has one.
func (s *Snapshot) withArray(t *Type) []*Type {
	if t.Array == 0 {
		return []*Type{t}
	}
	array := &Type{
		OID: t.Array, Name: s.arrayName(t), Schema: t.Schema, Len: -1, Kind: 'b', Category: 'A', Delim: t.Delim,
		Elem: t.OID, Typmod: -1, Collation: t.Collation, Align: 'i', Storage: 'x', Owner: t.Owner,
	}
	if t.Values != nil {
		array.Values = datum.ArrayType(array.OID, t.Values)
	}
	if t.Align == 'd' {
		array.Align = 'd'
	}
	array.Input, array.Output = s.facts.procOID("array_in"), s.facts.procOID("array_out")
	array.Receive, array.Send = s.facts.procOID("array_recv"), s.facts.procOID("array_send")
	array.Subscript = s.facts.procOID("array_subscript_handler")
	return []*Type{t, array}
}

// arrayName is the first of _name, __name, … that no other type in the schema
// has.
func (s *Snapshot) arrayName(t *Type) string {
	name := "_" + t.Name
	for {
		if len(name) > maxName {
			name = name[:maxName]
		}
		other := s.TypeNamed(t.Schema, name)
		if other == nil || other.OID == t.Array {
			return name
		}
		name = "_" + name
	}
}

// maxName is the longest name in bytes: NAMEDATALEN - 1.
const maxName = 63
