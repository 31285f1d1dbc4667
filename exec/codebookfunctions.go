package exec

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/pq"
	"voronoi/vectorops"
)

// A code is an array of smallint in SQL: for each part of the vector, from the
// first on, the number of its centroid, from 0.

// codebookAnd finds the codebook and the vector that are a function's first
// arguments.
func (x *execution) codebookAnd(args []datum.Datum) (*pq.Codebook, []float32, error) {
	cb, err := x.codebook(args[0].Str())
	if err != nil {
		return nil, nil, err
	}
	vec := datum.VectorFloats(args[1])
	if len(vec) != cb.Dims() {
		return nil, nil, pgerr.Newf(pgerr.DataException, "expected %d dimensions, not %d", cb.Dims(), len(vec))
	}
	return cb, vec, nil
}

// sqlPQEncode is pq_encode(codebook, vector).
func sqlPQEncode(x *execution, args []datum.Datum) (datum.Datum, error) {
	cb, vec, err := x.codebookAnd(args)
	if err != nil {
		return datum.Null, err
	}
	code := make([]byte, cb.M)
	cb.Encode(code, vec)
	parts := make([]datum.Datum, len(code))
	for i, c := range code {
		parts[i] = datum.Int(int64(c))
	}
	return datum.NewArray(datum.ByOID(oid.Int2), parts), nil
}

// codeArgument reads a code.
func codeArgument(cb *pq.Codebook, name, d datum.Datum) ([]byte, error) {
	if datum.ArrayHasNull(d) {
		return nil, pgerr.New(pgerr.NullValueNotAllowed, "array must not contain nulls")
	}
	parts := datum.ArrayElems(datum.ByOID(oid.Int2), d)
	if len(parts) != cb.M {
		return nil, pgerr.Newf(pgerr.DataException, "expected a code of %d parts, not %d", cb.M, len(parts))
	}
	code := make([]byte, len(parts))
	for i, part := range parts {
		c := part.Int()
		if c < 0 || c >= int64(cb.Ksub) {
			return nil, pgerr.Newf(pgerr.InvalidParameterValue, "centroid %d is out of range for codebook %q", c, name.Str()).
				WithDetail("Its centroids are numbered from 0 to %d.", cb.Ksub-1)
		}
		code[i] = byte(c)
	}
	return code, nil
}

// sqlPQDecode is pq_decode(codebook, code).
func sqlPQDecode(x *execution, args []datum.Datum) (datum.Datum, error) {
	cb, err := x.codebook(args[0].Str())
	if err != nil {
		return datum.Null, err
	}
	code, err := codeArgument(cb, args[0], args[1])
	if err != nil {
		return datum.Null, err
	}
	vec := make([]float32, cb.Dims())
	cb.Decode(vec, code)
	return datum.FromFloats(vec), nil
}

// sqlPQDistance is pq_distance(codebook, query, code): the root of the sum of
// what pq_distance_table has for the code. Of the table only m entries are
// needed, so these are measured directly.
func sqlPQDistance(x *execution, args []datum.Datum) (datum.Datum, error) {
	cb, query, err := x.codebookAnd(args)
	if err != nil {
		return datum.Null, err
	}
	code, err := codeArgument(cb, args[0], args[2])
	if err != nil {
		return datum.Null, err
	}
	sum := 0.0
	var squared [1]float32
	for j, c := range code {
		at := (j*cb.Ksub + int(c)) * cb.Dsub
		vectorops.L2Squared(squared[:], query[j*cb.Dsub:(j+1)*cb.Dsub], cb.Centroids[at:at+cb.Dsub])
		sum += float64(squared[0])
	}
	return datum.Float(math.Sqrt(sum)), nil
}

// sqlPQDistanceTable is pq_distance_table(codebook, query).
func sqlPQDistanceTable(x *execution, args []datum.Datum) ([][]datum.Datum, error) {
	cb, query, err := x.codebookAnd(args)
	if err != nil {
		return nil, err
	}
	table := make([]float32, cb.M*cb.Ksub)
	cb.DistanceTable(table, query)
	rows := make([][]datum.Datum, len(table))
	for i, squared := range table {
		rows[i] = []datum.Datum{datum.Int(int64(i / cb.Ksub)), datum.Int(int64(i % cb.Ksub)), datum.Float(float64(squared))}
	}
	return rows, nil
}

// sqlPQCodebook is pq_codebook(codebook).
func sqlPQCodebook(x *execution, args []datum.Datum) ([][]datum.Datum, error) {
	cb, err := x.codebook(args[0].Str())
	if err != nil {
		return nil, err
	}
	rows := make([][]datum.Datum, cb.M*cb.Ksub)
	for i := range rows {
		rows[i] = []datum.Datum{
			datum.Int(int64(i / cb.Ksub)), datum.Int(int64(i % cb.Ksub)), datum.FromFloats(cb.Centroids[i*cb.Dsub : (i+1)*cb.Dsub]),
		}
	}
	return rows, nil
}
