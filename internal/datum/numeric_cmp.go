package datum

import (
	"bytes"
	"cmp"
	"encoding/binary"
)

// NumericCmp orders two stored numerics: -Infinity, numbers, Infinity, NaN.
// It works on the texts and allocates nothing.
func NumericCmp(a, b Datum) int { return compareNumericText(a.b, b.b) }

// splitNumeric divides the stored text at its point. The sign is the one of
// the binary form.
func splitNumeric(s []byte) (sign uint16, whole, fraction []byte) {
	if len(s) > 0 && s[0] == '-' {
		if s[1] == 'I' {
			return signNegInf, nil, nil
		}
		sign, s = signNegative, s[1:]
	}
	if len(s) == 0 || s[0] == 'N' {
		return signNaN, nil, nil
	}
	if s[0] == 'I' {
		return signPosInf, nil, nil
	}
	point := bytes.IndexByte(s, '.')
	if point < 0 {
		return sign, s, nil
	}
	return sign, s[:point], s[point+1:]
}

// signRank orders the signs.
func signRank(sign uint16) int {
	switch sign {
	case signNegInf:
		return 0
	case signNegative:
		return 1
	case signPositive:
		return 2
	case signPosInf:
		return 3
	}
	return 4
}

func compareNumericText(a, b []byte) int {
	signA, wholeA, fractionA := splitNumeric(a)
	signB, wholeB, fractionB := splitNumeric(b)
	if signA != signB {
		return cmp.Compare(signRank(signA), signRank(signB))
	}
	c := compareMagnitude(wholeA, fractionA, wholeB, fractionB)
	if signA == signNegative {
		return -c
	}
	return c
}

// compareMagnitude relies on the stored form having no needless leading zero.
func compareMagnitude(wholeA, fractionA, wholeB, fractionB []byte) int {
	if len(wholeA) != len(wholeB) {
		return cmp.Compare(len(wholeA), len(wholeB))
	}
	if c := bytes.Compare(wholeA, wholeB); c != 0 {
		return c
	}
	n := min(len(fractionA), len(fractionB))
	if c := bytes.Compare(fractionA[:n], fractionB[:n]); c != 0 {
		return c
	}
	return cmp.Compare(len(trimZeros(fractionA[n:])), len(trimZeros(fractionB[n:])))
}

func trimZeros(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// appendNumericKey appends a byte for the sign, the position of the first
// digit that is not 0, and the digits two to a byte, ended by a zero byte. A
// negative number has the complement of its magnitude's key.
func appendNumericKey(dst, s []byte) []byte {
	sign, whole, fraction := splitNumeric(s)
	if sign != signPositive && sign != signNegative {
		return append(dst, byte(2*signRank(sign)))
	}
	fraction = trimZeros(fraction)
	if len(whole) == 1 && whole[0] == '0' {
		whole = nil
	}
	position := len(whole)
	if position == 0 {
		for len(fraction) > 0 && fraction[0] == '0' {
			fraction = fraction[1:]
			position--
		}
		if len(fraction) == 0 {
			return append(dst, 3) // zero: between the negative and the positive
		}
	}
	dst = append(dst, byte(2*signRank(sign)))
	at := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(int32(position))^1<<31)
	if len(fraction) == 0 {
		whole = trimZeros(whole)
	}
	digit := func(i int) byte {
		switch {
		case i < len(whole):
			return whole[i] - '0'
		case i-len(whole) < len(fraction):
			return fraction[i-len(whole)] - '0'
		}
		return 0
	}
	for i := 0; i < len(whole)+len(fraction); i += 2 {
		dst = append(dst, 10*digit(i)+digit(i+1)+1)
	}
	dst = append(dst, 0)
	if sign == signNegative {
		for i := at; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}
