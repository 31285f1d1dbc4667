//go:build !purego

package vectorops

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate sh -c "cd _asm && go run . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg vectorops"

// Which variant runs is decided once. Only tests change it.
var (
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2 && cpu.X86.HasF16C
	hasAVX512 = hasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL
	useAVX2   = hasAVX2
	useAVX512 = hasAVX512
	hasVBMI   = cpu.X86.HasAVX512VBMI // only for byteScan
	// The first processors with AVX-512 cannot count bits in a register.
	hasPopcount = cpu.X86.HasAVX512VPOPCNTDQ
)

// Kernels names the kernel variant in use.
func Kernels() string {
	switch {
	case useAVX512:
		return "avx512"
	case useAVX2:
		return "avx2"
	}
	return "go"
}

// variants lists the kernel variants that this machine can run, the one in use
// last.
func variants() []variant {
	all := []variant{{"go", func() { useAVX512, useAVX2 = false, false }}}
	if hasAVX2 {
		all = append(all, variant{"avx2", func() { useAVX512, useAVX2 = false, true }})
	}
	if hasAVX512 {
		all = append(all, variant{"avx512", func() { useAVX512, useAVX2 = true, true }})
	}
	return all
}

// The functions below are called with lengths that fit and with at least one
// vector of at least one dimension.

func first(v []float32) *float32 { return unsafe.SliceData(v) }

func l2Squared(dst, query, vectors []float32) {
	switch {
	case useAVX512:
		l2SquaredAVX512(first(dst), len(dst), first(query), first(vectors), len(query))
	case useAVX2:
		l2SquaredAVX2(first(dst), len(dst), first(query), first(vectors), len(query))
	default:
		l2SquaredGo(dst, query, vectors)
	}
}

func innerProduct(dst, query, vectors []float32) {
	switch {
	case useAVX512:
		innerProductAVX512(first(dst), len(dst), first(query), first(vectors), len(query))
	case useAVX2:
		innerProductAVX2(first(dst), len(dst), first(query), first(vectors), len(query))
	default:
		innerProductGo(dst, query, vectors)
	}
}

func l1(dst, query, vectors []float32) {
	switch {
	case useAVX512:
		l1AVX512(first(dst), len(dst), first(query), first(vectors), len(query))
	case useAVX2:
		l1AVX2(first(dst), len(dst), first(query), first(vectors), len(query))
	default:
		l1Go(dst, query, vectors)
	}
}

func l2SquaredFour(dst, queries, vectors []float32) {
	n, d := len(dst)/queryGroup, len(queries)/queryGroup
	switch {
	case useAVX512:
		l2SquaredFourAVX512(first(dst), n, first(queries), first(vectors), d)
	case useAVX2:
		l2SquaredFourAVX2(first(dst), n, first(queries), first(vectors), d)
	default:
		l2SquaredFourGo(dst, queries, vectors)
	}
}

func innerProductFour(dst, queries, vectors []float32) {
	n, d := len(dst)/queryGroup, len(queries)/queryGroup
	switch {
	case useAVX512:
		innerProductFourAVX512(first(dst), n, first(queries), first(vectors), d)
	case useAVX2:
		innerProductFourAVX2(first(dst), n, first(queries), first(vectors), d)
	default:
		innerProductFourGo(dst, queries, vectors)
	}
}

func l1Four(dst, queries, vectors []float32) {
	n, d := len(dst)/queryGroup, len(queries)/queryGroup
	switch {
	case useAVX512:
		l1FourAVX512(first(dst), n, first(queries), first(vectors), d)
	case useAVX2:
		l1FourAVX2(first(dst), n, first(queries), first(vectors), d)
	default:
		l1FourGo(dst, queries, vectors)
	}
}

func l2SquaredGather(dst, query []float32, view View, slots []uint32) {
	switch {
	case useAVX512:
		l2SquaredGatherAVX512(first(dst), len(slots), first(query), &slots[0], &view.chunks[0], uint64(view.shift), len(query))
	case useAVX2:
		l2SquaredGatherAVX2(first(dst), len(slots), first(query), &slots[0], &view.chunks[0], uint64(view.shift), len(query))
	default:
		gatherGo(dst, query, view, slots, l2SquaredGo)
	}
}

