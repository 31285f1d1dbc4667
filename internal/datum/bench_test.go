package datum

import (
	"math/rand/v2"
	"testing"

	"voronoi/internal/oid"
)

func randomVector(dims int) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	v := make([]float32, dims)
	for i := range v {
		v[i] = r.Float32()*2 - 1
	}
	return v
}

func BenchmarkVectorText784(b *testing.B) {
	typ := ByOID(oid.Vector)
	d := FromFloats(randomVector(784))
	text := string(typ.AppendText(nil, nil, d))
	b.Run("out", func(b *testing.B) {
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			buf = typ.AppendText(buf[:0], nil, d)
		}
	})
	b.Run("in", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := typ.Input(nil, text); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVectorBinary784(b *testing.B) {
	typ := ByOID(oid.Vector)
	d := FromFloats(randomVector(784))
	wire := typ.AppendBinary(nil, nil, d)
	b.Run("out", func(b *testing.B) {
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			buf = typ.AppendBinary(buf[:0], nil, d)
		}
	})
	b.Run("in", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := typ.Recv(nil, wire); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkFloatArrayIn1536(b *testing.B) {
	elem, typ := ByOID(oid.Float8), ByOID(oid.Float8Array)
	elems := make([]Datum, 1536)
	for i, v := range randomVector(len(elems)) {
		elems[i] = Float(float64(v))
	}
	wire := typ.AppendBinary(nil, nil, NewArray(elem, elems))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := typ.Recv(nil, wire); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNumeric(b *testing.B) {
	x, y := Text("12345.6789"), Text("-987.65")
	for name, f := range map[string]func(a, b Datum) (Datum, error){"add": NumericAdd, "mul": NumericMul, "div": NumericDiv} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f(x, y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("cmp", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NumericCmp(x, y)
		}
	})
	b.Run("sum", func(b *testing.B) {
		var s NumericSum
		b.ReportAllocs()
		for b.Loop() {
			s.Add(x)
		}
	})
}

func BenchmarkTimestampText(b *testing.B) {
	typ, env := ByOID(oid.TimestampTZ), DefaultEnv()
	d, err := typ.Input(env, "2024-01-31 10:00:00.123456")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("out", func(b *testing.B) {
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			buf = typ.AppendText(buf[:0], env, d)
		}
	})
	for name, text := range map[string]string{"in": "2024-01-31 10:00:00.123456", "in zoned": "2024-01-31T10:00:00+00"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := typ.Input(env, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkJSONB(b *testing.B) {
	typ := ByOID(oid.JSONB)
	text := `{"source": "doc.pdf", "page": 12, "tags": ["a", "b"], "author": {"name": "x", "id": 7}}`
	b.ReportAllocs()
	for b.Loop() {
		if _, err := typ.Input(nil, text); err != nil {
			b.Fatal(err)
		}
	}
}
