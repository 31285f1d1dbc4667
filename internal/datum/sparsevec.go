package datum

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strconv"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// A sparsevec is stored as little-endian integers of 32 bits: the number of
// dimensions, that of elements, the elements' indices from 0 in rising order,
// then their values, of which none is 0.

// maxSparseElements is the largest number of elements of a sparsevec.
const maxSparseElements = 16000

func init() {
	register(&Type{
		OID: oid.SparseVec, Name: "sparsevec", Storage: KindBlob, Ordering: OrderKey,
		Input:        func(_ *Env, s string) (Datum, error) { return parseSparseVec(s) },
		AppendText:   func(dst []byte, _ *Env, d Datum) []byte { return appendSparseText(dst, d) },
		Recv:         func(_ *Env, b []byte) (Datum, error) { return recvSparseVec(b) },
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte { return appendSparseBinary(dst, d) },
		Coerce: func(d Datum, typmod int32, _ bool) (Datum, error) {
			if err := CheckDims(SparseVecDims(d), typmod); err != nil {
				return Null, err
			}
			return d, nil
		},
		Compare: compareSparseVecs,
		AppendKey: func(dst []byte, d Datum) []byte {
			// An absent element is 0, so a negative one sorts before and a
			// positive one behind its absence, whatever comes after.
			for _, e := range SparseVecElems(d) {
				mark := byte(3)
				if e.Value < 0 {
					mark = 1
				}
				dst = append(dst, mark)
				index := uint32(e.Index)
				if e.Value > 0 {
					index = ^index
				}
				dst = binary.BigEndian.AppendUint32(dst, index)
				dst = binary.BigEndian.AppendUint32(dst, float32Key(e.Value))
			}
			dst = append(dst, 2)
			return binary.BigEndian.AppendUint32(dst, uint32(SparseVecDims(d)))
		},
	})
}

// SparseElem is one element of a sparsevec; its index counts from 0.
type SparseElem struct {
	Index int32
	Value float32
}

// SparseVecDims is the number of dimensions of a stored sparsevec.
func SparseVecDims(d Datum) int {
	if len(d.b) < 8 {
		return 0
	}
	return int(binary.LittleEndian.Uint32(d.b))
}

// SparseVecElems is the elements of a stored sparsevec in the order of their
// indices.
func SparseVecElems(d Datum) []SparseElem {
	if len(d.b) < 8 {
		return nil
	}
	elems := make([]SparseElem, binary.LittleEndian.Uint32(d.b[4:]))
	values := 8 + 4*len(elems)
	for i := range elems {
		elems[i] = SparseElem{
			Index: int32(binary.LittleEndian.Uint32(d.b[8+4*i:])),
			Value: math.Float32frombits(binary.LittleEndian.Uint32(d.b[values+4*i:])),
		}
	}
	return elems
}

// NewSparseVec makes a sparsevec of elements in the order of their indices;
// zeros are left out.
func NewSparseVec(dims int, elems []SparseElem) (Datum, error) {
	elems = slices.DeleteFunc(slices.Clone(elems), func(e SparseElem) bool { return e.Value == 0 })
	if len(elems) > maxSparseElements {
		return Null, tooManyElements()
	}
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 8+8*len(elems)), uint32(dims))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(elems)))
	for _, e := range elems {
		b = binary.LittleEndian.AppendUint32(b, uint32(e.Index))
	}
	for _, e := range elems {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(e.Value))
	}
	return Blob(b), nil
}

func tooManyElements() error {
	return pgerr.Newf(pgerr.ProgramLimitExceeded, "sparsevec cannot have more than %d non-zero elements", maxSparseElements)
}

func checkSparseDims(dims int64) error {
	switch {
	case dims < 1:
		return pgerr.New(pgerr.DataException, "sparsevec must have at least 1 dimension")
	case dims > maxSparseDims:
		return pgerr.Newf(pgerr.ProgramLimitExceeded, "sparsevec cannot have more than %d dimensions", maxSparseDims)
	}
	return nil
}

// compareSparseVecs compares element by element, where absent ones are 0, then
// by dimensions.
func compareSparseVecs(a, b Datum) int {
	x, y := SparseVecElems(a), SparseVecElems(b)
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(y) == 0 || len(x) > 0 && x[0].Index < y[0].Index:
			return cmp.Compare(x[0].Value, 0)
		case len(x) == 0 || y[0].Index < x[0].Index:
			return cmp.Compare(0, y[0].Value)
		}
		if c := cmp.Compare(x[0].Value, y[0].Value); c != 0 {
			return c
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Compare(SparseVecDims(a), SparseVecDims(b))
}

func appendSparseText(dst []byte, d Datum) []byte {
	dst = append(dst, '{')
	for i, e := range SparseVecElems(d) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, int64(e.Index)+1, 10)
		dst = AppendFloat(append(dst, ':'), float64(e.Value), 32)
	}
	return strconv.AppendInt(append(dst, "}/"...), int64(SparseVecDims(d)), 10)
}

