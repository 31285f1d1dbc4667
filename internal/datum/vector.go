package datum

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// MaxVectorDims is the largest number of dimensions of a vector and a halfvec.
const MaxVectorDims = 16000

func init() {
	register(&Type{
		OID: oid.Vector, Name: "vector", Storage: KindBlob, Ordering: OrderKey,
		Input:        func(_ *Env, s string) (Datum, error) { return parseVector(s) },
		AppendText:   func(dst []byte, _ *Env, d Datum) []byte { return appendVectorText(dst, VectorFloats(d)) },
		Recv:         func(_ *Env, b []byte) (Datum, error) { return recvVector(b) },
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte { return appendVectorBinary(dst, d) },
		Coerce: func(d Datum, typmod int32, _ bool) (Datum, error) {
			if err := CheckDims(len(d.b)/4, typmod); err != nil {
				return Null, err
			}
			return d, nil
		},
		Compare:   func(a, b Datum) int { return compareFloatLists(VectorFloats(a), VectorFloats(b)) },
		AppendKey: func(dst []byte, d Datum) []byte { return appendFloatsKey(dst, VectorFloats(d)) },
	})
}

// nativeLittleEndian: the stored form is then the form in memory.
var nativeLittleEndian = func() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 1
}()

// VectorDims is the number of dimensions of a stored vector.
func VectorDims(d Datum) int { return len(d.b) / 4 }

// VectorFloats is the elements of a stored vector. They alias the datum where
// its bytes are aligned, as they are unless SQLite or a read buffer gave an odd
// address, and are a copy otherwise; either way they must not be changed.
func VectorFloats(d Datum) []float32 {
	n := len(d.b) / 4
	if n == 0 {
		return nil
	}
	p := unsafe.Pointer(unsafe.SliceData(d.b))
	if nativeLittleEndian && uintptr(p)%4 == 0 {
		return unsafe.Slice((*float32)(p), n)
	}
	return AppendVectorFloats(make([]float32, 0, n), d)
}

// AppendVectorFloats appends the elements of a stored vector to dst.
func AppendVectorFloats(dst []float32, d Datum) []float32 {
	if n := len(d.b) / 4; nativeLittleEndian && n > 0 {
		from := len(dst)
		dst = slices.Grow(dst, n)[:from+n]
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&dst[from])), 4*n), d.b)
		return dst
	}
	for b := d.b; len(b) >= 4; b = b[4:] {
		dst = append(dst, math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return dst
}

// FromFloats is the stored form of a vector; it copies.
func FromFloats(v []float32) Datum {
	b := make([]byte, 4*len(v))
	if nativeLittleEndian && len(v) > 0 {
		copy(b, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(b)))
		return Blob(b)
	}
	for i, x := range v {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
	return Blob(b)
}

// CheckDims refuses a number of dimensions that is not the one that a type
// modifier asks for, if it asks for one.
func CheckDims(dims int, typmod int32) error {
	if typmod != -1 && int(typmod) != dims {
		return pgerr.Newf(pgerr.DataException, "expected %d dimensions, not %d", typmod, dims)
	}
	return nil
}

// CheckVectorDims refuses a number of dimensions that no vector or halfvec may
// have.
func CheckVectorDims(typ string, dims int) error {
	switch {
	case dims < 1:
		return pgerr.Newf(pgerr.DataException, "%s must have at least 1 dimension", typ)
	case dims > MaxVectorDims:
		return pgerr.Newf(pgerr.ProgramLimitExceeded, "%s cannot have more than %d dimensions", typ, MaxVectorDims)
	}
	return nil
}

// CheckElement refuses what no element of a vector type may be.
func CheckElement(typ string, x float32) error {
	switch {
	case x != x:
		return pgerr.Newf(pgerr.DataException, "NaN not allowed in %s", typ)
	case math.IsInf(float64(x), 0):
		return pgerr.Newf(pgerr.DataException, "infinite value not allowed in %s", typ)
	}
	return nil
}

// SameDims refuses two vectors of different dimensions.
func SameDims(typ string, a, b int) error {
	if a == b {
		return nil
	}
	return pgerr.Newf(pgerr.DataException, "different %s dimensions %d and %d", typ, a, b)
}

func parseVector(s string) (Datum, error) {
	b := make([]byte, 0, len(s))
	err := scanFloatList("vector", s, func(_ string, x float32) error {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		return nil
	})
	return Blob(b), err
}

// scanFloatList reads [1,2,3] and hands over each element with its text.
func scanFloatList(typ, s string, element func(text string, x float32) error) error {
	rest := skipSpace(s)
	if rest == "" || rest[0] != '[' {
		return pgerr.From(badText(typ, s)).WithDetail(`Vector contents must start with "[".`)
	}
	rest = skipSpace(rest[1:])
	if rest != "" && rest[0] == ']' {
		return CheckVectorDims(typ, 0)
	}
	for dims := 0; ; dims++ {
		if dims == MaxVectorDims {
			return CheckVectorDims(typ, dims+1)
		}
		rest = skipSpace(rest)
		v, token, after, err := scanFlushed(rest, typ, 32)
		if err != nil {
			if pgerr.Code(err) == pgerr.InvalidTextRepresentation {
				err = badText(typ, s)
			}
			return err
		}
		if err := CheckElement(typ, float32(v)); err != nil {
			return err
		}
		if err := element(token, float32(v)); err != nil {
			return err
		}
		rest = skipSpace(after)
		switch {
		case rest != "" && rest[0] == ',':
			rest = rest[1:]
		case rest != "" && rest[0] == ']':
			if skipSpace(rest[1:]) != "" {
				return pgerr.From(badText(typ, s)).WithDetail("Junk after closing right brace.")
			}
			return nil
		default:
			return badText(typ, s)
		}
	}
}

func skipSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	return s
}

