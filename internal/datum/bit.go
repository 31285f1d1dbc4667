package datum

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"unicode/utf8"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// A bit string is stored packed, the first bit in the highest position, with
// one more byte at the end: the number of bits of the last byte that do not
// belong to it. Those bits are 0.

func init() {
	register(
		bitType(oid.Bit, "bit", coerceBit),
		bitType(oid.VarBit, "varbit", coerceVarBit),
	)
}

func bitType(id oid.OID, name string, coerce func(Datum, int32, bool) (Datum, error)) *Type {
	return &Type{
		OID: id, Name: name, Storage: KindBlob, Ordering: OrderKey,
		Input: func(_ *Env, s string) (Datum, error) { return parseBits(s) },
		AppendText: func(dst []byte, _ *Env, d Datum) []byte {
			for i := range BitLen(d) {
				dst = append(dst, '0'+d.b[i/8]>>(7-i%8)&1)
			}
			return dst
		},
		Recv: func(_ *Env, b []byte) (Datum, error) { return recvBits(b) },
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte {
			dst = binary.BigEndian.AppendUint32(dst, uint32(BitLen(d)))
			return append(dst, BitBytes(d)...)
		},
		Coerce:  coerce,
		Compare: compareBits,
		AppendKey: func(dst []byte, d Datum) []byte {
			dst = appendBytesKey(dst, BitBytes(d))
			return binary.BigEndian.AppendUint32(dst, uint32(BitLen(d)))
		},
	}
}

// BitLen is the number of bits of a stored bit string.
func BitLen(d Datum) int {
	n := len(d.b) - 1
	if n <= 0 {
		return 0
	}
	return 8*n - int(d.b[n])
}

// BitBytes is the bits of a stored bit string, packed; it aliases the datum.
func BitBytes(d Datum) []byte { return d.b[:max(0, len(d.b)-1)] }

// NewBits makes a bit string of the first n bits of b, which it copies.
func NewBits(b []byte, n int) Datum {
	size := (n + 7) / 8
	out := make([]byte, size+1)
	copy(out, b[:min(size, len(b))])
	spare := 8*size - n
	out[size] = byte(spare)
	if size > 0 {
		out[size-1] &= 0xff << spare
	}
	return Blob(out)
}

// compareBits compares byte by byte, then by length.
func compareBits(a, b Datum) int {
	x, y := BitBytes(a), BitBytes(b)
	n := min(len(x), len(y))
	if c := bytes.Compare(x[:n], y[:n]); c != 0 {
		return c
	}
	return cmp.Compare(BitLen(a), BitLen(b))
}

func parseBits(s string) (Datum, error) {
	digits, hex := s, false
	if s != "" {
		switch s[0] {
		case 'b', 'B':
			digits = s[1:]
		case 'x', 'X':
			digits, hex = s[1:], true
		}
	}
	fault := func(i int, what string) (Datum, error) {
		_, n := utf8.DecodeRuneInString(digits[i:])
		return Null, pgerr.Newf(pgerr.InvalidTextRepresentation, `"%s" is not a valid %s digit`, digits[i:i+n], what)
	}
	if hex {
		b := make([]byte, (len(digits)+1)/2)
		for i := range len(digits) {
			v := digitValue(digits[i])
			if v > 15 {
				return fault(i, "hexadecimal")
			}
			b[i/2] |= byte(v) << (4 * (1 - i%2))
		}
		return NewBits(b, 4*len(digits)), nil
	}
	b := make([]byte, (len(digits)+7)/8)
	for i := range len(digits) {
		switch digits[i] {
		case '0':
		case '1':
			b[i/8] |= 1 << (7 - i%8)
		default:
			return fault(i, "binary")
		}
	}
	return NewBits(b, len(digits)), nil
}

func recvBits(b []byte) (Datum, error) {
	if len(b) < 4 {
		return Null, shortMessage()
	}
	n := int(int32(binary.BigEndian.Uint32(b)))
	if n < 0 || n > math.MaxInt32-7 {
		return Null, pgerr.New(pgerr.InvalidBinaryRepresentation, "invalid length in external bit string")
	}
	if err := fixed(b[4:], (n+7)/8); err != nil {
		return Null, err
	}
	return NewBits(b[4:], n), nil
}

func coerceBit(d Datum, typmod int32, explicit bool) (Datum, error) {
	n := BitLen(d)
	if n == int(typmod) {
		return d, nil
	}
	if !explicit {
		return Null, pgerr.Newf(pgerr.StringDataLengthMismatch, "bit string length %d does not match type bit(%d)", n, typmod)
	}
	return NewBits(BitBytes(d), int(typmod)), nil
}

func coerceVarBit(d Datum, typmod int32, explicit bool) (Datum, error) {
	if BitLen(d) <= int(typmod) {
		return d, nil
	}
	if !explicit {
		return Null, pgerr.Newf(pgerr.StringDataRightTruncation, "bit string too long for type bit varying(%d)", typmod)
	}
	return NewBits(BitBytes(d), int(typmod)), nil
}
