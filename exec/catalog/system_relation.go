package catalog

import (
	"strconv"
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

var relationSources = map[string]source{
	"pg_namespace": {objects: namespaceRows, indexed: []string{"oid", "nspname"}},
	"pg_class":     {objects: classRows, indexed: []string{"oid", "relname", "relnamespace"}},
	"pg_attribute": {objects: attributeRows, indexed: []string{"attrelid", "atttypid"}},
	"pg_attrdef":   {objects: attrdefRows, indexed: []string{"oid", "adrelid"}},
	"pg_index":     {objects: indexRows, indexed: []string{"indexrelid", "indrelid"}},
	"pg_sequence":  {objects: sequenceRows, indexed: []string{"seqrelid"}},
	"pg_rewrite":   {objects: rewriteRows, indexed: []string{"oid", "ev_class"}},
}

func namespaceRows(b *rowBuilder, s *Snapshot) {
	for _, schema := range s.Schemas() {
		if s.facts.schemas[schema.OID] != nil {
			continue
		}
		b.next()
		b.oid("oid", schema.OID)
		b.text("nspname", schema.Name)
		b.oid("nspowner", schema.Owner)
	}
}

func classRows(b *rowBuilder, s *Snapshot) {
	referenced := map[oid.OID]bool{}
	for _, r := range s.Relations() {
		for _, c := range r.Constraints {
			referenced[c.Foreign] = true
		}
	}
	b.defaults(func() {
		b.oids(0, "reloftype", "reltablespace", "reltoastrelid", "relrewrite", "relam", "relfilenode", "reltype")
		b.ints(0, "relpages", "relallvisible", "relfrozenxid", "relminmxid", "relchecks")
		b.int("reltuples", -1)
		b.bools(false, "relhasindex", "relisshared", "relhasrules", "relhastriggers", "relhassubclass",
			"relrowsecurity", "relforcerowsecurity", "relispartition")
		b.bool("relispopulated", true)
		b.char("relreplident", 'n')
	})
	for _, r := range s.Relations() {
		b.next()
		b.oid("oid", r.OID)
		b.text("relname", r.Name)
		b.oid("relnamespace", r.Schema)
		b.oid("relowner", r.Owner)
		b.char("relpersistence", r.persistence())
		b.char("relkind", byte(r.Kind))
		b.int("relnatts", int64(len(s.attributes(r))))
		b.textArray("reloptions", r.Options)
		b.set("reltuples", datum.Float(-1))
		switch r.Kind {
		case KindTable, KindMatView:
			b.oid("reltype", r.RowType)
			b.oid("relam", methodHeap)
			b.oid("relfilenode", r.OID)
			b.char("relreplident", 'd')
			b.ints(1, "relfrozenxid", "relminmxid")
			b.bool("relhasindex", len(r.Indexes) > 0)
			checks, triggers := 0, referenced[r.OID]
			for _, c := range r.Constraints {
				switch c.Kind {
				case ConstraintCheck:
					checks++
				case ConstraintForeign:
					triggers = true
				}
			}
			b.int("relchecks", int64(checks))
			b.bool("relhastriggers", triggers)
			b.bool("relhasrules", r.Kind == KindMatView)
		case KindIndex:
			b.oid("relfilenode", r.OID)
			if method := s.AccessMethod(r.Index.Method); method != nil {
				b.oid("relam", method.OID)
			}
			b.set("reltuples", datum.Float(0))
		case KindSequence:
			b.oid("relfilenode", r.OID)
			b.int("relpages", 1)
			b.set("reltuples", datum.Float(1))
		case KindView:
			b.oid("reltype", r.RowType)
			b.bool("relhasrules", true)
			b.set("reltuples", datum.Float(0))
		case KindComposite:
			b.oid("reltype", r.RowType)
			b.set("reltuples", datum.Float(0))
		}
	}
}

func (r *Relation) persistence() byte {
	if r.Persistence == 0 {
		return 'p'
	}
	return r.Persistence
}

// attributes are the columns of any kind of relation: those of an index may not
// be stored with it.
func (s *Snapshot) attributes(r *Relation) []*Column {
	switch {
	case len(r.Columns) > 0:
		return r.Columns
	case r.Kind == KindIndex:
		return s.indexColumns(r)
	}
	return nil
}

// sequenceColumns are what a sequence has when it is read as a table.
var sequenceColumns = []*Column{
	{Name: "last_value", Attnum: 1, Type: oid.Int8, Typmod: -1, NotNull: true, Physical: "last_value"},
	{Name: "log_cnt", Attnum: 2, Type: oid.Int8, Typmod: -1, NotNull: true, Physical: "log_cnt"},
	{Name: "is_called", Attnum: 3, Type: oid.Bool, Typmod: -1, NotNull: true, Physical: "is_called"},
}

// indexColumns names an index's columns as Postgres does: after the table's
// columns, expr for expressions, made unique by numbers.
func (s *Snapshot) indexColumns(r *Relation) []*Column {
	table := s.Relation(r.Index.Table)
	columns := make([]*Column, 0, len(r.Index.Keys))
	taken := map[string]bool{}
	for i, key := range r.Index.Keys {
		c := &Column{Name: "expr", Attnum: int16(i + 1), Type: key.Type, Typmod: -1}
		if table != nil && key.Attnum > 0 {
			if of := table.Attribute(key.Attnum); of != nil {
				c.Name, c.Typmod, c.Collation = of.Name, of.Typmod, of.Collation
				if c.Type == 0 {
					c.Type = of.Type
				}
			}
		} else if name := callName(key.Expr); name != "" {
			c.Name = name
		}
		name := c.Name
		for n := 1; taken[c.Name]; n++ {
			c.Name = name + strconv.Itoa(n)
		}
		taken[c.Name] = true
		columns = append(columns, c)
	}
	return columns
}

// callName is the function's name where an expression is one call, "" elsewhere.
func callName(expr string) string {
	if !looksLikeCall(expr) {
		return ""
	}
	name := expr[:strings.IndexByte(expr, '(')]
	return strings.Trim(name[strings.LastIndexByte(name, '.')+1:], `"`)
}

// systemColumns are the columns that every table has without naming them.
var systemColumns = []*Column{
	{Name: "tableoid", Attnum: -6, Type: oid.OIDType, Typmod: -1, NotNull: true},
	{Name: "cmax", Attnum: -5, Type: oid.CID, Typmod: -1, NotNull: true},
	{Name: "xmax", Attnum: -4, Type: oid.XID, Typmod: -1, NotNull: true},
	{Name: "cmin", Attnum: -3, Type: oid.CID, Typmod: -1, NotNull: true},
	{Name: "xmin", Attnum: -2, Type: oid.XID, Typmod: -1, NotNull: true},
	{Name: "ctid", Attnum: -1, Type: oid.TID, Typmod: -1, NotNull: true},
}

func attributeRows(b *rowBuilder, s *Snapshot) {
	b.defaults(func() {
		b.int("attcacheoff", -1)
		b.ints(0, "attndims", "attinhcount", "attstattarget")
		b.char("attcompression", 0)
		b.bools(false, "atthasdef", "atthasmissing", "attisdropped")
		b.bool("attislocal", true)
	})
	one := func(r *Relation, c *Column) {
		b.next()
		b.oid("attrelid", r.OID)
		b.int("attnum", int64(c.Attnum))
		b.int("atttypmod", int64(c.Typmod))
		b.bool("attnotnull", c.NotNull)
		b.bool("atthasdef", c.Default != "")
		b.char("attidentity", c.Identity)
		b.char("attgenerated", c.Generated)
		if c.Attnum > 0 {
			b.int("attstattarget", -1)
		}
		t := s.Type(c.Type)
		if t == nil {
			t = s.facts.types[oid.Text]
		}
		b.int("attlen", int64(t.Len))
		b.bool("attbyval", t.ByVal)
		b.char("attalign", t.Align)
		b.char("attstorage", t.Storage)
		if c.Storage != 0 {
			b.char("attstorage", c.Storage)
		}
		if c.Dropped {
			b.text("attname", "........pg.dropped."+strconv.Itoa(int(c.Attnum))+"........")
			b.oid("atttypid", 0)
			b.oid("attcollation", 0)
			b.bool("attisdropped", true)
			return
		}
		b.text("attname", c.Name)
		b.oid("atttypid", c.Type)
		b.oid("attcollation", c.collation(t))
		if t.IsArray() && r.Kind != KindIndex && c.Attnum > 0 {
			b.int("attndims", 1)
		}
		if c.Missing != nil {
			b.bool("atthasmissing", true)
			b.text("attmissingval", "{"+*c.Missing+"}")
		}
	}
	for _, r := range s.Relations() {
		for _, c := range s.attributes(r) {
			one(r, c)
		}
		if r.Kind == KindTable || r.Kind == KindMatView || r.Kind == KindSequence {
			for _, c := range systemColumns {
				one(r, c)
			}
		}
	}
	// The facts hold the columns of Postgres's own tables without these.
	for _, r := range s.facts.relationList() {
		if r.Kind == KindTable {
			for _, c := range systemColumns {
				one(r, c)
			}
		}
	}
}

func (c *Column) collation(t *Type) oid.OID {
	if c.Collation != 0 {
		return c.Collation
	}
	return t.Collation
}

func attrdefRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.Relations() {
		for _, c := range r.Columns {
			if c.Default == "" || c.Dropped {
				continue
			}
			b.next()
			b.oid("oid", c.DefaultOID)
			b.oid("adrelid", r.OID)
			b.int("adnum", int64(c.Attnum))
			b.text("adbin", c.Default)
		}
	}
}

