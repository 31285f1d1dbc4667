package wire

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
)

// recorder notes how large the writes were.
type recorder struct {
	bytes   int
	largest int
}

func (r *recorder) Write(p []byte) (int, error) {
	r.bytes += len(p)
	r.largest = max(r.largest, len(p))
	return len(p), nil
}

// sampleRow is a row of a nearest-neighbour query.
func sampleRow(dims int) ([]frontend.Column, []datum.Datum) {
	vector := make([]byte, 4*dims)
	for i := range dims {
		binary.LittleEndian.PutUint32(vector[4*i:], math.Float32bits(float32(i)/8))
	}
	return []frontend.Column{
			column("id", oid.Int8), column("title", oid.Text), column("distance", oid.Float8), column("embedding", oid.Vector),
		}, []datum.Datum{
			datum.Int(123456), datum.Text("a title"), datum.Float(0.25), datum.Blob(vector),
		}
}

func prepared(t testing.TB, o *output, dims int, format int16) (*codec, []datum.Datum) {
	cols, row := sampleRow(dims)
	k := &codec{}
	if err := k.prepare(&fakeSession{}, cols, []int16{format}); err != nil {
		t.Fatal(err)
	}
	return k, row
}

// TestOutputIsBounded: however long a result is, what waits to be written
// stays small, so that a slow client holds up the statement.
func TestOutputIsBounded(t *testing.T) {
	w := &recorder{}
	o := &output{w: w}
	k, row := prepared(t, o, 128, formatBinary)
	for range 10000 {
		if err := k.appendRow(o, row); err != nil {
			t.Fatal(err)
		}
	}
	if w.largest > flushAt+1024 || cap(o.buf) > 4*flushAt {
		t.Errorf("writes of up to %d bytes from a buffer of %d", w.largest, cap(o.buf))
	}
	if w.bytes < 10000*128*4-flushAt {
		t.Errorf("only %d bytes were written", w.bytes)
	}
}

// TestRowsDoNotAllocate: numbers are left out of the text row, as the race
// detector makes strconv allocate for them.
func TestRowsDoNotAllocate(t *testing.T) {
	cols, row := sampleRow(16)
	for format, n := range map[int16]int{formatText: 2, formatBinary: 4} {
		o := &output{w: &recorder{}}
		var k codec
		if err := k.prepare(&fakeSession{}, cols[:n], []int16{format}); err != nil {
			t.Fatal(err)
		}
		for range 2000 {
			_ = k.appendRow(o, row[:n])
		}
		if got := testing.AllocsPerRun(1000, func() { _ = k.appendRow(o, row[:n]) }); got != 0 {
			t.Errorf("format %d: %v allocations a row", format, got)
		}
	}
}

// TestCodecIsReused holds W5, and that new columns or formats are noticed.
func TestCodecIsReused(t *testing.T) {
	s := &fakeSession{}
	cols, _ := sampleRow(1)
	var k codec
	if err := k.prepare(s, cols, nil); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		if err := k.prepare(s, cols, nil); err != nil {
			t.Fatal(err)
		}
	}); n > 1 { // the fake's environment
		t.Errorf("%v allocations", n)
	}
	others := []frontend.Column{column("a", oid.Bool), column("b", oid.Bool), column("c", oid.Bool), column("d", oid.Bool)}
	if err := k.prepare(s, others, nil); err != nil {
		t.Fatal(err)
	}
	o := &output{w: &recorder{}}
	yes := datum.Bool(true)
	if err := k.appendRow(o, []datum.Datum{yes, yes, yes, yes}); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(o.buf, []byte("\x00\x00\x00\x01t\x00\x00\x00\x01t")) {
		t.Errorf("%q was written by the encoders of other columns", o.buf)
	}
}

func BenchmarkRow(b *testing.B) {
	for _, c := range []struct {
		name   string
		dims   int
		format int16
	}{{"text/16", 16, formatText}, {"binary/16", 16, formatBinary}, {"text/784", 784, formatText}, {"binary/784", 784, formatBinary}} {
		b.Run(c.name, func(b *testing.B) {
			o := &output{w: &recorder{}}
			k, row := prepared(b, o, c.dims, c.format)
			b.ReportAllocs()
			for b.Loop() {
				if err := k.appendRow(o, row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
