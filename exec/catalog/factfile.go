package catalog

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"voronoi/internal/oid"
)

//go:generate ../../scripts/catalogfacts/extract.sh facts

//go:embed facts/*.tsv.gz
var factFiles embed.FS

// null is how COPY writes NULL; a text of this spelling is escaped.
const null = `\N`

// factTable is one catalog as text: what a file of facts holds, and the rows
// that the extension tables add. Fields are as COPY writes them, unescaped.
type factTable struct {
	name    string
	columns []string
	rows    [][]string
}

// factTables are the catalogs, each read when it is first wanted. Rows are
// added only while the facts are loaded.
type factTables struct {
	mu     sync.Mutex
	tables map[string]*factTable
	added  map[string][]fields
}

// fields is a row by column names; what is left out has the default of its
// catalog in defaults.
type fields map[string]string

func newFactTables() *factTables {
	return &factTables{tables: map[string]*factTable{}, added: map[string][]fields{}}
}

// add appends a row to a catalog that has not been read yet.
func (t *factTables) add(catalog string, row fields) {
	t.added[catalog] = append(t.added[catalog], row)
}

// table is a catalog with all of its rows; empty where there is no file.
func (t *factTables) table(name string) *factTable {
	t.mu.Lock()
	defer t.mu.Unlock()
	table := t.tables[name]
	if table == nil {
		table = readFacts(name)
		for _, row := range t.added[name] {
			table.rows = append(table.rows, table.complete(row))
		}
		t.tables[name] = table
	}
	return table
}

// readFacts reads one embedded file. The files are part of the program: a fault
// in them is one of the build, so it panics.
func readFacts(name string) *factTable {
	table := &factTable{name: name}
	packed, err := factFiles.ReadFile("facts/" + name + ".tsv.gz")
	if err != nil {
		return table
	}
	unzip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("catalog: facts of " + name + ": " + err.Error())
	}
	// The trailer's length saves growing the buffer.
	size := int(uint32(packed[len(packed)-4]) | uint32(packed[len(packed)-3])<<8 | uint32(packed[len(packed)-2])<<16)
	text := bytes.NewBuffer(make([]byte, 0, size+512))
	if _, err := io.Copy(text, unzip); err != nil {
		panic("catalog: facts of " + name + ": " + err.Error())
	}
	all := text.String()
	header, rest, _ := strings.Cut(all, "\n")
	table.columns = strings.Split(header, "\t")
	width := len(table.columns)
	lines := strings.Count(rest, "\n")
	table.rows = make([][]string, 0, lines)
	cells := make([]string, lines*width)
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		row := cells[:width:width]
		cells = cells[width:]
		for i := range row {
			row[i], line, _ = strings.Cut(line, "\t")
			if row[i] != null && strings.IndexByte(row[i], '\\') >= 0 {
				row[i] = unescape(row[i])
			}
		}
		table.rows = append(table.rows, row)
	}
	return table
}

var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r").Replace

// complete is a row in the order of the columns.
func (t *factTable) complete(given fields) []string {
	defaults := factDefaults[t.name]
	row := make([]string, len(t.columns))
	for i, column := range t.columns {
		value, ok := given[column]
		if !ok {
			value, ok = defaults[column]
		}
		if !ok {
			value = null
		}
		row[i] = value
	}
	return row
}

// column is the position of a column.
func (t *factTable) column(name string) int {
	i := slices.Index(t.columns, name)
	if i < 0 && len(t.columns) > 0 {
		panic("catalog: facts of " + t.name + " have no column " + name)
	}
	return i
}

// cursor reads fields of the current row by column name; the positions are
// looked up once.
type cursor struct {
	table *factTable
	row   []string
	at    map[string]int
}

func (t *factTable) cursor() *cursor {
	at := make(map[string]int, len(t.columns))
	for i, column := range t.columns {
		at[column] = i
	}
	return &cursor{table: t, at: at}
}

func (c *cursor) text(column string) string {
	i, ok := c.at[column]
	if !ok {
		panic("catalog: facts of " + c.table.name + " have no column " + column)
	}
	if c.row[i] == null {
		return ""
	}
	return c.row[i]
}

func (c *cursor) isNull(column string) bool { return c.row[c.at[column]] == null }

func (c *cursor) bool(column string) bool { return c.text(column) == "t" }

func (c *cursor) char(column string) byte {
	if s := c.text(column); s != "" {
		return s[0]
	}
	return 0
}

func (c *cursor) int(column string) int64 {
	s := c.text(column)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic("catalog: facts of " + c.table.name + ": " + err.Error())
	}
	return n
}

func (c *cursor) oid(column string) oid.OID { return oid.OID(c.int(column)) }

// oids reads an oidvector ("23 25") or an array of oids ("{23,25}").
func (c *cursor) oids(column string) []oid.OID {
	s := strings.Trim(c.text(column), "{}")
	if s == "" {
		return nil
	}
	list := make([]oid.OID, 0, 4)
	for s != "" {
		digits := s
		if i := strings.IndexAny(s, ", "); i >= 0 {
			digits, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		n, err := strconv.ParseUint(digits, 10, 32)
		if err != nil {
			panic("catalog: facts of " + c.table.name + ": " + err.Error())
		}
		list = append(list, oid.OID(n))
	}
	return list
}

// strings reads an array of texts.
func (c *cursor) strings(column string) []string { return splitArray(c.text(column)) }

// splitArray reads the text form of a one-dimensional array without NULLs.
func splitArray(s string) []string {
	if len(s) < 2 || s == "{}" {
		return nil
	}
	s = s[1 : len(s)-1]
	var list []string
	var element strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b == '\\':
			i++
			element.WriteByte(s[i])
		case b == '"':
			quoted = !quoted
		case b == ',' && !quoted:
			list = append(list, element.String())
			element.Reset()
		default:
			element.WriteByte(b)
		}
	}
	return append(list, element.String())
}
