package exec

import (
	"bytes"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// tableWriter writes single rows of one table, with everything that hangs on a
// row: vectors in their companion tables and in memory, unique indexes, foreign
// keys. A row has one datum for each live column, in order.
type tableWriter struct {
	x        *execution
	rel      *catalog.Relation
	live     []*catalog.Column
	position map[int16]int // of a column in a row, by attnum
	plain    []int         // positions of the columns in the table itself
	vectors  []*companionWriter
	inRow    []inRowVector
	derived  []*derivedWriter

	insertRow, deleteRow, readRow *storage.Stmt
	updates                       map[string]*storage.Stmt // by the columns that change
	unique                        []*uniqueIndex
	keyed                         []*uniqueIndex // those of unique with a column for their keys
	references, referenced        []*foreignKey
	referencing                   []keyRow // rows to check at the end of the statement
}

// companionWriter writes the companion table of one vector column.
type companionWriter struct {
	column                 *catalog.Column
	at                     int
	memory                 *vectorColumn
	put, remove, readValue *storage.Stmt
}

// inRowVector is a column of the table itself that searches know as vectors.
type inRowVector struct {
	at     int
	memory *vectorColumn
}

// changed takes note of a new value of a row, NULL when there is none; had says
// whether there may have been another.
func (v *inRowVector) changed(s *Session, key int64, had bool, d datum.Datum) error {
	if had {
		if err := v.memory.deleted(s, key); err != nil {
			return err
		}
	}
	if d.IsNull() {
		return nil
	}
	return v.memory.inserted(s, key, d)
}

// keyRow is a row with its key.
type keyRow struct {
	key      int64
	old, new []datum.Datum
}

// tableWriter prepares to write a table.
func (x *execution) tableWriter(rel *catalog.Relation) (*tableWriter, error) {
	w := &tableWriter{x: x, rel: rel, live: rel.Live(), position: map[int16]int{}, updates: map[string]*storage.Stmt{}}
	var columns, marks []string
	for i, c := range w.live {
		w.position[c.Attnum] = i
		if c.Companion == "" {
			w.plain = append(w.plain, i)
			columns = append(columns, quoteName(c.Physical))
			marks = append(marks, "?")
			if isSearched(c) {
				w.inRow = append(w.inRow, inRowVector{at: i, memory: x.session.srv.vectors.column(rel, c)})
			}
			continue
		}
		w.vectors = append(w.vectors, &companionWriter{column: c, at: i, memory: x.session.srv.vectors.column(rel, c)})
	}
	err := w.openIndexes()
	for _, u := range w.keyed {
		columns = append(columns, u.rel.Index.KeyColumn)
		marks = append(marks, "?")
	}
	prepare := func(sql string) (st *storage.Stmt) {
		if err == nil {
			st, err = x.conn.Prepare(sql)
		}
		return st
	}
	table := quoteName(rel.Physical)
	w.insertRow = prepare("INSERT INTO " + table + " (" + strings.Join(append([]string{catalog.KeyColumn}, columns...), ", ") +
		") VALUES (" + strings.Join(append([]string{"?"}, marks...), ", ") + ")")
	w.deleteRow = prepare("DELETE FROM " + table + " WHERE " + catalog.KeyColumn + " = ?")
	w.readRow = prepare("SELECT " + strings.Join(append([]string{catalog.KeyColumn}, columns[:len(w.plain)]...), ", ") + " FROM " + table +
		" WHERE " + catalog.KeyColumn + " = ?")
	for _, v := range w.vectors {
		if err == nil {
			err = v.prepare(x.conn)
		}
	}
	if err == nil {
		w.derived, err = x.derivedWriters(rel)
	}
	for _, v := range w.derived {
		if err == nil {
			err = v.prepare(x.conn)
		}
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *tableWriter) close() {
	for _, st := range []*storage.Stmt{w.insertRow, w.deleteRow, w.readRow} {
		closeStmt(st)
	}
	for _, st := range w.updates {
		closeStmt(st)
	}
	for _, v := range w.vectors {
		v.close()
	}
	for _, v := range w.derived {
		v.close()
	}
	for _, u := range w.unique {
		closeStmt(u.find)
		u.key.close()
	}
	for _, keys := range [][]*foreignKey{w.references, w.referenced} {
		for _, k := range keys {
			k.close()
		}
	}
}

func closeStmt(st *storage.Stmt) {
	if st != nil {
		st.Close()
	}
}

// needsOld reports whether deleting a row takes more than its key.
func (w *tableWriter) needsOld() bool { return len(w.referenced) > 0 }

// read gives the row of a key, nil when there is none. It aliases nothing.
func (w *tableWriter) read(key int64) ([]datum.Datum, error) {
	w.readRow.Reset()
	w.readRow.Bind(1, datum.Int(key))
	ok, err := w.readRow.Step()
	if err != nil || !ok {
		return nil, err
	}
	row := make([]datum.Datum, len(w.live))
	for i, at := range w.plain {
		row[at] = w.readRow.Column(i + 1)
	}
	row = cloneRow(row)
	w.readRow.Reset()
	for _, v := range w.vectors {
		if row[v.at], err = v.read(key); err != nil {
			return nil, err
		}
	}
	return row, nil
}

func (v *companionWriter) read(key int64) (datum.Datum, error) {
	v.readValue.Reset()
	v.readValue.Bind(1, datum.Int(key))
	ok, err := v.readValue.Step()
	if err != nil || !ok {
		return datum.Null, err
	}
	d := v.readValue.Column(0).Clone()
	v.readValue.Reset()
	return d, nil
}

// insert writes a new row and gives its key.
func (w *tableWriter) insert(row []datum.Datum) (int64, error) {
	key, err := w.x.session.nextKey(w.rel)
	if err != nil {
		return 0, err
	}
	if err := w.insertAt(key, row); err != nil {
		return 0, err
	}
	if len(w.references) > 0 {
		w.referencing = append(w.referencing, keyRow{key: key, new: row})
	}
	return key, nil
}

func (w *tableWriter) insertAt(key int64, row []datum.Datum) error {
	st := w.insertRow
	st.Reset()
	st.Bind(1, datum.Int(key))
	for i, at := range w.plain {
		st.Bind(i+2, row[at])
	}
	for i, u := range w.keyed {
		key, err := u.key.of(row)
		if err != nil {
			return err
		}
		st.Bind(2+len(w.plain)+i, key)
	}
	if _, err := st.Step(); err != nil {
		return w.violation(err, row, 0)
	}
	st.Reset()
	for _, v := range w.vectors {
		if row[v.at].IsNull() {
			continue
		}
		if err := w.putVector(v, key, row[v.at]); err != nil {
			return err
		}
	}
	for _, v := range w.inRow {
		if err := v.changed(w.x.session, key, false, row[v.at]); err != nil {
			return err
		}
	}
	for _, v := range w.derived {
		if err := v.changed(w, key, nil, row); err != nil {
			return err
		}
	}
	w.x.session.noteChange(w.rel, 1)
	return nil
}

// putVector stores a vector of a row that has none in memory.
func (w *tableWriter) putVector(v *companionWriter, key int64, d datum.Datum) error {
	v.put.Reset()
	v.put.Bind(1, datum.Int(key))
	v.put.Bind(2, d)
	if _, err := v.put.Step(); err != nil {
		return err
	}
	return v.memory.inserted(w.x.session, key, d)
}

func (w *tableWriter) removeVector(v *companionWriter, key int64) error {
	v.remove.Reset()
	v.remove.Bind(1, datum.Int(key))
	if _, err := v.remove.Step(); err != nil {
		return err
	}
	return v.memory.deleted(w.x.session, key)
}

// update writes what has changed of a row.
func (w *tableWriter) update(key int64, old, row []datum.Datum) error {
	var changed []int
	for _, at := range w.plain {
		if !identical(old[at], row[at]) {
			changed = append(changed, at)
		}
	}
	for i, u := range w.keyed {
		if u.key.moves(old, row) {
			changed = append(changed, len(w.live)+i)
		}
	}
	if len(changed) > 0 {
		w.noteAnswers(changed)
		st, err := w.updateStmt(changed)
		if err != nil {
			return err
		}
		st.Reset()
		for i, at := range changed {
			if at < len(w.live) {
				st.Bind(i+1, row[at])
				continue
			}
			key, err := w.keyed[at-len(w.live)].key.of(row)
			if err != nil {
				return err
			}
			st.Bind(i+1, key)
		}
		st.Bind(len(changed)+1, datum.Int(key))
		if _, err := st.Step(); err != nil {
			return w.violation(err, row, key)
		}
		st.Reset()
	}
	for _, v := range w.vectors {
		if identical(old[v.at], row[v.at]) {
			continue
		}
		if !old[v.at].IsNull() {
			if err := w.removeVector(v, key); err != nil {
				return err
			}
		}
		if !row[v.at].IsNull() {
			if err := w.putVector(v, key, row[v.at]); err != nil {
				return err
			}
		}
	}
	for _, v := range w.inRow {
		if identical(old[v.at], row[v.at]) {
			continue
		}
		if err := v.changed(w.x.session, key, !old[v.at].IsNull(), row[v.at]); err != nil {
			return err
		}
	}
	for _, v := range w.derived {
		if err := v.changed(w, key, old, row); err != nil {
			return err
		}
	}
	if len(w.references) > 0 || len(w.referenced) > 0 {
		w.referencing = append(w.referencing, keyRow{key: key, old: old, new: row})
	}
	w.x.session.noteChange(w.rel, 1)
	return nil
}

// updateStmt is the statement that updates the columns at the given positions,
// where those of keys come after the live columns.
func (w *tableWriter) updateStmt(changed []int) (*storage.Stmt, error) {
	var set []string
	for _, at := range changed {
		column := ""
		if at < len(w.live) {
			column = quoteName(w.live[at].Physical)
		} else {
			column = w.keyed[at-len(w.live)].rel.Index.KeyColumn
		}
		set = append(set, column+" = ?")
	}
	list := strings.Join(set, ", ")
	if st := w.updates[list]; st != nil {
		return st, nil
	}
	st, err := w.x.conn.Prepare("UPDATE " + quoteName(w.rel.Physical) + " SET " + list + " WHERE " + catalog.KeyColumn + " = ?")
	if err == nil {
		w.updates[list] = st
	}
	return st, err
}

// delete removes a row; old is needed where needsOld says so.
func (w *tableWriter) delete(key int64, old []datum.Datum) error {
	w.deleteRow.Reset()
	w.deleteRow.Bind(1, datum.Int(key))
	if _, err := w.deleteRow.Step(); err != nil {
		return err
	}
	for _, v := range w.vectors {
		if err := w.removeVector(v, key); err != nil {
			return err
		}
	}
	for _, v := range w.inRow {
		if err := v.changed(w.x.session, key, true, datum.Null); err != nil {
			return err
		}
	}
	for _, v := range w.derived {
		if err := w.removeVector(&v.companionWriter, key); err != nil {
			return err
		}
	}
	if len(w.referenced) > 0 {
		w.referencing = append(w.referencing, keyRow{key: key, old: old})
	}
	w.x.session.noteChange(w.rel, 1)
	return nil
}

// identical reports whether two stored values are the same to the byte.
func identical(a, b datum.Datum) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case datum.KindText, datum.KindBlob:
		return bytes.Equal(a.Bytes(), b.Bytes())
	case datum.KindNull:
		return true
	}
	return a.Int() == b.Int()
}

