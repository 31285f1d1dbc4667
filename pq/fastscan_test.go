package pq

import (
	"bytes"
	"math"
	"testing"

	"voronoi/vectorops"
)

func TestPackedCodes(t *testing.T) {
	vectors := digitMatrix(t)
	for _, m := range []int{1, 2, 7, 16, 64} {
		v := vectors
		if m == 7 {
			v = vectorops.NewMatrix(vectors.Rows(), 63)
			for i := range v.Rows() {
				copy(v.Row(i), vectors.Row(i))
			}
		}
		cb := train(t, v, Options{M: m, Ksub: ScanKsub})
		rows := cb.ScanRows()
		const n = 100
		blocks := make([]byte, 2*rows*vectorops.ScanBlock)
		codes := make([][]byte, n)
		for i := range n {
			codes[i] = make([]byte, m)
			cb.Encode(codes[i], v.Row(i))
			cb.Pack(blocks[i/vectorops.ScanBlock*rows*vectorops.ScanBlock:], i%vectorops.ScanBlock, codes[i])
		}
		back := make([]byte, m)
		for i := range n {
			cb.Unpack(back, blocks[i/vectorops.ScanBlock*rows*vectorops.ScanBlock:], i%vectorops.ScanBlock)
			if !bytes.Equal(back, codes[i]) {
				t.Fatalf("m=%d: code %v comes back as %v", m, codes[i], back)
			}
		}
		for name, tabulate := range map[string]func(dst, query []float32){"l2": cb.DistanceTable, "ip": cb.ProductTable} {
			table := make([]float32, m*cb.Ksub)
			tabulate(table, v.Row(500))
			var scan ScanTable
			cb.Quantize(&scan, table)
			sums, hits := make([]uint16, 2*vectorops.ScanBlock), make([]uint64, 2)
			vectorops.FastScan(sums, hits, n, blocks, scan.Tables, 65535, nil)
			for i, code := range codes {
				s := sums[i/vectorops.ScanBlock*vectorops.ScanBlock+vectorops.ScanIndex(i%vectorops.ScanBlock)]
				have, want := float64(scan.Bias+float32(s)*scan.Step), float64(cb.SquaredADC(table, code))
				if math.Abs(have-want) > float64(scan.Step)*(float64(m)/2+0.1)+1e-4*math.Abs(want) {
					t.Fatalf("%s, m=%d: scanned %v, by table %v, step %v", name, m, have, want, scan.Step)
				}
			}
		}
	}
}

func TestProductTable(t *testing.T) {
	vectors := digitMatrix(t)
	cb := train(t, vectors, Options{M: 8, Ksub: 16})
	table, code, decoded := make([]float32, 8*16), make([]byte, 8), make([]float32, 64)
	cb.ProductTable(table, vectors.Row(3))
	cb.Encode(code, vectors.Row(4))
	cb.Decode(decoded, code)
	have, want := float64(cb.SquaredADC(table, code)), vectorops.IP.Distance(vectors.Row(3), decoded)
	if math.Abs(have-want) > 1e-3 {
		t.Errorf("have %v, want %v", have, want)
	}
}

func TestQuantizeOfEqualEntries(t *testing.T) {
	cb := &Codebook{M: 2, Ksub: 2, Dsub: 1, Centroids: []float32{1, 1, 2, 2}}
	var scan ScanTable
	cb.Quantize(&scan, []float32{3, 3, 4, 4})
	if scan.Step != 0 || scan.Bias != 7 || !bytes.Equal(scan.Tables, make([]byte, 32)) {
		t.Errorf("have %+v", scan)
	}
	inf := float32(math.Inf(1))
	cb.Quantize(&scan, []float32{3, inf, 4, 4})
	if !bytes.Equal(scan.Tables, make([]byte, 32)) {
		t.Errorf("have %+v", scan)
	}
}
