package datum

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
)

// The keys made here are self-delimiting: no key is a prefix of another, so
// keys one after the other still compare element by element.

// appendIntKey appends 8 bytes in the order of the integers.
func appendIntKey(dst []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(v)^1<<63)
}

// appendFloatKey appends 8 bytes in Postgres's order of floats: -0 equals 0
// and NaN is the largest.
func appendFloatKey(dst []byte, v float64) []byte {
	var u uint64
	switch {
	case v != v:
		u = math.MaxUint64
	case v == 0:
		u = 1 << 63
	default:
		u = math.Float64bits(v)
		if u>>63 != 0 {
			u = ^u
		} else {
			u |= 1 << 63
		}
	}
	return binary.BigEndian.AppendUint64(dst, u)
}

// appendBytesKey appends b with its zero bytes escaped, and an end mark that
// is smaller than anything that could follow.
func appendBytesKey(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, 0)
		if i < 0 {
			break
		}
		dst = append(dst, b[:i]...)
		dst = append(dst, 0, 0xff)
		b = b[i+1:]
	}
	dst = append(dst, b...)
	return append(dst, 0, 1)
}

func compareInts(a, b Datum) int { return cmp.Compare(a.Int(), b.Int()) }

func compareBytes(a, b Datum) int { return bytes.Compare(a.b, b.b) }

func keyOfInt(dst []byte, d Datum) []byte { return appendIntKey(dst, d.Int()) }

func keyOfBytes(dst []byte, d Datum) []byte { return appendBytesKey(dst, d.b) }

func keyOfFloat(dst []byte, d Datum) []byte { return appendFloatKey(dst, d.Float()) }
