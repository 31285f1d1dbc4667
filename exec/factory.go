package exec

import (
	"fmt"
	"regexp"
	"strings"

	"voronoi/internal/pgerr"
)

// factoryIndex is what an index factory string of FAISS asks for: an access
// method and its storage parameters. The method is "" for an exact search, which
// needs no index.
type factoryIndex struct {
	method  string
	options []string
}

// factoryParts are the parts that a factory string has here, in their order,
// each at most once. FAISS has more, and other orders.
var factoryParts = []struct {
	pattern *regexp.Regexp
	apply   func(f *factoryBuilder, args []string)
}{
	{regexp.MustCompile(`^OPQ(\d+)(?:_(\d+))?$`), func(f *factoryBuilder, args []string) {
		f.rotated = true
		f.option("opq", "true")
		f.option("opq_m", args[0])
		f.option("opq_dims", args[1])
	}},
	{regexp.MustCompile(`^IVF(\d+)$`), func(f *factoryBuilder, args []string) {
		f.lists = true
		f.option("lists", args[0])
	}},
	{regexp.MustCompile(`^HNSW(\d*)$`), func(f *factoryBuilder, args []string) {
		f.method = "hnsw"
		f.option("m", args[0])
	}},
	{regexp.MustCompile(`^PQ(\d+)(?:x(8)|x(4)(?:fs)?)?$`), func(f *factoryBuilder, args []string) {
		f.coded = true
		f.option("m", args[0])
		if args[2] == "4" {
			f.option("nbits", "4")
		} else {
			f.option("nbits", "8")
		}
	}},
	{regexp.MustCompile(`^RaBitQ$`), func(f *factoryBuilder, _ []string) {
		f.coded = true
		f.option("nbits", "1")
	}},
	{regexp.MustCompile(`^Flat$`), func(f *factoryBuilder, _ []string) { f.flat = true }},
	{regexp.MustCompile(`^(?:RFlat|Refine\(Flat\))$`), func(f *factoryBuilder, _ []string) { f.refined = true }},
}

// factoryBuilder is a factory string as far as it was read.
type factoryBuilder struct {
	factoryIndex
	rotated, lists, coded, flat, refined bool
}

// option adds a storage parameter, unless the string says nothing of it.
func (f *factoryBuilder) option(name, value string) {
	if value != "" {
		f.options = append(f.options, name+" = "+value)
	}
}

// parseFactory reads a factory string. What no access method here does is 0A000,
// and names the part.
func parseFactory(s string) (factoryIndex, error) {
	var f factoryBuilder
	next := 0
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		at := next
		for at < len(factoryParts) && !factoryParts[at].pattern.MatchString(part) {
			at++
		}
		if at == len(factoryParts) {
			return f.factoryIndex, unsupportedFactory(part, s)
		}
		factoryParts[at].apply(&f, factoryParts[at].pattern.FindStringSubmatch(part)[1:])
		next = at + 1
	}
	switch {
	case f.method == "hnsw":
		if f.lists || f.rotated || f.coded || f.refined {
			return f.factoryIndex, unsupportedFactory("HNSW with other parts than Flat", s)
		}
	case f.coded:
		if f.flat {
			return f.factoryIndex, unsupportedFactory("Flat", s)
		}
		if !f.refined {
			f.option("rerank", "0")
		}
		f.method = "pq"
		if f.lists {
			f.method = "ivfpq"
		}
	case !f.flat:
		return f.factoryIndex, pgerr.Newf(pgerr.InvalidParameterValue, "factory string %q does not say how vectors are kept", s).
			WithHint("Add Flat, PQ or RaBitQ.")
	case f.rotated:
		return f.factoryIndex, unsupportedFactory("OPQ with Flat", s)
	case f.lists:
		f.method = "ivfflat"
	}
	return f.factoryIndex, nil
}

func unsupportedFactory(part, s string) error {
	return pgerr.Unsupported("%q of factory string %q", part, s)
}

// with is the WITH clause of the index, with further parameters.
func (f *factoryIndex) with(more ...string) string {
	all := append(append([]string(nil), f.options...), more...)
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf(" WITH (%s)", strings.Join(all, ", "))
}
