package planner

import (
	"unicode/utf8"

	"voronoi/internal/pgerr"
)

// maxFuzzy is the most edits between a name and the one to suggest for it.
const maxFuzzy = 3

// noItem fails for a table name that FROM has not, telling apart a name that is
// hidden from one that is not there.
func (s *scope) noItem(table string, location int32) {
	pos := s.pos(location)
	for level := s; level != nil; level = level.up {
		for _, e := range level.entries {
			if e.Alias == table {
				fail(pgerr.Newf(pgerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", table).
					WithHint("There is an entry for table \"%s\", but it cannot be referenced from this part of the query.", table).At(pos))
			}
			if e.Relation != nil && e.Kind != EntryFunction && e.Relation.Name == table && e.Alias != table {
				if !s.canName(e) {
					fail(pgerr.Newf(pgerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", table).
						WithHint("There is an entry for table \"%s\", but it cannot be referenced from this part of the query.", e.Alias).At(pos))
				}
				fail(pgerr.Newf(pgerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", table).
					WithHint("Perhaps you meant to reference the table alias \"%s\".", e.Alias).At(pos))
			}
		}
	}
	fail(pgerr.Newf(pgerr.UndefinedTable, "missing FROM-clause entry for table \"%s\"", table).At(pos))
}

// canName reports whether an entry can be referred to by its alias here.
func (s *scope) canName(e *Entry) bool {
	for level := s; level != nil; level = level.up {
		for _, it := range level.items {
			if it.entry == e {
				return it.named && (!it.lateralOnly || level.lateral)
			}
		}
	}
	return false
}

// nearest collects the columns whose names are closest to a misspelt one.
type nearest struct {
	distance      int
	first, second string // "table.column"
	hidden        string // table with exactly that column, out of reach
	entry         *Entry // of first
}

// noColumn fails for a column that nothing has.
func (s *scope) noColumn(table, column string, location int32) {
	e := pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" does not exist", column)
	if table != "" {
		e = pgerr.Newf(pgerr.UndefinedColumn, "column %s.%s does not exist", table, column)
	}
	e = e.At(s.pos(location))
	best := s.suggest(table, column)
	switch {
	case best.hidden != "":
		e = e.WithHint("There is a column named \"%s\" in table \"%s\", but it cannot be referenced from this part of the query.",
			column, best.hidden)
	case best.second != "":
		e = e.WithHint("Perhaps you meant to reference the column \"%s\" or the column \"%s\".", best.first, best.second)
	case best.first != "":
		e = e.WithHint("Perhaps you meant to reference the column \"%s\".", best.first)
	}
	fail(e)
}

func (s *scope) suggest(table, column string) nearest {
	best := nearest{distance: maxFuzzy + 1}
	_, system := systemColumns[column]
	for level := s; level != nil; level = level.up {
		for _, e := range level.entries {
			penalty := 0
			if table != "" {
				penalty = editDistance(table, e.Alias, maxFuzzy+1)
			}
			if system && penalty == 0 && e.Kind == EntryRelation {
				return nearest{hidden: e.Alias}
			}
			for i := range e.visible() {
				name := e.Columns[i].Name
				if name == column && penalty == 0 {
					return nearest{hidden: e.Alias}
				}
				best.see(e, name, column, penalty)
			}
		}
	}
	return best
}

// see considers one column. More than two that are equally close suggest
// nothing.
func (b *nearest) see(e *Entry, name, column string, penalty int) {
	if penalty > b.distance || name == "" {
		return
	}
	d := editDistance(name, column, b.distance+1-penalty)
	if d > utf8.RuneCountInString(column)/2 {
		return
	}
	if d += penalty; d > maxFuzzy {
		return
	}
	full := e.Alias + "." + name
	switch {
	case d < b.distance:
		*b = nearest{distance: d, first: full, entry: e}
	case d == b.distance:
		switch {
		case b.second != "":
			*b = nearest{distance: d - 1}
		case b.first != "":
			b.second = full
		default:
			b.first, b.entry = full, e
		}
	}
}

// editDistance is the number of insertions, deletions and replacements of
// characters between two names, or some number above limit when it is more.
func editDistance(from, to string, limit int) int {
	a, b := []rune(from), []rune(to)
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
