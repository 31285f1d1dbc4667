//go:build !purego

package vectorops

// The kernels over vectors that are not float32. They are called as those in
// dispatch_amd64.go; words is the length of a row, d of the query.

// A row of half precision that is shorter than a register of AVX2 cannot be
// loaded by one.
func halfAssembly(d int) (avx512, avx2 bool) { return useAVX512, useAVX2 && d >= 8 }

func halfBlock(m raw, dst, query, rows []float32, words int) {
	n, d, stride := len(dst), len(query), 4*words
	to, q, r := first(dst), first(query), first(rows)
	switch avx512, avx2 := halfAssembly(d); {
	case avx512 && m == rawL2Squared:
		l2SquaredHalfAVX512(to, n, q, r, d, stride)
	case avx512 && m == rawProduct:
		innerProductHalfAVX512(to, n, q, r, d, stride)
	case avx512:
		l1HalfAVX512(to, n, q, r, d, stride)
	case avx2 && m == rawL2Squared:
		l2SquaredHalfAVX2(to, n, q, r, d, stride)
	case avx2 && m == rawProduct:
		innerProductHalfAVX2(to, n, q, r, d, stride)
	case avx2:
		l1HalfAVX2(to, n, q, r, d, stride)
	default:
		halfBlockWidened(m, dst, query, rows, words)
	}
}

func halfFour(m raw, dst, queries, rows []float32, words int) {
	n, d, stride := len(dst)/queryGroup, len(queries)/queryGroup, 4*words
	to, q, r := first(dst), first(queries), first(rows)
	switch avx512, avx2 := halfAssembly(d); {
	case avx512 && m == rawL2Squared:
		l2SquaredHalfFourAVX512(to, n, q, r, d, stride)
	case avx512 && m == rawProduct:
		innerProductHalfFourAVX512(to, n, q, r, d, stride)
	case avx512:
		l1HalfFourAVX512(to, n, q, r, d, stride)
	case avx2 && m == rawL2Squared:
		l2SquaredHalfFourAVX2(to, n, q, r, d, stride)
	case avx2 && m == rawProduct:
		innerProductHalfFourAVX2(to, n, q, r, d, stride)
	case avx2:
		l1HalfFourAVX2(to, n, q, r, d, stride)
	default:
		halfFourWidened(m, dst, queries, rows, words)
	}
}

func halfGather(m raw, dst, query []float32, view View, slots []uint32) {
	n, d, stride, shift := len(dst), len(query), 4*view.words, uint64(view.shift)
	to, q, at, chunks := first(dst), first(query), &slots[0], &view.chunks[0]
	switch avx512, avx2 := halfAssembly(d); {
	case avx512 && m == rawL2Squared:
		l2SquaredHalfGatherAVX512(to, n, q, at, chunks, shift, d, stride)
	case avx512 && m == rawProduct:
		innerProductHalfGatherAVX512(to, n, q, at, chunks, shift, d, stride)
	case avx512:
		l1HalfGatherAVX512(to, n, q, at, chunks, shift, d, stride)
	case avx2 && m == rawL2Squared:
		l2SquaredHalfGatherAVX2(to, n, q, at, chunks, shift, d, stride)
	case avx2 && m == rawProduct:
		innerProductHalfGatherAVX2(to, n, q, at, chunks, shift, d, stride)
	case avx2:
		l1HalfGatherAVX2(to, n, q, at, chunks, shift, d, stride)
	default:
		halfGatherWidened(m, dst, query, view, slots)
	}
}

func bitBlock(m raw, dst, query, rows []float32) {
	n, words := len(dst), len(query)
	to, q, r := first(dst), first(query), first(rows)
	switch count := m == rawProduct; {
	case useAVX512 && hasPopcount && count:
		commonAVX512(to, n, q, r, words)
	case useAVX512 && hasPopcount:
		differingAVX512(to, n, q, r, words)
	case useAVX2 && count:
		commonAVX2(to, n, q, r, words)
	case useAVX2:
		differingAVX2(to, n, q, r, words)
	default:
		bitBlockGo(m, dst, query, rows)
	}
}

func bitGather(m raw, dst, query []float32, view View, slots []uint32) {
	n, words, shift := len(dst), len(query), uint64(view.shift)
	to, q, at, chunks := first(dst), first(query), &slots[0], &view.chunks[0]
	switch count := m == rawProduct; {
	case useAVX512 && hasPopcount && count:
		commonGatherAVX512(to, n, q, at, chunks, shift, words)
	case useAVX512 && hasPopcount:
		differingGatherAVX512(to, n, q, at, chunks, shift, words)
	case useAVX2 && count:
		commonGatherAVX2(to, n, q, at, chunks, shift, words)
	case useAVX2:
		differingGatherAVX2(to, n, q, at, chunks, shift, words)
	default:
		gatherGo(dst, query, view, slots, func(dst, query, row []float32) { bitBlockGo(m, dst, query, row) })
	}
}

func widenHalves(dst []float32, src []uint16) {
	n := 0 // done in registers
	switch {
	case useAVX512 && len(src) >= 16:
		widenHalvesAVX512(&dst[0], &src[0], len(src))
		n = len(src) &^ 15
	case useAVX2 && len(src) >= 8:
		widenHalvesAVX2(&dst[0], &src[0], len(src))
		n = len(src) &^ 7
	}
	widenHalvesGo(dst[n:], src[n:])
}

func roundHalves(dst []uint16, src []float32) {
	n := 0
	switch {
	case useAVX512 && len(src) >= 16:
		roundHalvesAVX512(&dst[0], &src[0], len(src))
		n = len(src) &^ 15
	case useAVX2 && len(src) >= 8:
		roundHalvesAVX2(&dst[0], &src[0], len(src))
		n = len(src) &^ 7
	}
	roundHalvesGo(dst[n:], src[n:])
}
