package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// indexParameter is a storage parameter of an index method: a number within
// bounds, one of some words, or a truth value.
type indexParameter struct {
	name     string
	min, max int
	words    []string // of an enum
	boolean  bool
}

func intParameter(name string, low, high int) indexParameter {
	return indexParameter{name: name, min: low, max: high}
}

func boolParameter(name string) indexParameter { return indexParameter{name: name, boolean: true} }

func enumParameter(name string, words ...string) indexParameter {
	return indexParameter{name: name, words: words}
}

// codeParameters are those of the methods that keep codes of the vectors.
var codeParameters = []indexParameter{
	intParameter("m", 1, 16000),
	intParameter("nbits", 1, 8),
	intParameter("rerank", 0, 1000),
	boolParameter("opq"),
	intParameter("opq_m", 1, 16000),
	intParameter("opq_dims", 1, 16000),
	enumParameter("rerank_source", "memory", "table"),
	intParameter("iterations", 1, 1000),
	intParameter("seed", 0, 2147483647),
}

// indexParameters are those that each method has.
var indexParameters = map[string][]indexParameter{
	"btree":   {intParameter("fillfactor", 10, 100), boolParameter("deduplicate_items")},
	"hash":    {intParameter("fillfactor", 10, 100)},
	"gist":    {intParameter("fillfactor", 10, 100), enumParameter("buffering", "on", "off", "auto")},
	"gin":     {boolParameter("fastupdate"), intParameter("gin_pending_list_limit", 64, 2147483647)},
	"spgist":  {intParameter("fillfactor", 10, 100)},
	"brin":    {intParameter("pages_per_range", 1, 131072), boolParameter("autosummarize")},
	"ivfflat": {intParameter("lists", 1, 32768), intParameter("iterations", 1, 1000), intParameter("seed", 0, 2147483647)},
	"hnsw":    {intParameter("m", 2, 100), intParameter("ef_construction", 4, 1000)},
	"ivfpq":   append([]indexParameter{intParameter("lists", 1, 32768)}, codeParameters...),
	"pq":      codeParameters,
}

// indexOptions checks the storage parameters of an index.
func (a *analyzer) indexOptions(method string, list []*pg_query.Node) []string {
	options := a.reloptions(list)
	values := map[string]int{"m": 16, "ef_construction": 64}
	seen := map[string]bool{}
	for _, option := range options {
		name, value, _ := strings.Cut(option, "=")
		i := slices.IndexFunc(indexParameters[method], func(p indexParameter) bool { return p.name == name })
		if i < 0 {
			fail(pgerr.Newf(pgerr.InvalidParameterValue, "unrecognized parameter \"%s\"", name))
		}
		if seen[name] {
			fail(pgerr.Newf(pgerr.InvalidParameterValue, "parameter \"%s\" specified more than once", name))
		}
		seen[name] = true
		values[name] = indexParameters[method][i].value(value)
	}
	if method == "hnsw" && values["ef_construction"] < 2*values["m"] {
		fail(pgerr.New(pgerr.InvalidParameterValue, "ef_construction must be greater than or equal to 2 * m"))
	}
	return options
}

// value reads a value that a parameter was given; of one that is no number,
// only whether it can be is of interest.
func (p *indexParameter) value(text string) int {
	switch {
	case p.boolean:
		if _, ok := datum.ParseBool(text); !ok {
			fail(pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for boolean option \"%s\": %s", p.name, text))
		}
		return 0
	case p.words != nil:
		if !slices.ContainsFunc(p.words, func(w string) bool { return strings.EqualFold(w, text) }) {
			fail(pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for enum option \"%s\": %s", p.name, text).
				WithDetail("Valid values are %s.", quotedWords(p.words)))
		}
		return 0
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for integer option \"%s\": %s", p.name, text))
	}
	if v < p.min || v > p.max {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "value %s out of bounds for option \"%s\"", text, p.name).
			WithDetail("Valid values are between \"%d\" and \"%d\".", p.min, p.max))
	}
	return v
}

// quotedWords are words as Postgres lists them: "a", "b", and "c".
func quotedWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	last := len(quoted) - 1
	if last == 1 {
		return quoted[0] + " and " + quoted[1]
	}
	return strings.Join(quoted[:last], ", ") + ", and " + quoted[last]
}

// maxRotated is the longest vector that a rotation is trained for: the work
// grows with the cube of it.
const maxRotated = 2000

// checkCodeOptions checks what the options of an index with codes must be
// together and for vectors of a length.
func checkCodeOptions(rel *catalog.Relation, dims int) {
	if !catalog.HasCodes(rel.Index.Method) {
		return
	}
	o := catalog.CodeOptionsOf(rel)
	invalid := func(format string, args ...any) {
		fail(pgerr.New(pgerr.InvalidParameterValue, fmt.Sprintf(format, args...)))
	}
	switch {
	case o.Bits != 1 && o.Bits != 4 && o.Bits != 8:
		invalid("nbits must be 1, 4 or 8, not %d", o.Bits)
	case o.Bits == 1 && (o.M > 0 || o.OPQ):
		invalid("codes of 1 bit have a bit for each dimension, and neither m nor opq")
	case !o.OPQ && (o.OPQParts > 0 || o.OPQDims > 0):
		invalid("opq_m and opq_dims need opq")
	case o.OPQDims > dims:
		invalid("opq_dims must not be greater than the number of dimensions, %d", dims)
	case o.M > o.CodedDims(dims):
		invalid("m must not be greater than the number of dimensions, %d", o.CodedDims(dims))
	case o.OPQParts > o.CodedDims(dims):
		invalid("opq_m must not be greater than the number of dimensions, %d", o.CodedDims(dims))
	}
	if o.OPQ && dims > maxRotated {
		fail(pgerr.Newf(pgerr.ProgramLimitExceeded, "column cannot have more than %d dimensions for opq", maxRotated))
	}
}
