//go:build !amd64 || purego

package vectorops

// Kernels names the kernel variant in use.
func Kernels() string { return "go" }

func l2Squared(dst, query, vectors []float32)          { l2SquaredGo(dst, query, vectors) }
func innerProduct(dst, query, vectors []float32)       { innerProductGo(dst, query, vectors) }
func l1(dst, query, vectors []float32)                 { l1Go(dst, query, vectors) }
func l2SquaredFour(dst, queries, vectors []float32)    { l2SquaredFourGo(dst, queries, vectors) }
func innerProductFour(dst, queries, vectors []float32) { innerProductFourGo(dst, queries, vectors) }
func l1Four(dst, queries, vectors []float32)           { l1FourGo(dst, queries, vectors) }

func l2SquaredGather(dst, query []float32, view View, slots []uint32) {
	gatherGo(dst, query, view, slots, l2SquaredGo)
}

func innerProductGather(dst, query []float32, view View, slots []uint32) {
	gatherGo(dst, query, view, slots, innerProductGo)
}

func l1Gather(dst, query []float32, view View, slots []uint32) {
	gatherGo(dst, query, view, slots, l1Go)
}

func fastScan(sums []uint16, hits []uint64, n int, codes, tables []byte, threshold uint16, _ []byte) {
	fastScanGo(sums, hits, n, codes, tables, threshold)
}

func byteScan(sums []uint16, hits []uint64, n int, codes, tables []byte, threshold uint16) {
	byteScanGo(sums, hits, n, codes, tables, threshold)
}

func tabulate(dst, bounds, weights, rows []float32, parts, terms, n int) {
	tabulateGo(dst, bounds, weights, rows, parts, terms, n)
}

func toBytes(dst []byte, table, bounds []float32, factor float32, parts, n int) {
	toBytesGo(dst, table, bounds, factor, parts, n)
}

// assignTile is the shape of fusedTile: there is none.
func assignTile() tile { return tile{} }

func fusedTile([]float32, []uint32, []float32, []float32, int, uint32) {
	panic("vectorops: no fused assignment without assembly")
}

// variants lists the kernel variants that this machine can run, the one in use
// last.
func variants() []variant { return []variant{{"go", func() {}}} }

func halfBlock(m raw, dst, query, rows []float32, words int) {
	halfBlockWidened(m, dst, query, rows, words)
}

func halfFour(m raw, dst, queries, rows []float32, words int) {
	halfFourWidened(m, dst, queries, rows, words)
}

func halfGather(m raw, dst, query []float32, view View, slots []uint32) {
	halfGatherWidened(m, dst, query, view, slots)
}

func bitBlock(m raw, dst, query, rows []float32) { bitBlockGo(m, dst, query, rows) }

func bitGather(m raw, dst, query []float32, view View, slots []uint32) {
	gatherGo(dst, query, view, slots, func(dst, query, row []float32) { bitBlockGo(m, dst, query, row) })
}

func widenHalves(dst []float32, src []uint16) { widenHalvesGo(dst, src) }
func roundHalves(dst []uint16, src []float32) { roundHalvesGo(dst, src) }
