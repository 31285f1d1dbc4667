package planner

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/pgerr"
)

var copyOptionNames = wordSet("format freeze delimiter null header quote escape force_quote force_not_null force_null encoding")

// givenOptions are COPY's options as they are written, by name.
type givenOptions map[string]*pg_query.DefElem

// text is an option's value, or what it is when it is not given.
func (g givenOptions) text(name, otherwise string) string {
	if d := g[name]; d != nil {
		return defString(d)
	}
	return otherwise
}

// copyOptions reads COPY's options, old spelling and new, and fills in the
// defaults of the format.
func (a *analyzer) copyOptions(c *Copy, list []*pg_query.Node, columns []string) {
	o, given := &c.Options, givenOptions{}
	for _, n := range list {
		d := n.GetDefElem()
		if given[d.Defname] != nil {
			a.failAt(d.Location, pgerr.SyntaxError, "conflicting or redundant options")
		}
		given[d.Defname] = d
		if !copyOptionNames[d.Defname] {
			a.failAt(d.Location, pgerr.SyntaxError, "option \"%s\" not recognized", d.Defname)
		}
	}
	o.Format = given.text("format", "text")
	if o.Format != "text" && o.Format != "csv" && o.Format != "binary" {
		a.failAt(given["format"].Location, pgerr.InvalidParameterValue, "COPY format \"%s\" not recognized", o.Format)
	}
	if d := given["freeze"]; d != nil {
		o.Freeze = a.defBool(d)
	}
	a.copyHeader(c, given["header"])
	o.Encoding = given.text("encoding", "")
	csv := o.Format == "csv"
	a.copyFits(o, given, csv)
	delimiter, null := "\t", `\N`
	if csv {
		delimiter, null = ",", ""
	}
	delimiter, o.Null = given.text("delimiter", delimiter), given.text("null", null)
	quote := given.text("quote", `"`)
	o.Delimiter = oneByte("delimiter", delimiter)
	o.Quote, o.Escape = oneByte("quote", quote), oneByte("escape", given.text("escape", quote))
	a.copyMarks(o, csv)
	a.forceOptions(c, given, columns, csv)
}

// copyHeader reads HEADER: a boolean, or MATCH for COPY FROM.
func (a *analyzer) copyHeader(c *Copy, d *pg_query.DefElem) {
	switch {
	case d == nil:
	case !strings.EqualFold(defString(d), "match"):
		c.Options.Header = a.defBool(d)
	case !c.From:
		fail(pgerr.New(pgerr.InvalidParameterValue, "cannot use \"match\" with HEADER in COPY TO"))
	default:
		c.Options.Header, c.Options.HeaderMatch = true, true
	}
}

// copyFits refuses options that the format has no use for.
func (a *analyzer) copyFits(o *CopyOptions, given givenOptions, csv bool) {
	if o.Format == "binary" {
		for _, name := range []string{"delimiter", "null"} {
			if given[name] != nil {
				fail(pgerr.Newf(pgerr.SyntaxError, "cannot specify %s in BINARY mode", strings.ToUpper(name)))
			}
		}
		if o.Header {
			fail(pgerr.New(pgerr.SyntaxError, "cannot specify HEADER in BINARY mode"))
		}
	}
	for _, name := range []string{"quote", "escape"} {
		if given[name] != nil && !csv {
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "COPY %s available only in CSV mode", name))
		}
	}
}

func oneByte(name, v string) byte {
	if len(v) != 1 {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "COPY %s must be a single one-byte character", name))
	}
	return v[0]
}

// notDelimiters would be taken for data or escapes in the text format.
const notDelimiters = `\.abcdefghijklmnopqrstuvwxyz0123456789`

// copyMarks requires that delimiter, quote and NULL can be told apart.
func (a *analyzer) copyMarks(o *CopyOptions, csv bool) {
	invalid := func(format string, args ...any) { fail(pgerr.Newf(pgerr.InvalidParameterValue, format, args...)) }
	switch {
	case o.Delimiter == '\n' || o.Delimiter == '\r':
		invalid("COPY delimiter cannot be newline or carriage return")
	case strings.ContainsAny(o.Null, "\r\n"):
		invalid("COPY null representation cannot use newline or carriage return")
	case !csv && strings.IndexByte(notDelimiters, o.Delimiter) >= 0:
		invalid("COPY delimiter cannot be \"%c\"", o.Delimiter)
	case csv && o.Delimiter == o.Quote:
		invalid("COPY delimiter and quote must be different")
	case o.Format != "binary" && strings.IndexByte(o.Null, o.Delimiter) >= 0:
		invalid("COPY delimiter must not appear in the NULL specification")
	case csv && strings.IndexByte(o.Null, o.Quote) >= 0:
		invalid("CSV quote character must not appear in the NULL specification")
	}
}

// forceOptions reads FORCE_QUOTE, FORCE_NOT_NULL and FORCE_NULL.
func (a *analyzer) forceOptions(c *Copy, given givenOptions, columns []string, csv bool) {
	o := &c.Options
	for _, f := range []struct {
		name, word string
		to         *[]int
		from       bool
	}{
		{"force_quote", "force quote", &o.ForceQuote, false},
		{"force_not_null", "force not null", &o.ForceNotNull, true},
		{"force_null", "force null", &o.ForceNull, true},
	} {
		d := given[f.name]
		if d == nil {
			continue
		}
		if !csv {
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "COPY %s available only in CSV mode", f.word))
		}
		if f.from != c.From {
			only := "COPY TO"
			if f.from {
				only = "COPY FROM"
			}
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "COPY %s only available using %s", f.word, only))
		}
		if d.Arg.GetAStar() != nil {
			o.ForceQuoteAll = true
			continue
		}
		for _, name := range strs(d.Arg.GetList().GetItems()) {
			at := slices.Index(columns, name)
			if at < 0 {
				fail(pgerr.Newf(pgerr.InvalidColumnReference, "%s column \"%s\" not referenced by COPY",
					strings.ToUpper(strings.ReplaceAll(f.name, "_", " ")), name))
			}
			*f.to = append(*f.to, at)
		}
	}
}