func indexRows(b *rowBuilder, s *Snapshot) {
	env := datum.DefaultEnv()
	vector := func(typ oid.OID, list []string) datum.Datum {
		return s.facts.datumOf(env, typ, strings.Join(list, " "))
	}
	b.defaults(func() {
		b.bools(false, "indisexclusion", "indisclustered", "indcheckxmin", "indisreplident")
		b.bools(true, "indimmediate", "indisready", "indislive")
	})
	for _, r := range s.Relations() {
		if r.Kind != KindIndex {
			continue
		}
		x := r.Index
		b.next()
		b.oid("indexrelid", r.OID)
		b.oid("indrelid", x.Table)
		b.int("indnatts", int64(len(x.Keys)))
		b.int("indnkeyatts", int64(len(x.Keys)-x.Included))
		b.bool("indisunique", x.Unique)
		b.bool("indisprimary", x.Primary)
		b.bool("indnullsnotdistinct", x.NullsNotDistinct)
		b.bool("indisvalid", x.Valid)
		if c := s.constraintOfIndex(r); c != nil && c.Deferrable {
			b.bool("indimmediate", false)
		}
		var keys, collations, classes, options, exprs []string
		columns := s.attributes(r)
		for i, key := range x.Keys {
			keys = append(keys, strconv.Itoa(int(key.Attnum)))
			if key.Expr != "" {
				exprs = append(exprs, key.Expr)
			}
			if i >= len(x.Keys)-x.Included {
				continue
			}
			classes = append(classes, decimal(key.OpClass))
			collation := oid.OID(0)
			if t := s.Type(columns[i].Type); t != nil {
				collation = columns[i].collation(t)
			}
			collations = append(collations, decimal(collation))
			option := 0
			if key.Desc {
				option |= 1
			}
			if key.NullsFirst {
				option |= 2
			}
			options = append(options, strconv.Itoa(option))
		}
		b.set("indkey", vector(oid.Int2Vector, keys))
		b.set("indcollation", vector(oid.OIDVector, collations))
		b.set("indclass", vector(oid.OIDVector, classes))
		b.set("indoption", vector(oid.Int2Vector, options))
		b.textOrNull("indexprs", strings.Join(exprs, ", "))
		b.textOrNull("indpred", x.Predicate)
	}
}

