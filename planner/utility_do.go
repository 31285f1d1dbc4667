package planner

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// DoBlock is a PL/pgSQL block as far as migration scripts go: statements, IF,
// RAISE, blocks within blocks and handlers of exceptions; no variables.
type DoBlock struct {
	Steps    []DoStep
	Handlers []DoHandler
}

// DoStep is one statement of a block; one of its fields says which.
type DoStep struct {
	SQL     string // a statement, which may have no rows to give
	Perform string // a query whose rows go nowhere
	If      *DoIf
	Raise   *DoRaise
	Block   *DoBlock
}

// DoIf is IF … THEN … ELSE …; ELSIF is an IF in Else.
type DoIf struct {
	Cond       string // a query of one boolean
	Then, Else []DoStep
}

// DoRaise is RAISE level 'format', argument, …; each % of the format is an
// argument.
type DoRaise struct {
	Level  string // "NOTICE" and so on, "EXCEPTION" to fail
	Format string
	Args   []string // queries of one value
}

// DoHandler is WHEN condition OR … THEN ….
type DoHandler struct {
	Codes []string // SQLSTATEs, classes of them such as "23000", "" for OTHERS
	Steps []DoStep
}

// conditions are the names of the errors that scripts handle, as PL/pgSQL has
// them.
var conditions = map[string]string{
	"others": "",

	"integrity_constraint_violation": pgerr.IntegrityConstraintViolation, "restrict_violation": pgerr.RestrictViolation,
	"not_null_violation": pgerr.NotNullViolation, "foreign_key_violation": pgerr.ForeignKeyViolation,
	"unique_violation": pgerr.UniqueViolation, "check_violation": pgerr.CheckViolation,

	"duplicate_column": pgerr.DuplicateColumn, "duplicate_database": pgerr.DuplicateDatabase, "duplicate_function": pgerr.DuplicateFunction,
	"duplicate_schema": pgerr.DuplicateSchema, "duplicate_table": pgerr.DuplicateTable, "duplicate_alias": pgerr.DuplicateAlias,
	"duplicate_object": pgerr.DuplicateObject, "duplicate_cursor": pgerr.DuplicateCursor, "duplicate_prepared_statement": pgerr.DuplicatePreparedStatement,
	"undefined_column": pgerr.UndefinedColumn, "undefined_function": pgerr.UndefinedFunction, "undefined_table": pgerr.UndefinedTable,
	"undefined_object": pgerr.UndefinedObject, "undefined_parameter": pgerr.UndefinedParameter, "invalid_schema_name": pgerr.InvalidSchemaName,
	"invalid_catalog_name": pgerr.InvalidCatalogName, "wrong_object_type": pgerr.WrongObjectType, "datatype_mismatch": pgerr.DatatypeMismatch,
	"invalid_table_definition": pgerr.InvalidTableDefinition, "invalid_object_definition": pgerr.InvalidObjectDefinition,
	"invalid_foreign_key": pgerr.InvalidForeignKey, "dependent_objects_still_exist": pgerr.DependentObjectsStillExist,
	"syntax_error": pgerr.SyntaxError, "insufficient_privilege": pgerr.InsufficientPrivilege, "ambiguous_column": pgerr.AmbiguousColumn,
	"syntax_error_or_access_rule_violation": pgerr.SyntaxErrorOrAccess,

	"data_exception": pgerr.DataException, "division_by_zero": pgerr.DivisionByZero, "numeric_value_out_of_range": pgerr.NumericValueOutOfRange,
	"string_data_right_truncation": pgerr.StringDataRightTruncation, "invalid_text_representation": pgerr.InvalidTextRepresentation,
	"invalid_parameter_value": pgerr.InvalidParameterValue, "cardinality_violation": pgerr.CardinalityViolation,
	"invalid_datetime_format": pgerr.InvalidDatetimeFormat, "datetime_field_overflow": pgerr.DatetimeFieldOverflow,

	"feature_not_supported": pgerr.FeatureNotSupported, "object_in_use": pgerr.ObjectInUse, "lock_not_available": pgerr.LockNotAvailable,
	"object_not_in_prerequisite_state": pgerr.ObjectNotInPrerequisiteState, "serialization_failure": pgerr.SerializationFailure,
	"deadlock_detected": pgerr.DeadlockDetected, "query_canceled": pgerr.QueryCanceled, "raise_exception": pgerr.RaiseException,
	"program_limit_exceeded": pgerr.ProgramLimitExceeded, "internal_error": pgerr.InternalError,
}

