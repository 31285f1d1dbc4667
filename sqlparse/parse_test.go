package sqlparse

import (
	"strings"
	"testing"

	"voronoi/internal/pgerr"
)

func TestParseSplits(t *testing.T) {
	for _, c := range []struct {
		source string
		want   []string
	}{
		{"", nil},
		{" ;; ", nil},
		{"-- nothing\n/* and /* nothing */ more */", nil},
		{"select 1", []string{"select 1"}},
		{" select 1 ; -- x\n select ';'; ", []string{"select 1", "select ';'"}},
		{"select $$a;b$$;\n/* c */ select 2", []string{"select $$a;b$$", "select 2"}},
	} {
		got, err := Parse(c.source)
		if err != nil {
			t.Errorf("%q: %v", c.source, err)
			continue
		}
		var texts []string
		for _, s := range got {
			texts = append(texts, s.Text)
			if s.Source[s.Start:s.Start+len(s.Text)] != s.Text {
				t.Errorf("%q: Start %d does not lead to %q", c.source, s.Start, s.Text)
			}
		}
		if strings.Join(texts, "|") != strings.Join(c.want, "|") {
			t.Errorf("%q: got %q, want %q", c.source, texts, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		source, code, message string
		position              int
	}{
		{"selec 1", pgerr.SyntaxError, `syntax error at or near "selec"`, 1},
		{"select 1 from", pgerr.SyntaxError, `syntax error at end of input`, 14},
		{"select 'ä' frm x y", pgerr.SyntaxError, `syntax error at or near "x"`, 16},
		{"select 'abc", pgerr.SyntaxError, `unterminated quoted string at or near "'abc"`, 8},
		{"select \x00 1", pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`, 0},
		{"select '\xe4bc'", pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0xe4 0x62 0x63`, 0},
		{"select sum(1) over (rows unbounded following)", pgerr.WindowingError, "frame start cannot be UNBOUNDED FOLLOWING", 26},
	} {
		_, err := Parse(c.source)
		e := pgerr.From(err)
		if e == nil || e.Code != c.code || e.Message != c.message || e.Position != c.position {
			t.Errorf("%q: got %+v", c.source, e)
		}
	}
}

func TestPosition(t *testing.T) {
	long := strings.Repeat("ä", 2000)
	statements, err := Parse("select '" + long + "', x")
	if err != nil {
		t.Fatal(err)
	}
	second := statements[0].Node.GetSelectStmt().TargetList[1].GetResTarget()
	if got, want := statements[0].Position(second.Location), 8+2000+4; got != want {
		t.Errorf("position %d, want %d", got, want)
	}
	if got := statements[0].Position(-1); got != 0 {
		t.Errorf("an unknown location became %d", got)
	}
}

// TestDepth sends what ended the process before there was a guard.
func TestDepth(t *testing.T) {
	const n = 60_000
	repeat := strings.Repeat
	for name, source := range map[string]string{
		"plus":      "select 1" + repeat("+1", n),
		"concat":    "select 'a'" + repeat("||'a'", n),
		"cast":      "select 1" + repeat("::int", n),
		"is null":   "select 1" + repeat(" is null", n),
		"collate":   "select 'a'" + repeat(` collate "C"`, n),
		"join":      "select from t" + repeat(" join t on true", n),
		"union":     "select 1" + repeat(" union select 1", n),
		"not":       "select " + repeat("not ", n) + "true",
		"at":        "select now()" + repeat(" at time zone 'UTC'", n),
		"operator":  "select 1" + repeat(" operator(pg_catalog.+) 1", n),
		"grouped":   "select " + repeat("(", 300) + "1" + repeat(repeat("+1", 100)+")", 300),
		"subscript": "select a" + repeat("[1]", 100) + repeat("+a[1+1]", n),
	} {
		_, err := Parse(source)
		if pgerr.Code(err) != pgerr.StatementTooComplex {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, source := range map[string]string{
		"parentheses": "select " + repeat("(", n) + "1" + repeat(")", n),
		"functions":   "select " + repeat("f(", n) + "1" + repeat(")", n),
		"case":        "select " + repeat("case when true then ", n) + "1" + repeat(" end", n),
		"array":       "select array" + repeat("[", n) + repeat("]", n),
		"subquery":    "select " + repeat("(select ", n) + "1" + repeat(")", n),
	} {
		if _, err := Parse(source); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, source := range map[string]string{
		"and":    "select true" + repeat(" and true", n),
		"list":   "select 1 in (1" + repeat(",-1::int+1", n) + ")",
		"values": "values (1)" + repeat(",('[1,2]'::vector)", n),
		"short":  "select 1" + repeat("+1", 2400),
		"groups": "select (1+1)" + repeat("+(1+1)", 2400),
		"string": "select '" + repeat("+1", n) + "'",
	} {
		if _, err := Parse(source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"select 1", "select $a$ ' $a$ || e'\\''", `select "a""b" /* /* */ */ -- x`, "insert into t values (1), ($1)",
		"select a[1:2].b::text[] is not null", "u&'\\0061' uescape '!'", "select 1;;select 2",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		statements, err := Parse(source)
		if err != nil {
			if e := pgerr.From(err); e.Code == pgerr.InternalError {
				t.Errorf("%q: %v", source, err)
			}
			return
		}
		for _, s := range statements {
			if s.Node == nil || s.Source[s.Start:s.Start+len(s.Text)] != s.Text {
				t.Errorf("%q: bad statement %q", source, s.Text)
			}
		}
	})
}