// constraintOfIndex is the primary key or unique constraint that an index
// serves, nil for a plain index.
func (s *Snapshot) constraintOfIndex(index *Relation) *Constraint {
	if index.Index == nil {
		return nil
	}
	table := s.Relation(index.Index.Table)
	if table == nil {
		return nil
	}
	for _, c := range table.Constraints {
		if c.Index == index.OID && (c.Kind == ConstraintPrimary || c.Kind == ConstraintUnique) {
			return c
		}
	}
	return nil
}

func sequenceRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.Relations() {
		if r.Kind != KindSequence {
			continue
		}
		q := r.Sequence
		b.next()
		b.oid("seqrelid", r.OID)
		b.oid("seqtypid", q.Type)
		b.int("seqstart", q.Start)
		b.int("seqincrement", q.Increment)
		b.int("seqmax", q.Max)
		b.int("seqmin", q.Min)
		b.int("seqcache", q.Cache)
		b.bool("seqcycle", q.Cycle)
	}
}

func rewriteRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.Relations() {
		if r.View == nil {
			continue
		}
		b.next()
		b.oid("oid", r.View.Rule)
		b.text("rulename", "_RETURN")
		b.oid("ev_class", r.OID)
		b.char("ev_type", '1')
		b.char("ev_enabled", 'O')
		b.bool("is_instead", true)
		b.text("ev_qual", "<>")
		b.text("ev_action", r.View.Query)
	}
}