func appendVectorText(dst []byte, v []float32) []byte {
	dst = append(dst, '[')
	for i, x := range v {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendFloat(dst, float64(x), 32)
	}
	return append(dst, ']')
}

// floatListHeader checks the beginning of the binary form of a vector or a
// halfvec and returns its elements, each of the given size.
func floatListHeader(typ string, b []byte, size int) ([]byte, error) {
	if len(b) < 4 {
		return nil, shortMessage()
	}
	dims, unused := int(int16(binary.BigEndian.Uint16(b))), int16(binary.BigEndian.Uint16(b[2:]))
	if err := CheckVectorDims(typ, dims); err != nil {
		return nil, err
	}
	if unused != 0 {
		return nil, pgerr.Newf(pgerr.DataException, "expected unused to be 0, not %d", unused)
	}
	return b[4:], fixed(b[4:], dims*size)
}

func recvVector(b []byte) (Datum, error) {
	body, err := floatListHeader("vector", b, 4)
	if err != nil {
		return Null, err
	}
	out := make([]byte, len(body))
	special := uint32(0) // has the bits of exponents that are all ones
	for i := 0; i < len(body); i += 4 {
		u := binary.BigEndian.Uint32(body[i:])
		special |= (u&0x7f800000 + 0x00800000) & 0x80000000
		binary.LittleEndian.PutUint32(out[i:], u)
	}
	if special != 0 {
		return Null, firstBadElement(Blob(out))
	}
	return Blob(out), nil
}

// firstBadElement is the error of the first element that is not finite.
func firstBadElement(d Datum) error {
	for _, x := range AppendVectorFloats(nil, d) {
		if err := CheckElement("vector", x); err != nil {
			return err
		}
	}
	return nil
}

func appendVectorBinary(dst []byte, d Datum) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(d.b)/4))
	dst = append(dst, 0, 0)
	for b := d.b; len(b) >= 4; b = b[4:] {
		dst = binary.BigEndian.AppendUint32(dst, binary.LittleEndian.Uint32(b))
	}
	return dst
}

// compareFloatLists orders by elements, then by length.
func compareFloatLists(a, b []float32) int {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i] < b[i]:
			return -1
		case a[i] > b[i]:
			return 1
		}
	}
	return len(a) - len(b)
}

// appendFloatsKey appends 4 bytes for each element and 4 zero bytes, which no
// finite element has.
func appendFloatsKey(dst []byte, v []float32) []byte {
	for _, x := range v {
		dst = binary.BigEndian.AppendUint32(dst, float32Key(x))
	}
	return append(dst, 0, 0, 0, 0)
}

// float32Key is an integer in the order of the floats, for finite ones.
func float32Key(x float32) uint32 {
	u := math.Float32bits(x)
	switch {
	case x == 0:
		return 1 << 31
	case u>>31 != 0:
		return ^u
	}
	return u | 1<<31
}
