package datum

import (
	"cmp"
	"encoding/binary"
)

// compareArrays orders arrays as Postgres does: by their elements, where NULL
// is the largest, then by length, number of dimensions and shape.
func compareArrays(elem *Type, a, b Datum) int {
	x, y := arrayBody(a), arrayBody(b)
	for len(x) > 0 && len(y) > 0 {
		var p, q Datum
		p, x = nextElem(elem, x)
		q, y = nextElem(elem, y)
		switch {
		case p.IsNull() && q.IsNull():
		case p.IsNull():
			return 1
		case q.IsNull():
			return -1
		default:
			if c := elem.Compare(p, q); c != 0 {
				return c
			}
		}
	}
	if c := cmp.Compare(ArrayLen(a), ArrayLen(b)); c != 0 {
		return c
	}
	p, q := ArrayDims(a), ArrayDims(b)
	if c := cmp.Compare(len(p), len(q)); c != 0 {
		return c
	}
	for i := range p {
		if c := cmp.Compare(p[i].Len, q[i].Len); c != 0 {
			return c
		}
	}
	for i := range p {
		if c := cmp.Compare(p[i].Lower, q[i].Lower); c != 0 {
			return c
		}
	}
	return 0
}

// Marks before what follows them in the key of an array or a record.
const (
	keyEnd   = 0
	keyValue = 1
	keyNull  = 2
)

func appendArrayKey(dst []byte, elem *Type, d Datum) []byte {
	for _, e := range ArrayAll(elem, d) {
		if e.IsNull() {
			dst = append(dst, keyNull)
			continue
		}
		dst = elem.AppendKey(append(dst, keyValue), e)
	}
	dims := ArrayDims(d)
	dst = append(dst, keyEnd, byte(len(dims)))
	for _, dim := range dims {
		dst = binary.BigEndian.AppendUint32(dst, uint32(dim.Len))
	}
	for _, dim := range dims {
		dst = binary.BigEndian.AppendUint32(dst, uint32(dim.Lower)^1<<31)
	}
	return dst
}
