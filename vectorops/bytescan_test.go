package vectorops

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestByteScanAgainstGo(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, rows := range []int{0, 1, 2, 7, 50, 128, 257} {
			for _, n := range []int{0, 1, 63, 64, 65, 128, 300} {
				blocks := (n + ScanBlock - 1) / ScanBlock
				codes, tables := make([]byte, blocks*rows*ScanBlock), make([]byte, rows*256)
				for i := range codes {
					codes[i] = byte(rng.Uint32())
				}
				most := 65535 / max(rows, 1)
				for i := range tables {
					tables[i] = byte(rng.IntN(min(most, 255) + 1))
				}
				for _, threshold := range []uint16{0, uint16(rows * 127), 65535} {
					sums := make([]uint16, blocks*ScanBlock)
					hits, wantHits := make([]uint64, blocks), make([]uint64, blocks)
					ByteScan(sums, hits, n, codes, tables, threshold)
					want := slices.Clone(sums) // what is behind n means nothing
					for v := range n {
						sum := uint16(0)
						for j := range rows {
							sum += uint16(tables[j*256+int(codes[v/ScanBlock*rows*ScanBlock+j*ScanBlock+v%ScanBlock])])
						}
						want[v/ScanBlock*ScanBlock+ScanIndex(v%ScanBlock)] = sum
						if sum <= threshold {
							wantHits[v/ScanBlock] |= 1 << (v % ScanBlock)
						}
					}
					if !slices.Equal(sums, want) || !slices.Equal(hits, wantHits) {
						t.Fatalf("%d rows, %d codes, threshold %d: sums %v, want %v; hits %x, want %x", rows, n, threshold, sums, want, hits, wantHits)
					}
				}
			}
		}
	})
}

func BenchmarkByteScan(b *testing.B) {
	all := variants()
	defer all[len(all)-1].use()
	const blocks, rows = 64, 16
	codes, tables := make([]byte, blocks*rows*ScanBlock), make([]byte, rows*256)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range codes {
		codes[i] = byte(rng.Uint32())
	}
	sums, hits := make([]uint16, blocks*ScanBlock), make([]uint64, blocks)
	for _, v := range all {
		v.use()
		b.Run(v.name, func(b *testing.B) {
			for b.Loop() {
				ByteScan(sums, hits, blocks*ScanBlock, codes, tables, 100)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/blocks/ScanBlock, "ns/vector")
		})
	}
}
