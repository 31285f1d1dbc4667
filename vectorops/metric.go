package vectorops

import "math"

// Metric is a measure of how far two vectors are apart.
type Metric uint8

const (
	// L2 is the Euclidean distance, the operator <->.
	L2 Metric = iota
	// IP is the negative inner product, the operator <#>.
	IP
	// Cosine is one minus the cosine of the angle, the operator <=>.
	Cosine
	// Manhattan is the sum of absolute differences, the operator <+>.
	Manhattan
	// Hamming is the number of positions at which vectors of zeros and ones
	// differ, the operator <~>.
	Hamming
	// Jaccard is, over vectors of zeros and ones, one minus the part of the ones
	// in either that are in both, the operator <%>.
	Jaccard
)

var metricNames = [...]string{L2: "l2", IP: "ip", Cosine: "cosine", Manhattan: "l1", Hamming: "hamming", Jaccard: "jaccard"}

// String is the metric's short name: l2, ip, cosine, l1, hamming or jaccard.
func (m Metric) String() string {
	if int(m) < len(metricNames) {
		return metricNames[m]
	}
	return "unknown metric"
}

// Valid reports whether m is one of the metrics.
func (m Metric) Valid() bool { return int(m) < len(metricNames) }

// ParseMetric finds a metric by its short name.
func ParseMetric(name string) (Metric, bool) {
	for m, n := range metricNames {
		if n == name {
			return Metric(m), true
		}
	}
	return 0, false
}

// Distance is the distance between a and b as the SQL operator gives it.
// The vectors must have the same length. The cosine distance to a vector of
// zeros is NaN.
func (m Metric) Distance(a, b []float32) float64 {
	switch m {
	case L2:
		return math.Sqrt(float64(pairL2Squared(a, b)))
	case IP:
		return float64(-pairInnerProduct(a, b))
	case Cosine:
		return CosineDistance(pairInnerProduct(a, b), SquaredNorm(a), SquaredNorm(b))
	case Hamming:
		return float64(pairL2Squared(a, b))
	case Jaccard:
		return JaccardDistance(pairInnerProduct(a, b), SquaredNorm(a), SquaredNorm(b))
	default:
		return float64(pairL1(a, b))
	}
}

// Raw measures one query against a block with the metric's kernel: squared
// distances for L2 and Hamming, inner products for IP, Cosine and Jaccard,
// distances for Manhattan.
func (m Metric) Raw(dst, query, vectors []float32) {
	switch m.raw() {
	case rawL2Squared:
		L2Squared(dst, query, vectors)
	case rawProduct:
		InnerProduct(dst, query, vectors)
	default:
		L1(dst, query, vectors)
	}
}

// RawMulti is Raw for several queries at once, each a row: dst[i·n+j] is of
// query i and vector j of n. The values are those of Raw for each query alone,
// bit for bit; four queries share each load of a vector.
func (m Metric) RawMulti(dst []float32, queries, vectors Matrix) {
	switch m.raw() {
	case rawL2Squared:
		L2SquaredMulti(dst, queries, vectors)
	case rawProduct:
		InnerProductMulti(dst, queries, vectors)
	default:
		L1Multi(dst, queries, vectors)
	}
}

// Rank turns what Raw gave into ranks, by which a scan compares candidates:
// they order as the distances do and are cheaper to have. For L2 that is the
// squared distance, for the others the distance itself. norms holds the
// squared norms of the vectors and queryNorm that of the query; only a metric
// that UsesNorms reads them.
func (m Metric) Rank(dst []float64, raw []float32, queryNorm float32, norms []float32) {
	switch m {
	case IP:
		for i, v := range raw {
			dst[i] = float64(-v)
		}
	case Cosine:
		for i, v := range raw {
			dst[i] = CosineDistance(v, queryNorm, norms[i])
		}
	case Jaccard:
		for i, v := range raw {
			dst[i] = JaccardDistance(v, queryNorm, norms[i])
		}
	default:
		for i, v := range raw {
			dst[i] = float64(v)
		}
	}
}

// FromRank turns a rank into the distance that the SQL operator gives.
func (m Metric) FromRank(rank float64) float64 {
	if m == L2 {
		return math.Sqrt(rank)
	}
	return rank
}

// UsesNorms reports whether Rank reads norms.
func (m Metric) UsesNorms() bool { return m == Cosine || m == Jaccard }

// JaccardDistance is the Jaccard distance of two vectors of zeros and ones from
// the number of ones that both have and that each has. It is 1 when none is in
// both, also when there is none at all.
func JaccardDistance(both, a, b float32) float64 {
	if both == 0 {
		return 1
	}
	return 1 - float64(both)/(float64(a)+float64(b)-float64(both))
}

// CosineDistance is the cosine distance of two vectors from their inner
// product and squared norms: NaN when a norm is zero, and within 0 and 2
// otherwise although the sums were rounded.
func CosineDistance(product, squaredNormA, squaredNormB float32) float64 {
	// One root of the product of the norms, not a product of roots: equal
	// vectors then have distance 0 exactly.
	similarity := float64(product) / math.Sqrt(float64(squaredNormA)*float64(squaredNormB))
	switch {
	case similarity > 1:
		similarity = 1
	case similarity < -1:
		similarity = -1
	}
	return 1 - similarity
}

// SphericalDistance is the angle between two unit vectors in units of π,
// pgvector's vector_spherical_distance.
func SphericalDistance(a, b []float32) float64 {
	p := float64(pairInnerProduct(a, b))
	return math.Acos(min(max(p, -1), 1)) / math.Pi
}

// The kernels for a single pair (invariant 1). They are three functions, not
// one over a kernel, so that nothing is allocated for the result.

func pairL2Squared(a, b []float32) float32 {
	var dst [1]float32
	L2Squared(dst[:], a, b)
	return dst[0]
}

func pairInnerProduct(a, b []float32) float32 {
	var dst [1]float32
	InnerProduct(dst[:], a, b)
	return dst[0]
}

func pairL1(a, b []float32) float32 {
	var dst [1]float32
	L1(dst[:], a, b)
	return dst[0]
}
