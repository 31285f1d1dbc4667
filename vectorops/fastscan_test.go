package vectorops

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestFastScanAgainstGo(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, rows := range []int{0, 1, 2, 7, 25, 64, 128} {
			for _, n := range []int{0, 1, 63, 64, 65, 128, 300} {
				blocks := (n + ScanBlock - 1) / ScanBlock
				codes, tables := make([]byte, blocks*rows*ScanBlock), make([]byte, rows*32)
				for i := range codes {
					codes[i] = byte(rng.Uint32())
				}
				most := 65535 / max(2*rows, 1)
				for i := range tables {
					tables[i] = byte(rng.IntN(min(most, 255) + 1))
				}
				for _, threshold := range []uint16{0, uint16(rows * 255), 65535} {
					sums, want := make([]uint16, blocks*ScanBlock), make([]uint16, blocks*ScanBlock)
					hits, wantHits := make([]uint64, blocks), make([]uint64, blocks)
					FastScan(sums, hits, n, codes, tables, threshold, nil)
					fastScanGo(want, wantHits, blocks*ScanBlock, codes, tables, threshold)
					if n%ScanBlock > 0 {
						wantHits[blocks-1] &= 1<<(n%ScanBlock) - 1
					}
					for v := n; v < blocks*ScanBlock; v++ {
						at := v/ScanBlock*ScanBlock + ScanIndex(v%ScanBlock)
						sums[at], want[at] = 0, 0
					}
					if !slices.Equal(sums, want) || !slices.Equal(hits, wantHits) {
						t.Fatalf("%d rows, %d codes, threshold %d: sums %v, want %v; hits %x, want %x", rows, n, threshold, sums, want, hits, wantHits)
					}
				}
			}
		}
	})
}

func BenchmarkFastScan(b *testing.B) {
	all := variants()
	defer all[len(all)-1].use()
	const blocks, rows = 64, 8 // m = 16
	codes, tables := make([]byte, blocks*rows*ScanBlock), make([]byte, rows*32)
	sums, hits := make([]uint16, blocks*ScanBlock), make([]uint64, blocks)
	for _, v := range all {
		v.use()
		b.Run(v.name, func(b *testing.B) {
			for b.Loop() {
				FastScan(sums, hits, blocks*ScanBlock, codes, tables, 100, nil)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/blocks/ScanBlock, "ns/vector")
		})
	}
}
