package catalog

import (
	"slices"
	"strconv"
	"strings"

	"voronoi/internal/datum"
)

// IsVectorMethod reports whether an access method is one over vectors.
func IsVectorMethod(method string) bool {
	return slices.ContainsFunc(vectorMethods, func(m methodFact) bool { return m.name == method })
}

// HasCodes reports whether an access method keeps codes of its vectors, and has
// the storage parameters of CodeOptions.
func HasCodes(method string) bool { return method == "ivfpq" || method == "pq" }

// CodeOptions are the storage parameters of an index that keeps codes of its
// vectors (ivfpq, pq); zero where nothing is said.
type CodeOptions struct {
	M         int  // parts
	Bits      int  // of each part; 1 is a bit for each dimension
	Rerank    int  // vectors measured for each row wanted
	OPQ       bool // vectors are rotated before they are coded
	OPQParts  int  // that the rotation is trained for; 0 is M
	OPQDims   int  // that the rotation keeps; 0 is all
	FromTable bool // vectors are not kept in memory
}

// Defaults of the parameters.
const (
	defaultCodeBits   = 4
	defaultCodeRerank = 10
)

// CodeOptionsOf reads the storage parameters, which the planner has checked.
func CodeOptionsOf(rel *Relation) CodeOptions {
	o := CodeOptions{Bits: defaultCodeBits, Rerank: defaultCodeRerank}
	for _, option := range rel.Options {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "m":
			o.M, _ = strconv.Atoi(value)
		case "nbits":
			o.Bits, _ = strconv.Atoi(value)
		case "rerank":
			o.Rerank, _ = strconv.Atoi(value)
		case "opq":
			o.OPQ, _ = datum.ParseBool(value)
		case "opq_m":
			o.OPQParts, _ = strconv.Atoi(value)
		case "opq_dims":
			o.OPQDims, _ = strconv.Atoi(value)
		case "rerank_source":
			o.FromTable = strings.EqualFold(value, "table")
		}
	}
	return o
}

// CodedDims is the length of what is coded for vectors of a length.
func (o *CodeOptions) CodedDims(dims int) int {
	if o.OPQDims > 0 {
		return o.OPQDims
	}
	return dims
}