// raiseLevels are the levels of RAISE, which is EXCEPTION without one.
var raiseLevels = map[string]bool{"debug": true, "log": true, "info": true, "notice": true, "warning": true, "exception": true}

// do plans DO.
func (a *analyzer) do(n *pg_query.DoStmt) *Do {
	body := ""
	for _, arg := range n.Args {
		d := arg.GetDefElem()
		switch d.Defname {
		case "as":
			body = defString(d)
		case "language":
			if lang := defString(d); !strings.EqualFold(lang, "plpgsql") {
				fail(pgerr.Unsupported("DO in the language \"%s\"", lang))
			}
		}
	}
	r := &blockReader{text: body, lexemes: sqlparse.Lexemes(body)}
	block := r.block()
	r.take(";")
	if r.at < len(r.lexemes) {
		r.need("")
	}
	return &Do{Block: block}
}

// blockReader reads a PL/pgSQL block.
type blockReader struct {
	text    string
	lexemes [][2]int
	at      int
	depth   int
}

// maxBlockDepth bounds IFs and blocks within each other.
const maxBlockDepth = 200

func (r *blockReader) word() string {
	if r.at >= len(r.lexemes) {
		return ""
	}
	l := r.lexemes[r.at]
	return strings.ToLower(r.text[l[0]:l[1]])
}

func (r *blockReader) take(word string) bool {
	if r.word() != word {
		return false
	}
	r.at++
	return true
}

func (r *blockReader) need(word string) {
	if r.take(word) {
		return
	}
	near := "end of input"
	if w := r.word(); w != "" {
		near = "or near \"" + w + "\""
	}
	fail(pgerr.Newf(pgerr.SyntaxError, "syntax error at %s", near))
}

func (r *blockReader) enter() {
	if r.depth++; r.depth > maxBlockDepth {
		fail(pgerr.New(pgerr.StatementTooComplex, "blocks of DO are nested too deeply"))
	}
}

// block reads BEGIN … [EXCEPTION …] END.
func (r *blockReader) block() *DoBlock {
	r.enter()
	defer func() { r.depth-- }()
	if r.word() == "declare" {
		fail(pgerr.Unsupported("a DO block with variables"))
	}
	r.need("begin")
	b := &DoBlock{Steps: r.steps()}
	if r.take("exception") {
		for r.word() == "when" {
			b.Handlers = append(b.Handlers, r.handler())
		}
	}
	r.need("end")
	return b
}

// handler reads WHEN condition [OR …] THEN ….
func (r *blockReader) handler() (h DoHandler) {
	r.need("when")
	for {
		name := r.word()
		r.at++
		code, ok := conditions[name]
		if name == "sqlstate" {
			code, ok = strings.ToUpper(strings.Trim(r.word(), "'")), true
			r.at++
			if len(code) != 5 {
				fail(pgerr.New(pgerr.SyntaxError, "invalid SQLSTATE code"))
			}
		}
		if !ok {
			fail(pgerr.Newf(pgerr.UndefinedObject, "unrecognized exception condition \"%s\"", name))
		}
		h.Codes = append(h.Codes, code)
		if !r.take("or") {
			break
		}
	}
	r.need("then")
	h.Steps = r.steps()
	return h
}

