package sqlparse

import (
	"errors"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"github.com/pganalyze/pg_query_go/v5/parser"

	"voronoi/internal/pgerr"
)

// Statement is one statement of a query string.
type Statement struct {
	// Text is the statement itself, without its semicolon and the blanks
	// around it. Source is the query string that it is part of, into which
	// Start and the locations in Node are byte offsets.
	Text   string
	Source string
	Start  int
	Node   *pg_query.Node

	characters *characters
}

// Parse splits a query string into its statements. A string of blanks and
// comments has none. Errors are a [*pgerr.Error] with the position at fault.
func Parse(source string) ([]*Statement, error) {
	if err := guard(source); err != nil {
		return nil, err
	}
	tree, err := pg_query.Parse(source)
	if err != nil {
		return nil, parseError(err)
	}
	chars := &characters{text: source}
	statements := make([]*Statement, 0, len(tree.Stmts))
	for _, raw := range tree.Stmts {
		start := min(int(raw.StmtLocation), len(source))
		end := len(source)
		if raw.StmtLen > 0 {
			end = min(start+int(raw.StmtLen), len(source))
		}
		start += leading(source[start:end])
		statements = append(statements, &Statement{
			Text:       strings.TrimRight(source[start:end], blanks),
			Source:     source,
			Start:      start,
			Node:       raw.Stmt,
			characters: chars,
		})
	}
	return statements, nil
}

// ParseExpr parses one scalar expression, as the catalog stores them. Locations
// in it are of no use to a client.
func ParseExpr(text string) (*pg_query.Node, error) {
	const before = "SELECT ("
	statements, err := Parse(before + text + ")")
	if err != nil {
		e := *pgerr.From(err)
		e.Position = 0
		return nil, &e
	}
	if len(statements) == 1 {
		sel := statements[0].Node.GetSelectStmt()
		if sel != nil && len(sel.TargetList) == 1 && sel.FromClause == nil && sel.WhereClause == nil {
			return sel.TargetList[0].GetResTarget().GetVal(), nil
		}
	}
	return nil, pgerr.Newf(pgerr.SyntaxError, "syntax error in expression %q", text)
}

const blanks = " \t\n\r\f\v"

// leading is the length of the blanks and comments before a statement.
func leading(s string) int {
	l := lexer{text: s}
	l.skipBlanks()
	return l.pos
}

// parseError gives an error of pg_query its SQLSTATE.
func parseError(err error) error {
	var failure *parser.Error
	if !errors.As(err, &failure) {
		// Decoding the tree failed, which only depth does.
		return tooDeep().Caused(err)
	}
	e := pgerr.New(pgerr.SyntaxError, failure.Message)
	for _, known := range messageCodes {
		if strings.Contains(failure.Message, known.part) {
			e.Code = known.code
			break
		}
	}
	if failure.Cursorpos > 0 {
		e.Position = failure.Cursorpos
	}
	return e
}

// messageCodes are the errors of Postgres's scanner and grammar that are not
// syntax errors, by a part of their text: pg_query does not pass the SQLSTATE.
var messageCodes = []struct{ part, code string }{
	{"invalid byte sequence for encoding", pgerr.CharacterNotInRepertoire},
	{"invalid Unicode escape", pgerr.InvalidEscapeSequence},
	{"invalid Unicode surrogate pair", pgerr.SyntaxError},
	{"unsafe use of \\' in a string literal", "2200C"},
	{"invalid escape string", pgerr.InvalidEscapeCharacter},
	{"is not yet implemented", pgerr.FeatureNotSupported},
	{"not supported", pgerr.FeatureNotSupported},
	{"cannot be marked", pgerr.FeatureNotSupported},
	{"current database cannot be changed", pgerr.FeatureNotSupported},
	{"frame start cannot be", pgerr.WindowingError},
	{"frame end cannot be", pgerr.WindowingError},
	{"frame starting from", pgerr.WindowingError},
	{"unrecognized role option", pgerr.SyntaxError},
	{"precision for type float must be", pgerr.InvalidParameterValue},
	{"stack depth limit exceeded", pgerr.StatementTooComplex},
	{"out of memory", pgerr.OutOfMemory},
}

func tooDeep() *pgerr.Error {
	return pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint("Split the statement, or write long chains of operators as lists: IN (…), = ANY (…), AND, VALUES.")
}
