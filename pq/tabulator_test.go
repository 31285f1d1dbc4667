package pq

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"voronoi/vectorops"
)

// The table of a query, by the codes of 4 bits and of a byte, says what the sum
// of its entries is: within half a step for each part.
func TestTabulator(t *testing.T) {
	vectors := digitMatrix(t)
	for _, o := range []Options{{M: 1, Ksub: 16}, {M: 16, Ksub: 16}, {M: 64, Ksub: 9}, {M: 1, Ksub: 256}, {M: 16, Ksub: 256}, {M: 32, Ksub: 100}} {
		cb := train(t, vectors, o)
		layout, code := cb.Layout(), make([]byte, cb.M)
		rows := layout.BlockBytes()
		const n = 200
		blocks := (n + vectorops.ScanBlock - 1) / vectorops.ScanBlock
		packed := make([]byte, blocks*rows)
		for i := range n {
			cb.Encode(code, vectors.Row(i))
			layout.Pack(packed[i/vectorops.ScanBlock*rows:], i%vectorops.ScanBlock, code)
			back := make([]byte, cb.M)
			layout.Unpack(back, packed[i/vectorops.ScanBlock*rows:], i%vectorops.ScanBlock)
			if !bytes.Equal(back, code) {
				t.Fatalf("%+v: code %v comes back as %v", o, code, back)
			}
		}
		for _, product := range []bool{false, true} {
			t.Run(fmt.Sprintf("m=%d,ksub=%d,product=%v", o.M, o.Ksub, product), func(t *testing.T) {
				tabulator := NewTabulator(cb, product)
				table, decoded := make([]float32, cb.M*cb.Ksub), make([]float32, cb.Dims())
				var scan ScanTable
				sums, hits := make([]uint16, blocks*vectorops.ScanBlock), make([]uint64, blocks)
				for _, q := range []int{500, 1000} { // the table's memory is used again
					query := vectors.Row(q)
					tabulator.Tabulate(&scan, query)
					scan.Scan(sums, hits, n, packed, 65535, nil)
					if product {
						cb.ProductTable(table, query)
					} else {
						cb.DistanceTable(table, query)
					}
					for i := range n {
						cb.Encode(code, vectors.Row(i))
						cb.Decode(decoded, code)
						s := sums[i/vectorops.ScanBlock*vectorops.ScanBlock+vectorops.ScanIndex(i%vectorops.ScanBlock)]
						have, want := float64(scan.Bias+float32(s)*scan.Step), float64(cb.SquaredADC(table, code))
						if math.Abs(have-want) > float64(scan.Step)*(float64(cb.M)/2+0.1)+1e-3*math.Abs(want) {
							t.Fatalf("scanned %v, by table %v, step %v", have, want, scan.Step)
						}
					}
				}
			})
		}
	}
}

func TestTabulateOfOneCentroid(t *testing.T) {
	cb := &Codebook{M: 2, Ksub: 1, Dsub: 1, Centroids: []float32{1, 2}}
	var scan ScanTable
	NewTabulator(cb, false).Tabulate(&scan, []float32{3, 4})
	if scan.Step != 0 || scan.Bias != 8 || !bytes.Equal(scan.Tables, make([]byte, 32)) {
		t.Errorf("have %+v", scan)
	}
}

func TestTabulateOfInfinities(t *testing.T) {
	cb := &Codebook{M: 2, Ksub: 2, Dsub: 1, Centroids: []float32{1, math.MaxFloat32, 2, 2}}
	var scan ScanTable
	NewTabulator(cb, false).Tabulate(&scan, []float32{3, 4})
	if scan.Step != 0 || !bytes.Equal(scan.Tables, make([]byte, 32)) {
		t.Errorf("have %+v", scan)
	}
}

func TestMovedCodes(t *testing.T) {
	for _, l := range []Layout{{Parts: 5}, {Parts: 5, Bytes: true}} {
		a, b := make([]byte, l.BlockBytes()), make([]byte, l.BlockBytes())
		l.Pack(a, 7, []byte{1, 2, 3, 4, 5})
		l.Move(b, 60, a, 7)
		back := make([]byte, 5)
		if l.Unpack(back, b, 60); !bytes.Equal(back, []byte{1, 2, 3, 4, 5}) {
			t.Errorf("%+v: have %v", l, back)
		}
	}
}
