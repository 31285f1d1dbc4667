package vectorops

import "fmt"

// ScanBlock is how many vectors a block of 4-bit codes holds.
const ScanBlock = 64

// ScanIndex is where in a block's sums the sum of its vector v is: those of
// the even vectors come first.
func ScanIndex(v int) int { return v&1*(ScanBlock/2) + v>>1 }

// FastScan sums table entries by the 4-bit codes of n vectors, ScanBlock of
// them at a time, and writes for each block its sums, in the order of
// ScanIndex, and the set of vectors whose sum is at most threshold, vector v
// as bit v. The sums behind n mean nothing, and no such vector is in the set.
//
// codes holds for each block rows of ScanBlock bytes: byte v of row j has part
// 2j of vector v in its low half and part 2j+1 in its high half. tables holds
// 16 entries for each part. No sum may exceed 65535. next is the codes that will
// be scanned after these, which are fetched into the cache meanwhile; nil if
// there are none.
func FastScan(sums []uint16, hits []uint64, n int, codes, tables []byte, threshold uint16, next []byte) {
	blocks, rows := (n+ScanBlock-1)/ScanBlock, len(tables)/32
	if len(hits) != blocks || len(sums) != blocks*ScanBlock || len(tables) != rows*32 || len(codes) != blocks*rows*ScanBlock {
		panic(fmt.Sprintf("vectorops: %d sums and %d bytes of codes for %d blocks of %d rows", len(sums), len(codes), blocks, rows))
	}
	if rows == 0 {
		scanNothing(sums, hits)
	} else if blocks > 0 {
		fastScan(sums, hits, n, codes, tables, threshold, next)
	}
	hideBehind(hits, n)
}

// scanNothing is a scan of codes without parts: every sum is 0.
func scanNothing(sums []uint16, hits []uint64) {
	clear(sums)
	for i := range hits {
		hits[i] = ^uint64(0)
	}
}

// hideBehind takes what is behind n out of the hits of a scan.
func hideBehind(hits []uint64, n int) {
	if rest := n % ScanBlock; rest > 0 {
		hits[len(hits)-1] &= 1<<rest - 1
	}
}

// fastScanGo does not touch the codes behind n: someone may be writing them.
func fastScanGo(sums []uint16, hits []uint64, n int, codes, tables []byte, threshold uint16) {
	rows := len(tables) / 32
	for b := range hits {
		block := codes[b*rows*ScanBlock:]
		out := sums[b*ScanBlock : (b+1)*ScanBlock]
		clear(out)
		for j := range rows {
			low, high := tables[j*32:j*32+16], tables[j*32+16:j*32+32]
			for v, c := range block[j*ScanBlock : j*ScanBlock+min(n-b*ScanBlock, ScanBlock)] {
				out[ScanIndex(v)] += uint16(low[c&15]) + uint16(high[c>>4])
			}
		}
		hits[b] = 0
		for v := range ScanBlock {
			if out[ScanIndex(v)] <= threshold {
				hits[b] |= 1 << v
			}
		}
	}
}
