package builtin

import (
	"math"
	"math/bits"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// bitFunctions are those of bit and bit varying, whose bits count from the
// left.
func bitFunctions() Table {
	length := one(func(a datum.Datum) (datum.Datum, error) { return datum.Int(int64(datum.BitLen(a))), nil })
	combine := func(verb string, f func(a, b byte) byte) func(a, b datum.Datum) (datum.Datum, error) {
		return func(a, b datum.Datum) (datum.Datum, error) {
			if datum.BitLen(a) != datum.BitLen(b) {
				return datum.Null, pgerr.Newf(pgerr.StringDataLengthMismatch, "cannot %s bit strings of different sizes", verb)
			}
			out := make([]byte, len(datum.BitBytes(a)))
			for i := range out {
				out[i] = f(datum.BitBytes(a)[i], datum.BitBytes(b)[i])
			}
			return datum.NewBits(out, datum.BitLen(a)), nil
		}
	}
	and := combine("AND", func(a, b byte) byte { return a & b })
	or := combine("OR", func(a, b byte) byte { return a | b })
	xor := combine("XOR", func(a, b byte) byte { return a ^ b })
	return Table{
		"bit_and": two(and), "bit_or": two(or), "bitxor": two(xor),
		"bit_and(bit)": fold(and), "bit_or(bit)": fold(or), "bit_xor(bit)": fold(xor),
		"bitnot": one(func(a datum.Datum) (datum.Datum, error) {
			out := make([]byte, len(datum.BitBytes(a)))
			for i, b := range datum.BitBytes(a) {
				out[i] = ^b
			}
			return datum.NewBits(out, datum.BitLen(a)), nil
		}),
		"bitcat":          two(func(a, b datum.Datum) (datum.Datum, error) { return bitJoin(a, b), nil }),
		"bitlength":       length,
		"bit_length(bit)": length,
		"bitoctetlength": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(len(datum.BitBytes(a)))), nil
		}),
		"bit_bit_count": one(func(a datum.Datum) (datum.Datum, error) { return datum.Int(int64(ones(datum.BitBytes(a)))), nil }),
		"bitshiftleft":  two(func(a, n datum.Datum) (datum.Datum, error) { return bitShift(a, n.Int()), nil }),
		"bitshiftright": two(func(a, n datum.Datum) (datum.Datum, error) { return bitShift(a, -n.Int()), nil }),
		"bitsubstr": pure(func(a []datum.Datum) (datum.Datum, error) {
			return bitSubstr(a[0], a[1].Int(), a[2].Int(), true)
		}),
		"bitsubstr_no_len": pure(func(a []datum.Datum) (datum.Datum, error) { return bitSubstr(a[0], a[1].Int(), 0, false) }),
		"bitoverlay":       pure(func(a []datum.Datum) (datum.Datum, error) { return bitOverlay(a, a[3].Int()) }),
		"bitoverlay_no_len": pure(func(a []datum.Datum) (datum.Datum, error) {
			return bitOverlay(a, int64(datum.BitLen(a[1])))
		}),
		"bitposition": two(bitPosition),
		"bitgetbit": two(func(a, n datum.Datum) (datum.Datum, error) {
			if err := checkBit(a, n.Int()); err != nil {
				return datum.Null, err
			}
			return datum.Int(int64(bitAt(a, int(n.Int())))), nil
		}),
		"bitsetbit": pure(func(a []datum.Datum) (datum.Datum, error) {
			if err := checkBit(a[0], a[1].Int()); err != nil {
				return datum.Null, err
			}
			if v := a[2].Int(); v != 0 && v != 1 {
				return datum.Null, invalid("new bit must be 0 or 1")
			}
			d, n := a[0].Clone(), a[1].Int()
			mask := byte(0x80) >> (n % 8)
			d.Bytes()[n/8] &^= mask
			if a[2].Int() == 1 {
				d.Bytes()[n/8] |= mask
			}
			return d, nil
		}),
		"bitfromint4": two(bitsOfInt), "bitfromint8": two(bitsOfInt),
		"bittoint4": one(func(a datum.Datum) (datum.Datum, error) { return intOfBits(a, 32) }),
		"bittoint8": one(func(a datum.Datum) (datum.Datum, error) { return intOfBits(a, 64) }),

		"hamming_distance(bit,bit)": two(func(a, b datum.Datum) (datum.Datum, error) {
			x, y, err := sameBits(a, b)
			n := 0
			for i := range x {
				n += bits.OnesCount8(x[i] ^ y[i])
			}
			return datum.Float(float64(n)), err
		}),
		"jaccard_distance(bit,bit)": two(func(a, b datum.Datum) (datum.Datum, error) {
			x, y, err := sameBits(a, b)
			both := 0
			for i := range x {
				both += bits.OnesCount8(x[i] & y[i])
			}
			if both == 0 {
				return datum.Float(1), err
			}
			return datum.Float(1 - float64(both)/float64(ones(x)+ones(y)-both)), err
		}),
		"binary_quantize(vector)": one(func(a datum.Datum) (datum.Datum, error) {
			return quantize(datum.VectorFloats(a)), nil
		}),
	}
}

