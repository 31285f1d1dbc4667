package planner

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// do plans DO for the blocks that migration scripts consist of: statements, some
// of them under IF … THEN … ELSE … END IF, whose conditions are SQL.
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
	b := &doBlock{a: a, text: body, lexemes: sqlparse.Lexemes(body)}
	return &Do{Steps: b.block()}
}

// doBlock reads a PL/pgSQL block.
type doBlock struct {
	a       *analyzer
	text    string
	lexemes [][2]int
	at      int
	steps   []DoStep
}

func (b *doBlock) word() string {
	if b.at >= len(b.lexemes) {
		return ""
	}
	l := b.lexemes[b.at]
	return strings.ToLower(b.text[l[0]:l[1]])
}

func (b *doBlock) take(word string) bool {
	if b.word() != word {
		return false
	}
	b.at++
	return true
}

func (b *doBlock) need(word string) {
	if b.take(word) {
		return
	}
	near := "end of input"
	if w := b.word(); w != "" {
		near = "or near \"" + w + "\""
	}
	fail(pgerr.Newf(pgerr.SyntaxError, "syntax error at %s", near))
}

func (b *doBlock) block() []DoStep {
	if b.word() == "declare" {
		fail(pgerr.Unsupported("a DO block with variables"))
	}
	b.need("begin")
	b.statements("")
	b.need("end")
	b.take(";")
	if b.at < len(b.lexemes) {
		b.need("")
	}
	return b.steps
}

// statements reads up to END, ELSE or ELSIF. cond is what must hold, "" for
// nothing.
func (b *doBlock) statements(cond string) {
	var then []string
	flush := func() {
		if len(then) > 0 {
			b.steps = append(b.steps, DoStep{Cond: b.condition(cond), Then: then})
			then = nil
		}
	}
	for {
		switch b.word() {
		case "end", "else", "elsif", "elseif":
			flush()
			return
		case "":
			b.need("end")
		case "if":
			flush()
			b.ifStatement(cond)
		case "null":
			b.at++
			b.need(";")
		case "perform":
			b.at++
			then = append(then, "SELECT "+b.until(";"))
			b.need(";")
		case "exception", "raise", "execute", "for", "while", "loop", "return", "declare", "begin", "case", "get", "foreach", "assert":
			fail(pgerr.Unsupported("%s in a DO block", strings.ToUpper(b.word())))
		default:
			then = append(then, b.until(";"))
			b.need(";")
		}
	}
}

// ifStatement reads IF … THEN … [ELSIF …] [ELSE …] END IF.
func (b *doBlock) ifStatement(outer string) {
	b.need("if")
	before := outer
	for {
		cond := "(" + b.until("then") + ")"
		b.need("then")
		b.statements(and(before, cond))
		before = and(before, cond+" IS NOT TRUE")
		if b.take("elsif") || b.take("elseif") {
			continue
		}
		if b.take("else") {
			b.statements(before)
		}
		b.need("end")
		b.need("if")
		b.need(";")
		return
	}
}

func and(a, b string) string {
	if a == "" {
		return b
	}
	return a + " AND " + b
}

// until is the text up to a word outside parentheses, which stays.
func (b *doBlock) until(word string) string {
	if b.at >= len(b.lexemes) {
		return ""
	}
	start, end, depth := b.lexemes[b.at][0], b.lexemes[b.at][0], 0
	for ; b.at < len(b.lexemes); b.at++ {
		w := b.word()
		if depth == 0 && w == word {
			break
		}
		switch w {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		}
		end = b.lexemes[b.at][1]
	}
	return b.text[start:end]
}

// condition plans a condition as a query of one boolean.
func (b *doBlock) condition(cond string) *QueryPlan {
	if cond == "" {
		return nil
	}
	statements, err := sqlparse.Parse("SELECT " + cond)
	if err == nil && len(statements) != 1 {
		err = pgerr.Newf(pgerr.SyntaxError, "syntax error in condition %s", cond)
	}
	check(err)
	env := *b.a.env
	env.ParamTypes, env.VariableParams = nil, false
	inner := newAnalyzer(&env, statements[0])
	return inner.queryWithin(statements[0].Node, "IF")
}
