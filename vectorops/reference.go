package vectorops

// The plain Go kernels: what runs where there is no assembly, and what every
// assembly variant is tested against. Four sums side by side, because one
// alone waits for each addition to finish; the remainder goes to the first.

func l2SquaredGo(dst, query, vectors []float32) {
	d := len(query)
	for i := range dst {
		v := vectors[i*d : i*d+d : i*d+d]
		q := query[:len(v)]
		var s0, s1, s2, s3 float32
		j := 0
		for ; j+4 <= len(v); j += 4 {
			d0, d1, d2, d3 := q[j]-v[j], q[j+1]-v[j+1], q[j+2]-v[j+2], q[j+3]-v[j+3]
			s0 += d0 * d0
			s1 += d1 * d1
			s2 += d2 * d2
			s3 += d3 * d3
		}
		for ; j < len(v); j++ {
			d0 := q[j] - v[j]
			s0 += d0 * d0
		}
		dst[i] = (s0 + s1) + (s2 + s3)
	}
}

func innerProductGo(dst, query, vectors []float32) {
	d := len(query)
	for i := range dst {
		v := vectors[i*d : i*d+d : i*d+d]
		q := query[:len(v)]
		var s0, s1, s2, s3 float32
		j := 0
		for ; j+4 <= len(v); j += 4 {
			s0 += q[j] * v[j]
			s1 += q[j+1] * v[j+1]
			s2 += q[j+2] * v[j+2]
			s3 += q[j+3] * v[j+3]
		}
		for ; j < len(v); j++ {
			s0 += q[j] * v[j]
		}
		dst[i] = (s0 + s1) + (s2 + s3)
	}
}

func l1Go(dst, query, vectors []float32) {
	d := len(query)
	for i := range dst {
		v := vectors[i*d : i*d+d : i*d+d]
		q := query[:len(v)]
		var s0, s1, s2, s3 float32
		j := 0
		for ; j+4 <= len(v); j += 4 {
			s0 += abs32(q[j] - v[j])
			s1 += abs32(q[j+1] - v[j+1])
			s2 += abs32(q[j+2] - v[j+2])
			s3 += abs32(q[j+3] - v[j+3])
		}
		for ; j < len(v); j++ {
			s0 += abs32(q[j] - v[j])
		}
		dst[i] = (s0 + s1) + (s2 + s3)
	}
}

// The four-query forms take four queries one after the other and write four
// rows of results.

func l2SquaredFourGo(dst, queries, vectors []float32) { byQuery(l2SquaredGo, dst, queries, vectors) }
func innerProductFourGo(dst, queries, vectors []float32) {
	byQuery(innerProductGo, dst, queries, vectors)
}
func l1FourGo(dst, queries, vectors []float32) { byQuery(l1Go, dst, queries, vectors) }

func byQuery(one func(dst, query, vectors []float32), dst, queries, vectors []float32) {
	n, d := len(dst)/queryGroup, len(queries)/queryGroup
	for i := range queryGroup {
		one(dst[i*n:(i+1)*n], queries[i*d:(i+1)*d], vectors)
	}
}

func abs32(x float32) float32 { return max(x, -x) }
