package vectorops

import "fmt"

// ByteScan is FastScan for codes of a byte for each part: codes holds for each
// block rows of ScanBlock bytes, byte v of row j part j of vector v, and tables
// 256 entries for each part.
func ByteScan(sums []uint16, hits []uint64, n int, codes, tables []byte, threshold uint16) {
	blocks, rows := (n+ScanBlock-1)/ScanBlock, len(tables)/256
	if len(hits) != blocks || len(sums) != blocks*ScanBlock || len(tables) != rows*256 || len(codes) != blocks*rows*ScanBlock {
		panic(fmt.Sprintf("vectorops: %d sums and %d bytes of codes for %d blocks of %d rows of bytes", len(sums), len(codes), blocks, rows))
	}
	if rows == 0 {
		scanNothing(sums, hits)
	} else if blocks > 0 {
		byteScan(sums, hits, n, codes, tables, threshold)
	}
	hideBehind(hits, n)
}

// byteScanGo does not touch the codes behind n: someone may be writing them.
func byteScanGo(sums []uint16, hits []uint64, n int, codes, tables []byte, threshold uint16) {
	rows := len(tables) / 256
	var whole [ScanBlock]uint16
	for b := range hits {
		block := codes[b*rows*ScanBlock:]
		clear(whole[:])
		have := min(n-b*ScanBlock, ScanBlock)
		for j := range rows {
			table := (*[256]byte)(tables[j*256:])
			for v, c := range block[j*ScanBlock : j*ScanBlock+have] {
				whole[v&(ScanBlock-1)] += uint16(table[c])
			}
		}
		out := sums[b*ScanBlock : (b+1)*ScanBlock]
		var hit uint64
		for v, s := range whole {
			out[ScanIndex(v)] = s
			if s <= threshold {
				hit |= 1 << v
			}
		}
		hits[b] = hit
	}
}