func innerProductGather(dst, query []float32, view View, slots []uint32) {
	switch {
	case useAVX512:
		innerProductGatherAVX512(first(dst), len(slots), first(query), &slots[0], &view.chunks[0], uint64(view.shift), len(query))
	case useAVX2:
		innerProductGatherAVX2(first(dst), len(slots), first(query), &slots[0], &view.chunks[0], uint64(view.shift), len(query))
	default:
		gatherGo(dst, query, view, slots, innerProductGo)
	}
}

func l1Gather(dst, query []float32, view View, slots []uint32) {
	switch {
	case useAVX512:
		l1GatherAVX512(first(dst), len(slots), first(query), &slots[0], &view.chunks[0], uint64(view.shift), len(query))
	case useAVX2:
		l1GatherAVX2(first(dst), len(slots), first(query), &slots[0], &view.chunks[0], uint64(view.shift), len(query))
	default:
		gatherGo(dst, query, view, slots, l1Go)
	}
}

func fastScan(sums []uint16, hits []uint64, n int, codes, tables []byte, threshold uint16, next []byte) {
	rows, ahead := len(tables)/32, &codes[0]
	if len(next) > 0 {
		ahead = &next[0]
	}
	switch {
	case useAVX512:
		fastScanAVX512(&sums[0], &hits[0], &codes[0], &tables[0], len(hits), rows, threshold, ahead)
	case useAVX2:
		fastScanAVX2(&sums[0], &hits[0], &codes[0], &tables[0], len(hits), rows, threshold, ahead)
	default:
		fastScanGo(sums, hits, n, codes, tables, threshold)
	}
}

// byteScan needs permutations of bytes beyond what the other kernels need.
func byteScan(sums []uint16, hits []uint64, n int, codes, tables []byte, threshold uint16) {
	rows := len(tables) / 256
	switch {
	case useAVX512 && hasVBMI:
		byteScanAVX512(&sums[0], &hits[0], &codes[0], &tables[0], len(hits), rows, threshold)
	case useAVX2:
		byteScanAVX2(&sums[0], &hits[0], &codes[0], &tables[0], len(hits), rows, threshold)
	default:
		byteScanGo(sums, hits, n, codes, tables, threshold)
	}
}

func tabulate(dst, bounds, weights, rows []float32, parts, terms, n int) {
	switch {
	case useAVX512:
		tabulateAVX512(first(dst), first(bounds), first(weights), first(rows), parts, terms, n)
	case useAVX2:
		tabulateAVX2(first(dst), first(bounds), first(weights), first(rows), parts, terms, n)
	default:
		tabulateGo(dst, bounds, weights, rows, parts, terms, n)
	}
}

func toBytes(dst []byte, table, bounds []float32, factor float32, parts, n int) {
	switch {
	case useAVX512:
		toBytesAVX512(&dst[0], first(table), first(bounds), factor, parts, n)
	case useAVX2:
		toBytesAVX2(&dst[0], first(table), first(bounds), factor, parts, n)
	default:
		toBytesGo(dst, table, bounds, factor, parts, n)
	}
}

// assignTile is the shape of fusedTile.
func assignTile() tile {
	switch {
	case useAVX512:
		return tile{points: 12, lanes: 32}
	case useAVX2:
		return tile{points: 6, lanes: 16}
	}
	return tile{}
}

// fusedTile meets one tile of points with panels of centroids.
func fusedTile(best []float32, index []uint32, points, panels []float32, d int, from uint32) {
	if useAVX512 {
		assignTileAVX512(first(best), &index[0], first(points), d, first(panels), len(panels)/(32*(1+d)), from)
	} else {
		assignTileAVX2(first(best), &index[0], first(points), d, first(panels), len(panels)/(16*(1+d)), from)
	}
}
