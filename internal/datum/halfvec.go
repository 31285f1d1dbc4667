package datum

import (
	"encoding/binary"
	"math"

	"voronoi/internal/float16"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// A halfvec is stored as little-endian half floats: 16 bits, of which 5 are the
// exponent and 10 the fraction.

func init() {
	register(&Type{
		OID: oid.HalfVec, Name: "halfvec", Storage: KindBlob, Ordering: OrderKey,
		Input:      func(_ *Env, s string) (Datum, error) { return parseHalfVec(s) },
		AppendText: func(dst []byte, _ *Env, d Datum) []byte { return appendVectorText(dst, HalfVecFloats(d)) },
		Recv:       func(_ *Env, b []byte) (Datum, error) { return recvHalfVec(b) },
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte {
			dst = binary.BigEndian.AppendUint16(dst, uint16(len(d.b)/2))
			dst = append(dst, 0, 0)
			for b := d.b; len(b) >= 2; b = b[2:] {
				dst = append(dst, b[1], b[0])
			}
			return dst
		},
		Coerce: func(d Datum, typmod int32, _ bool) (Datum, error) {
			if err := CheckDims(HalfVecDims(d), typmod); err != nil {
				return Null, err
			}
			return d, nil
		},
		Compare:   func(a, b Datum) int { return compareFloatLists(HalfVecFloats(a), HalfVecFloats(b)) },
		AppendKey: func(dst []byte, d Datum) []byte { return appendFloatsKey(dst, HalfVecFloats(d)) },
	})
}

// HalfVecDims is the number of dimensions of a stored halfvec.
func HalfVecDims(d Datum) int { return len(d.b) / 2 }

// HalfVecFloats is the elements of a stored halfvec.
func HalfVecFloats(d Datum) []float32 {
	return AppendHalfVecFloats(make([]float32, 0, len(d.b)/2), d)
}

// AppendHalfVecFloats appends the elements of a stored halfvec to dst.
func AppendHalfVecFloats(dst []float32, d Datum) []float32 {
	for b := d.b; len(b) >= 2; b = b[2:] {
		dst = append(dst, float16.Widen(binary.LittleEndian.Uint16(b)))
	}
	return dst
}

// HalfVecFromFloats rounds floats to a halfvec; an element too large for a half
// float is refused.
func HalfVecFromFloats(v []float32) (Datum, error) {
	b := make([]byte, 0, 2*len(v))
	for _, x := range v {
		h := float16.Round(x)
		if float16.IsInf(h) && !math.IsInf(float64(x), 0) {
			return Null, halfRange(string(AppendFloat(nil, float64(x), 32)))
		}
		b = binary.LittleEndian.AppendUint16(b, h)
	}
	return Blob(b), nil
}

func halfRange(text string) error {
	return pgerr.Newf(pgerr.NumericValueOutOfRange, `"%s" is out of range for type halfvec`, text)
}

func parseHalfVec(s string) (Datum, error) {
	b := make([]byte, 0, len(s)/2)
	err := scanFloatList("halfvec", s, func(text string, x float32) error {
		h := float16.Round(x)
		if float16.IsInf(h) {
			return halfRange(text)
		}
		b = binary.LittleEndian.AppendUint16(b, h)
		return nil
	})
	return Blob(b), err
}

func recvHalfVec(b []byte) (Datum, error) {
	body, err := floatListHeader("halfvec", b, 2)
	if err != nil {
		return Null, err
	}
	out := make([]byte, len(body))
	for i := 0; i < len(body); i += 2 {
		if body[i]&0x7c == 0x7c { // infinite or NaN
			return Null, CheckElement("halfvec", float16.Widen(binary.BigEndian.Uint16(body[i:])))
		}
		out[i], out[i+1] = body[i+1], body[i]
	}
	return Blob(out), nil
}
