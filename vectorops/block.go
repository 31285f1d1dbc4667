package vectorops

import "fmt"

// The block kernels measure one query against len(dst) vectors of the query's
// length that lie one after the other in vectors. A query of length zero, or a
// dst of length zero, is no work; anything but
// len(vectors) = len(dst)·len(query) is a bug of the caller and panics.

// L2Squared writes squared Euclidean distances.
func L2Squared(dst, query, vectors []float32) {
	if checkBlock(dst, query, vectors) {
		l2Squared(dst, query, vectors)
	}
}

// InnerProduct writes inner products, not negated.
func InnerProduct(dst, query, vectors []float32) {
	if checkBlock(dst, query, vectors) {
		innerProduct(dst, query, vectors)
	}
}

// L1 writes sums of absolute differences.
func L1(dst, query, vectors []float32) {
	if checkBlock(dst, query, vectors) {
		l1(dst, query, vectors)
	}
}

func checkBlock(dst, query, vectors []float32) bool {
	if len(vectors) != len(dst)*len(query) {
		panic(fmt.Sprintf("vectorops: %d floats for %d vectors of %d", len(vectors), len(dst), len(query)))
	}
	if len(query) == 0 {
		clear(dst)
	}
	return len(vectors) > 0
}

// L2SquaredMulti measures every row of queries against every row of vectors:
// dst[i·n+j] is the squared distance of query i to vector j, n the number of
// vectors. From memory this is nearly three times as fast as one query after
// the other, because a vector that has been fetched serves four of them. The
// vectors are best a block that stays in the second-level cache, for they are
// met once for every four queries; a chunk of a [View] is.
func L2SquaredMulti(dst []float32, queries, vectors Matrix) {
	multi(dst, queries, vectors, l2Squared, l2SquaredFour)
}

// InnerProductMulti is L2SquaredMulti for inner products.
func InnerProductMulti(dst []float32, queries, vectors Matrix) {
	multi(dst, queries, vectors, innerProduct, innerProductFour)
}

// L1Multi is L2SquaredMulti for sums of absolute differences.
func L1Multi(dst []float32, queries, vectors Matrix) {
	multi(dst, queries, vectors, l1, l1Four)
}

// queryGroup is how many queries the four-query kernels take.
const queryGroup = 4

func multi(dst []float32, queries, vectors Matrix, one, four func(dst, query, vectors []float32)) {
	d, n, nq := vectors.Dims, vectors.Rows(), queries.Rows()
	if queries.Dims != d || len(dst) != nq*n {
		panic(fmt.Sprintf("vectorops: %d results for %d queries of %d against %d vectors of %d", len(dst), nq, queries.Dims, n, d))
	}
	if len(vectors.Data) == 0 {
		return
	}
	i := 0
	for ; i+queryGroup <= nq; i += queryGroup {
		four(dst[i*n:(i+queryGroup)*n], queries.Data[i*d:(i+queryGroup)*d], vectors.Data)
	}
	for ; i < nq; i++ {
		one(dst[i*n:(i+1)*n], queries.Row(i), vectors.Data)
	}
}