// finish checks what holds for the statement as a whole: foreign keys.
func (w *tableWriter) finish() error {
	rows := w.referencing
	w.referencing = nil
	return w.checkForeignKeys(rows)
}

// checkNotNull checks the NOT NULL columns of a new row.
func (w *tableWriter) checkNotNull(row []datum.Datum) error {
	for i, c := range w.live {
		if c.NotNull && row[i].IsNull() {
			return w.on(pgerr.Newf(pgerr.NotNullViolation, "null value in column %q of relation %q violates not-null constraint", c.Name, w.rel.Name).
				WithDetail("Failing row contains %s.", w.describe(row)).WithColumn(c.Name))
		}
	}
	return nil
}

func (w *tableWriter) checkViolation(name string, row []datum.Datum) error {
	return w.on(pgerr.Newf(pgerr.CheckViolation, "new row for relation %q violates check constraint %q", w.rel.Name, name).
		WithDetail("Failing row contains %s.", w.describe(row)).WithConstraint(name))
}

// on says which table an error is about.
func (w *tableWriter) on(e *pgerr.Error) *pgerr.Error {
	if schema := w.x.catalog.Schema(w.rel.Schema); schema != nil {
		return e.On(schema.Name, w.rel.Name)
	}
	return e
}

// describe is a row as error details show it: values of up to 64 characters.
func (w *tableWriter) describe(row []datum.Datum) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, d := range row {
		if i > 0 {
			b.WriteString(", ")
		}
		if d.IsNull() {
			b.WriteString("null")
			continue
		}
		text := w.x.text(w.live[i], d)
		if len(text) > 64 {
			cut := 64
			for cut > 0 && text[cut]&0xC0 == 0x80 {
				cut--
			}
			text = text[:cut] + "..."
		}
		b.WriteString(text)
	}
	b.WriteByte(')')
	return b.String()
}

// text is a value's text form.
func (x *execution) text(c *catalog.Column, d datum.Datum) string {
	t := x.Type(c.Type)
	if t == nil || t.AppendText == nil {
		return "?"
	}
	return string(t.AppendText(nil, x.env, d))
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