func ones(b []byte) int {
	n := 0
	for _, c := range b {
		n += bits.OnesCount8(c)
	}
	return n
}

func sameBits(a, b datum.Datum) (x, y []byte, err error) {
	if datum.BitLen(a) != datum.BitLen(b) {
		return nil, nil, pgerr.Newf(pgerr.DataException, "different bit lengths %d and %d", datum.BitLen(a), datum.BitLen(b))
	}
	return datum.BitBytes(a), datum.BitBytes(b), nil
}

// quantize keeps of each element whether it is positive.
func quantize(v []float32) datum.Datum {
	b := make([]byte, (len(v)+7)/8)
	for i, x := range v {
		if x > 0 {
			b[i/8] |= 0x80 >> (i % 8)
		}
	}
	return datum.NewBits(b, len(v))
}

func bitAt(d datum.Datum, i int) byte { return datum.BitBytes(d)[i/8] >> (7 - i%8) & 1 }

func checkBit(d datum.Datum, n int64) error {
	if n < 0 || n >= int64(datum.BitLen(d)) {
		return subscriptFault("bit index %d out of valid range (0..%d)", n, datum.BitLen(d)-1)
	}
	return nil
}

// bitRange copies n bits from the given place on.
func bitRange(d datum.Datum, from, n int) datum.Datum {
	out := make([]byte, (n+7)/8)
	for i := range n {
		out[i/8] |= bitAt(d, from+i) << (7 - i%8)
	}
	return datum.NewBits(out, n)
}

func bitJoin(parts ...datum.Datum) datum.Datum {
	var out []byte
	n := 0
	for _, d := range parts {
		for i := range datum.BitLen(d) {
			if n%8 == 0 {
				out = append(out, 0)
			}
			out[n/8] |= bitAt(d, i) << (7 - n%8)
			n++
		}
	}
	return datum.NewBits(out, n)
}

// bitShift shifts to the left, or to the right where n is negative; the length
// stays.
func bitShift(d datum.Datum, n int64) datum.Datum {
	length := int64(datum.BitLen(d))
	out := make([]byte, len(datum.BitBytes(d)))
	for i := range length {
		if from := i + n; from >= 0 && from < length {
			out[i/8] |= bitAt(d, int(from)) << (7 - i%8)
		}
	}
	return datum.NewBits(out, int(length))
}

func bitSubstr(d datum.Datum, start, length int64, bounded bool) (datum.Datum, error) {
	skip, n, err := window(start, length, bounded)
	if err != nil {
		return datum.Null, err
	}
	all := int64(datum.BitLen(d))
	skip = min(skip, all)
	if n < 0 || skip+n > all {
		n = all - skip
	}
	return bitRange(d, int(skip), int(n)), nil
}

func bitOverlay(a []datum.Datum, length int64) (datum.Datum, error) {
	start := a[2].Int()
	if start <= 0 {
		return datum.Null, negativeSubstring()
	}
	if start+length > math.MaxInt32 {
		return datum.Null, datum.IntOutOfRange(32)
	}
	head, err := bitSubstr(a[0], 1, start-1, true)
	if err != nil {
		return datum.Null, err
	}
	tail, err := bitSubstr(a[0], start+length, 0, false)
	return bitJoin(head, a[1], tail), err
}

func bitPosition(s, part datum.Datum) (datum.Datum, error) {
	n, m := datum.BitLen(s), datum.BitLen(part)
	if n == 0 || m > n {
		return datum.Int(0), nil
	}
	for i := 0; i+m <= n; i++ {
		same := true
		for j := 0; j < m && same; j++ {
			same = bitAt(s, i+j) == bitAt(part, j)
		}
		if same {
			return datum.Int(int64(i + 1)), nil
		}
	}
	return datum.Int(0), nil
}

// maxBits is the length that a type modifier of bit may ask for.
const maxBits = 83886080

// bitsOfInt is the low bits of an integer, with its sign in front where there
// are more.
func bitsOfInt(value, length datum.Datum) (datum.Datum, error) {
	v, n := value.Int(), length.Int()
	switch {
	case n <= 0 || n > math.MaxInt32-7:
		n = 1
	case n > maxBits:
		return datum.Null, tooLarge()
	}
	out := make([]byte, (n+7)/8)
	for i := range n {
		shift := min(n-1-i, 63)
		out[i/8] |= byte(v>>shift&1) << (7 - i%8)
	}
	return datum.NewBits(out, int(n)), nil
}

func intOfBits(d datum.Datum, width int) (datum.Datum, error) {
	n := datum.BitLen(d)
	if n > width {
		return datum.Null, datum.IntOutOfRange(width)
	}
	var v uint64
	for i := range n {
		v = v<<1 | uint64(bitAt(d, i))
	}
	if width == 32 {
		return datum.Int(int64(int32(v))), nil
	}
	return datum.Int(int64(v)), nil
}