// steps reads up to what ends a list of statements.
func (r *blockReader) steps() (steps []DoStep) {
	for {
		switch w := r.word(); w {
		case "end", "else", "elsif", "elseif", "exception", "when":
			return steps
		case "":
			r.need("end")
		case "if":
			r.at++
			steps = append(steps, DoStep{If: r.ifStatement()})
		case "begin", "declare":
			steps = append(steps, DoStep{Block: r.block()})
			r.need(";")
		case "null":
			r.at++
			r.need(";")
		case "perform":
			r.at++
			steps = append(steps, DoStep{Perform: checked("SELECT " + r.until(";"))})
			r.need(";")
		case "raise":
			r.at++
			steps = append(steps, DoStep{Raise: r.raise()})
		case "execute", "for", "while", "loop", "return", "case", "get", "foreach", "assert", "<<":
			fail(pgerr.Unsupported("%s in a DO block", strings.ToUpper(w)))
		default:
			steps = append(steps, DoStep{SQL: checked(r.until(";"))})
			r.need(";")
		}
	}
}

// ifStatement reads what follows IF or ELSIF, up to the end of the statement.
func (r *blockReader) ifStatement() *DoIf {
	r.enter()
	defer func() { r.depth-- }()
	s := &DoIf{Cond: checked("SELECT (" + r.until("then") + ")")}
	r.need("then")
	s.Then = r.steps()
	switch {
	case r.take("elsif"), r.take("elseif"):
		s.Else = []DoStep{{If: r.ifStatement()}}
		return s
	case r.take("else"):
		s.Else = r.steps()
	}
	r.need("end")
	r.need("if")
	r.need(";")
	return s
}

// raise reads RAISE.
func (r *blockReader) raise() *DoRaise {
	s := &DoRaise{Level: "EXCEPTION"}
	if w := r.word(); raiseLevels[w] {
		s.Level = strings.ToUpper(w)
		r.at++
	}
	text := r.word()
	if !strings.HasPrefix(text, "'") {
		fail(pgerr.Unsupported("RAISE without a format"))
	}
	l := r.lexemes[r.at]
	s.Format = strings.ReplaceAll(r.text[l[0]+1:l[1]-1], "''", "'")
	r.at++
	for r.take(",") {
		s.Args = append(s.Args, checked("SELECT ("+r.until(",", ";", "using")+")::text"))
	}
	if r.word() == "using" {
		fail(pgerr.Unsupported("RAISE … USING in a DO block"))
	}
	r.need(";")
	switch marks := strings.Count(strings.ReplaceAll(s.Format, "%%", ""), "%"); {
	case marks > len(s.Args):
		fail(pgerr.New(pgerr.SyntaxError, "too few parameters specified for RAISE"))
	case marks < len(s.Args):
		fail(pgerr.New(pgerr.SyntaxError, "too many parameters specified for RAISE"))
	}
	return s
}

// until is the text up to one of some words outside parentheses, which stays.
func (r *blockReader) until(words ...string) string {
	if r.at >= len(r.lexemes) {
		return ""
	}
	start, end, depth := r.lexemes[r.at][0], r.lexemes[r.at][0], 0
	for ; r.at < len(r.lexemes); r.at++ {
		w := r.word()
		for _, stop := range words {
			if depth == 0 && w == stop {
				return r.text[start:end]
			}
		}
		switch w {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		}
		end = r.lexemes[r.at][1]
	}
	return r.text[start:end]
}

// checked is the text of one statement, whose syntax is that of SQL; names in it
// are looked up when it is run.
func checked(text string) string {
	statements, err := sqlparse.Parse(text)
	if err == nil && len(statements) != 1 {
		err = pgerr.Newf(pgerr.SyntaxError, "syntax error in %q", text)
	}
	if err != nil {
		e := *pgerr.From(err)
		e.Position = 0 // it counts from the statement, not from the block
		fail(&e)
	}
	return text
}
