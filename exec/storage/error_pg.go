package storage

import (
	"strings"

	"voronoi/internal/pgerr"

	sqlite3 "modernc.org/sqlite/lib"
)

// state is a SQLSTATE with the message that a client gets; an empty message
// leaves SQLite's.
type state struct{ code, message string }

// byCode says what SQLite's result codes are to Postgres; extended codes are
// looked up first.
var byCode = map[int]state{
	sqlite3.SQLITE_BUSY:          {pgerr.LockNotAvailable, "could not obtain lock on the database"},
	sqlite3.SQLITE_BUSY_SNAPSHOT: {pgerr.SerializationFailure, "could not serialize access due to concurrent update"},
	sqlite3.SQLITE_LOCKED:        {pgerr.ObjectInUse, "the object is being used by active queries in this session"},
	sqlite3.SQLITE_NOMEM:         {pgerr.OutOfMemory, "out of memory"},
	sqlite3.SQLITE_READONLY:      {pgerr.ReadOnlySQLTransaction, "cannot write: the data directory is read-only"},
	sqlite3.SQLITE_INTERRUPT:     {pgerr.QueryCanceled, "canceling statement due to user request"},
	sqlite3.SQLITE_IOERR:         {pgerr.IOError, ""},
	sqlite3.SQLITE_CORRUPT:       {pgerr.DataCorrupted, ""},
	sqlite3.SQLITE_NOTADB:        {pgerr.DataCorrupted, ""},
	sqlite3.SQLITE_FULL:          {pgerr.DiskFull, "could not extend the database: no space left on device"},
	sqlite3.SQLITE_CANTOPEN:      {pgerr.IOError, ""},
	sqlite3.SQLITE_SCHEMA:        {pgerr.SerializationFailure, "could not serialize access due to concurrent schema change"},
	sqlite3.SQLITE_TOOBIG:        {pgerr.ProgramLimitExceeded, "value exceeds the maximum size of 1000000000 bytes"},
	sqlite3.SQLITE_PROTOCOL:      {pgerr.IOError, ""},
	sqlite3.SQLITE_NOLFS:         {pgerr.IOError, ""},
	sqlite3.SQLITE_ABORT:         {pgerr.InvalidCursorState, "the cursor's transaction was rolled back"},
	sqlite3.SQLITE_MISMATCH:      {pgerr.DatatypeMismatch, ""},
	sqlite3.SQLITE_PERM:          {pgerr.IOError, ""},

	sqlite3.SQLITE_CONSTRAINT_UNIQUE:     {pgerr.UniqueViolation, "duplicate key value violates unique constraint"},
	sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: {pgerr.UniqueViolation, "duplicate key value violates unique constraint"},
	sqlite3.SQLITE_CONSTRAINT_ROWID:      {pgerr.UniqueViolation, "duplicate key value violates unique constraint"},
	sqlite3.SQLITE_CONSTRAINT_NOTNULL:    {pgerr.NotNullViolation, ""},
	sqlite3.SQLITE_CONSTRAINT_CHECK:      {pgerr.CheckViolation, ""},
	sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: {pgerr.ForeignKeyViolation, ""},
	sqlite3.SQLITE_CONSTRAINT_DATATYPE:   {pgerr.DatatypeMismatch, ""},
	sqlite3.SQLITE_IOERR_NOMEM:           {pgerr.OutOfMemory, "out of memory"},
	sqlite3.SQLITE_IOERR_CORRUPTFS:       {pgerr.DataCorrupted, ""},
}

// byMessage tells apart the errors that all have the code SQLITE_ERROR: those
// that a statement can cause by its size or its values.
var byMessage = []struct {
	fragment string
	state
}{
	{"argument of ntile must be a positive", state{pgerr.InvalidArgumentForNtile, "argument of ntile must be greater than zero"}},
	{"second argument to nth_value must be a positive", state{pgerr.InvalidArgumentForNthValue, "argument of nth_value must be greater than zero"}},
	{"integer overflow", state{pgerr.NumericValueOutOfRange, "bigint out of range"}},
	{"Expression tree is too large", state{pgerr.StatementTooComplex, "expression is nested too deeply"}},
	{"parser stack overflow", state{pgerr.StatementTooComplex, "statement is nested too deeply"}},
	{"Recursion limit", state{pgerr.StatementTooComplex, "statement is nested too deeply"}},
	{"too many terms in compound SELECT", state{pgerr.StatementTooComplex, "too many set operations in one statement"}},
	{"at most 64 tables in a join", state{pgerr.StatementTooComplex, "too many tables in a join"}},
	{"too many FROM clause terms", state{pgerr.StatementTooComplex, "too many tables in a join"}},
	{"too many references to", state{pgerr.StatementTooComplex, "too many references to one query"}},
	{"too many SQL variables", state{pgerr.StatementTooComplex, "too many parameters"}},
	{"variable number must be between", state{pgerr.StatementTooComplex, "too many parameters"}},
	{"too many columns", state{pgerr.TooManyColumns, "too many columns"}},
	{"too many terms in", state{pgerr.TooManyColumns, "too many sort or group terms"}},
	{"too many result columns", state{pgerr.TooManyColumns, "target lists can have at most 2000 entries"}},
	{"too many columns in", state{pgerr.TooManyColumns, "too many columns"}},
	{"too many arguments on function", state{pgerr.TooManyArguments, "cannot pass more than 1000 arguments to a function"}},
	{"too many levels of trigger recursion", state{pgerr.StatementTooComplex, "stack depth limit exceeded"}},
	{"LIKE or GLOB pattern too complex", state{pgerr.ProgramLimitExceeded, "LIKE pattern is too long"}},
	{"string or blob too big", state{pgerr.ProgramLimitExceeded, "value exceeds the maximum size of 1000000000 bytes"}},
	{"database or disk is full", state{pgerr.DiskFull, "could not extend the database: no space left on device"}},
	{"out of memory", state{pgerr.OutOfMemory, "out of memory"}},
}

// PG is what a client is told. SQLite's other errors (its syntax errors, a
// missing table) mean that the SQL it was given was wrong, which is a defect
// and not the user's: they are internal.
func (e *Error) PG() *pgerr.Error {
	st, ok := byCode[e.Extended]
	if !ok {
		st, ok = byCode[e.Code]
	}
	if !ok || e.Code == sqlite3.SQLITE_ERROR {
		for _, m := range byMessage {
			if strings.Contains(e.Msg, m.fragment) {
				st, ok = m.state, true
				break
			}
		}
	}
	if !ok {
		return pgerr.Internal("sqlite: %s", e.Msg).Caused(e)
	}
	if st.message == "" {
		st.message = e.Msg
	}
	return pgerr.New(st.code, st.message).Caused(e)
}