func parseSparseVec(s string) (Datum, error) {
	const typ = "sparsevec"
	syntax := func() (Datum, error) { return Null, badText(typ, s) }
	rest := skipSpace(s)
	if rest == "" || rest[0] != '{' {
		return Null, pgerr.From(badText(typ, s)).WithDetail(`Vector contents must start with "{".`)
	}
	rest = skipSpace(rest[1:])
	var elems []SparseElem
	if rest != "" && rest[0] == '}' {
		rest = rest[1:]
	} else {
		for done, n := false, 0; !done; n++ {
			if n == maxSparseElements { // zeros count as well
				return Null, tooManyElements()
			}
			index, after, ok := leadingInt64(skipSpace(rest))
			if rest = skipSpace(after); !ok || rest == "" || rest[0] != ':' {
				return syntax()
			}
			// Clamp what an int cannot hold: it is out of range anyway.
			index = min(max(index, math.MinInt32+1), math.MaxInt32)
			v, after, err := scanFloat(skipSpace(rest[1:]), typ, 32)
			if err != nil {
				if pgerr.Code(err) == pgerr.InvalidTextRepresentation {
					return syntax()
				}
				return Null, err
			}
			if err := CheckElement(typ, float32(v)); err != nil {
				return Null, err
			}
			if v != 0 {
				elems = append(elems, SparseElem{Index: int32(index - 1), Value: float32(v)})
			}
			if rest = skipSpace(after); rest == "" {
				return syntax()
			}
			switch rest[0] {
			case ',':
			case '}':
				done = true
			default:
				return syntax()
			}
			rest = rest[1:]
		}
	}
	if rest = skipSpace(rest); rest == "" || rest[0] != '/' {
		return Null, pgerr.From(badText(typ, s)).WithDetail("Unexpected end of input.")
	}
	dims, rest, ok := leadingInt64(skipSpace(rest[1:]))
	if !ok {
		return syntax()
	}
	if skipSpace(rest) != "" {
		return Null, pgerr.From(badText(typ, s)).WithDetail("Junk after closing.")
	}
	if err := checkSparseDims(dims); err != nil {
		return Null, err
	}
	slices.SortFunc(elems, func(a, b SparseElem) int { return cmp.Compare(a.Index, b.Index) })
	if err := checkIndices(elems, int(dims)); err != nil {
		return Null, err
	}
	return NewSparseVec(int(dims), elems)
}

// leadingInt64 reads a number that s begins with.
func leadingInt64(s string) (n int64, rest string, ok bool) {
	end := 0
	for end < len(s) && (isDigit(s[end]) || end == 0 && (s[end] == '-' || s[end] == '+')) {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if err != nil && end > 0 && pureDigits(s[:end]) {
		return n, s[end:], true // the nearest that can be held
	}
	return n, s[end:], err == nil
}

// checkIndices wants rising indices within the dimensions.
func checkIndices(elems []SparseElem, dims int) error {
	for i, e := range elems {
		switch {
		case e.Index < 0 || int(e.Index) >= dims:
			return pgerr.New(pgerr.DataException, "sparsevec index out of bounds")
		case i > 0 && e.Index == elems[i-1].Index:
			return pgerr.New(pgerr.DataException, "sparsevec indices must not contain duplicates")
		case i > 0 && e.Index < elems[i-1].Index:
			return pgerr.New(pgerr.DataException, "sparsevec indices must be in ascending order")
		}
	}
	return nil
}

func appendSparseBinary(dst []byte, d Datum) []byte {
	elems := SparseVecElems(d)
	dst = binary.BigEndian.AppendUint32(dst, uint32(SparseVecDims(d)))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(elems)))
	dst = binary.BigEndian.AppendUint32(dst, 0)
	for _, e := range elems {
		dst = binary.BigEndian.AppendUint32(dst, uint32(e.Index))
	}
	for _, e := range elems {
		dst = binary.BigEndian.AppendUint32(dst, math.Float32bits(e.Value))
	}
	return dst
}

func recvSparseVec(b []byte) (Datum, error) {
	if len(b) < 12 {
		return Null, shortMessage()
	}
	dims := int64(int32(binary.BigEndian.Uint32(b)))
	count := int64(int32(binary.BigEndian.Uint32(b[4:])))
	unused := int32(binary.BigEndian.Uint32(b[8:]))
	if err := checkSparseDims(dims); err != nil {
		return Null, err
	}
	switch {
	case count < 0:
		return Null, pgerr.New(pgerr.DataException, "sparsevec cannot have negative number of elements")
	case count > maxSparseElements:
		return Null, tooManyElements()
	case count > dims:
		return Null, pgerr.New(pgerr.DataException, "sparsevec cannot have more elements than dimensions")
	case unused != 0:
		return Null, pgerr.Newf(pgerr.DataException, "expected unused to be 0, not %d", unused)
	}
	b = b[12:]
	if err := fixed(b, int(8*count)); err != nil {
		return Null, err
	}
	elems := make([]SparseElem, count)
	for i := range elems {
		elems[i].Index = int32(binary.BigEndian.Uint32(b[4*i:]))
		elems[i].Value = math.Float32frombits(binary.BigEndian.Uint32(b[4*(int(count)+i):]))
		if err := CheckElement("sparsevec", elems[i].Value); err != nil {
			return Null, err
		}
		if elems[i].Value == 0 {
			return Null, pgerr.New(pgerr.DataException, "binary representation of sparsevec cannot contain zero values")
		}
	}
	if err := checkIndices(elems, int(dims)); err != nil {
		return Null, err
	}
	return NewSparseVec(int(dims), elems)
}
