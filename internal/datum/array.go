package datum

import (
	"encoding/binary"
	"iter"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// MaxArrayDims is the largest number of dimensions of an array, maxArraySize
// that of elements.
const (
	MaxArrayDims = 6
	maxArraySize = 134217727
)

// arrayTypes says which array type belongs to which element type.
var arrayTypes = map[oid.OID]oid.OID{
	oid.Bool: oid.BoolArray, oid.Bytea: oid.ByteaArray, oid.Char: oid.CharArray, oid.Name: oid.NameArray,
	oid.Int2: oid.Int2Array, oid.Int4: oid.Int4Array, oid.Int8: oid.Int8Array,
	oid.Int2Vector: oid.Int2VectorArray, oid.OIDVector: oid.OIDVectorArray,
	oid.Regproc: oid.RegprocArray, oid.Regclass: oid.RegclassArray, oid.Regtype: oid.RegtypeArray,
	oid.Text: oid.TextArray, oid.BPChar: oid.BPCharArray, oid.VarChar: oid.VarCharArray, oid.CString: oid.CStringArray,
	oid.OIDType: oid.OIDArray, oid.TID: oid.TIDArray, oid.XID: oid.XIDArray,
	oid.Float4: oid.Float4Array, oid.Float8: oid.Float8Array, oid.Numeric: oid.NumericArray,
	oid.ACLItem: oid.ACLItemArray, oid.Inet: oid.InetArray, oid.UUID: oid.UUIDArray,
	oid.Timestamp: oid.TimestampArray, oid.TimestampTZ: oid.TimestampTZArray, oid.Date: oid.DateArray,
	oid.Time: oid.TimeArray, oid.TimeTZ: oid.TimeTZArray, oid.Interval: oid.IntervalArray,
	oid.Bit: oid.BitArray, oid.VarBit: oid.VarBitArray, oid.JSON: oid.JSONArray, oid.JSONB: oid.JSONBArray,
	oid.Record: oid.RecordArray, oid.Vector: oid.VectorArray, oid.HalfVec: oid.HalfVecArray,
	oid.SparseVec: oid.SparseVecArray,
	// Types without a constant of their own in package oid.
	oid.CID: 1012, oid.RefCursor: 2201, oid.XML: 143, oid.CIDR: 651, oid.JSONPath: 4073, oid.XID8: 271,
	oid.Regprocedure: 2207, oid.Regoper: 2208, oid.Regoperator: 2209, oid.Regnamespace: 4090, oid.Regrole: 4097,
	oid.Regcollation: 4192, oid.Regconfig: 3735, oid.Regdictionary: 3770,
}

// ArrayOID is the number of the array type over an element type, 0 where there
// is none.
func ArrayOID(elem oid.OID) oid.OID { return arrayTypes[elem] }

// ArrayType makes the array type with the given number over elem.
func ArrayType(id oid.OID, elem *Type) *Type {
	t := &Type{
		OID: id, Name: "_" + elem.Name, Elem: elem, Storage: KindBlob, Ordering: OrderKey,
		Input:        func(env *Env, s string) (Datum, error) { return parseArray(env, elem, s) },
		AppendText:   func(dst []byte, env *Env, d Datum) []byte { return appendArrayText(dst, env, elem, d) },
		Recv:         func(env *Env, b []byte) (Datum, error) { return recvArray(env, elem, b) },
		load:         Blob,
		AppendBinary: appendBytes,
	}
	if elem.Coerce != nil {
		t.Coerce = func(d Datum, typmod int32, explicit bool) (Datum, error) {
			return MapArray(elem, elem, d, func(e Datum) (Datum, error) { return elem.Coerce(e, typmod, explicit) })
		}
	}
	if elem.Compare == nil {
		t.Ordering = OrderNone
		return t
	}
	t.Compare = func(a, b Datum) int { return compareArrays(elem, a, b) }
	t.AppendKey = func(dst []byte, d Datum) []byte { return appendArrayKey(dst, elem, d) }
	return t
}

// Dim is one dimension of an array: its length and the subscript of its first
// element.
type Dim struct{ Len, Lower int }

// Upper is the subscript of the last element.
func (d Dim) Upper() int { return d.Lower + d.Len - 1 }

// ArrayDims is the shape of a stored array; an empty array has no dimensions.
func ArrayDims(d Datum) []Dim {
	if len(d.b) < 12 {
		return nil
	}
	dims := make([]Dim, binary.BigEndian.Uint32(d.b))
	for i := range dims {
		dims[i].Len = int(int32(binary.BigEndian.Uint32(d.b[12+8*i:])))
		dims[i].Lower = int(int32(binary.BigEndian.Uint32(d.b[16+8*i:])))
	}
	return dims
}

// ArrayLen is the number of elements, over all dimensions.
func ArrayLen(d Datum) int {
	if len(d.b) < 12 || binary.BigEndian.Uint32(d.b) == 0 {
		return 0
	}
	n := 1
	for i := range int(binary.BigEndian.Uint32(d.b)) {
		n *= int(binary.BigEndian.Uint32(d.b[12+8*i:]))
	}
	return n
}

// ArrayHasNull reports whether an element is NULL.
func ArrayHasNull(d Datum) bool { return len(d.b) >= 12 && d.b[7] != 0 }

// arrayBody is the elements, each with its length before it.
func arrayBody(d Datum) []byte {
	if len(d.b) < 12 {
		return nil
	}
	return d.b[12+8*int(binary.BigEndian.Uint32(d.b)):]
}

// ArrayAll gives the elements in storage order with their index from 0. They
// alias the array where the element type allows it.
func ArrayAll(elem *Type, d Datum) iter.Seq2[int, Datum] {
	return func(yield func(int, Datum) bool) {
		body := arrayBody(d)
		for i := 0; len(body) >= 4; i++ {
			var e Datum
			e, body = nextElem(elem, body)
			if !yield(i, e) {
				return
			}
		}
	}
}

// ArrayElems is the elements in storage order.
func ArrayElems(elem *Type, d Datum) []Datum {
	elems := make([]Datum, 0, ArrayLen(d))
	for _, e := range ArrayAll(elem, d) {
		elems = append(elems, e)
	}
	return elems
}

func nextElem(elem *Type, body []byte) (e Datum, rest []byte) {
	n := int32(binary.BigEndian.Uint32(body))
	body = body[4:]
	if n < 0 {
		return Null, body
	}
	return elem.loadBinary(body[:n]), body[n:]
}

// loadBinary decodes what AppendBinary has made.
func (t *Type) loadBinary(b []byte) Datum {
	if t.load != nil {
		return t.load(b)
	}
	d, err := t.Recv(nil, b)
	if err != nil {
		return Null
	}
	return d
}

// NewArray makes an array of one dimension, empty where there are no elements.
func NewArray(elem *Type, elems []Datum) Datum {
	if len(elems) == 0 {
		return emptyArray(elem)
	}
	return makeArray(elem, []Dim{{len(elems), 1}}, elems)
}

// NewArrayDims makes an array of the given shape out of its elements in storage
// order, whose number must be the product of the dimensions.
func NewArrayDims(elem *Type, dims []Dim, elems []Datum) (Datum, error) {
	if err := checkDims(dims); err != nil {
		return Null, err
	}
	if len(elems) == 0 {
		return emptyArray(elem), nil
	}
	return makeArray(elem, dims, elems), nil
}

func emptyArray(elem *Type) Datum { return Blob(appendArrayHeader(nil, elem.OID, nil, false)) }

func makeArray(elem *Type, dims []Dim, elems []Datum) Datum {
	b := make([]byte, 0, 12+8*len(dims)+12*len(elems))
	b = appendArrayHeader(b, elem.OID, dims, false)
	for _, e := range elems {
		b = appendElem(b, elem, e)
	}
	return Blob(b)
}

func appendArrayHeader(dst []byte, elem oid.OID, dims []Dim, hasNull bool) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(dims)))
	dst = append(dst, 0, 0, 0, 0)
	if hasNull {
		dst[len(dst)-1] = 1
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(elem))
	for _, d := range dims {
		dst = binary.BigEndian.AppendUint32(dst, uint32(d.Len))
		dst = binary.BigEndian.AppendUint32(dst, uint32(d.Lower))
	}
	return dst
}

// appendElem appends an element to an array that begins at b[0].
func appendElem(b []byte, elem *Type, e Datum) []byte {
	if e.IsNull() {
		b[7] = 1
		return append(b, 0xff, 0xff, 0xff, 0xff)
	}
	at := len(b)
	b = elem.AppendBinary(append(b, 0, 0, 0, 0), nil, e)
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

func tooManyDims(n int) error {
	return pgerr.Newf(pgerr.ProgramLimitExceeded,
		"number of array dimensions (%d) exceeds the maximum allowed (%d)", n, MaxArrayDims)
}

// checkDims refuses shapes that Postgres could not store.
func checkDims(dims []Dim) error {
	if len(dims) > MaxArrayDims {
		return tooManyDims(len(dims))
	}
	size := 1
	for _, d := range dims {
		if d.Len < 0 || d.Len > maxArraySize || size*d.Len > maxArraySize {
			return pgerr.Newf(pgerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", maxArraySize)
		}
		if size *= d.Len; d.Upper() >= 1<<31-1 || d.Lower < -1<<31 {
			return pgerr.Newf(pgerr.ProgramLimitExceeded, "array lower bound is too large: %d", d.Lower)
		}
	}
	return nil
}

// MapArray applies f to each element that is not NULL: the array keeps its
// shape.
func MapArray(from, to *Type, d Datum, f func(Datum) (Datum, error)) (Datum, error) {
	dims := ArrayDims(d)
	b := appendArrayHeader(make([]byte, 0, len(d.b)), to.OID, dims, false)
	for _, e := range ArrayAll(from, d) {
		if !e.IsNull() {
			var err error
			if e, err = f(e); err != nil {
				return Null, err
			}
		}
		b = appendElem(b, to, e)
	}
	return Blob(b), nil
}

// firstUnpinned is where the numbers of types begin that may be others in
// another database: a client that has them from there is not wrong.
const firstUnpinned oid.OID = 10000

func recvArray(env *Env, elem *Type, b []byte) (Datum, error) {
	if len(b) < 12 {
		return Null, shortMessage()
	}
	ndim, flags := int32(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:])
	switch {
	case ndim < 0:
		return Null, pgerr.Newf(pgerr.InvalidBinaryRepresentation, "invalid number of dimensions: %d", ndim)
	case ndim > MaxArrayDims:
		return Null, tooManyDims(int(ndim))
	case flags > 1:
		return Null, pgerr.New(pgerr.InvalidBinaryRepresentation, "invalid array flags")
	case len(b) < 12+8*int(ndim):
		return Null, shortMessage()
	}
	got := oid.OID(binary.BigEndian.Uint32(b[8:]))
	if got != elem.OID && got < firstUnpinned && elem.OID < firstUnpinned {
		return Null, pgerr.Newf(pgerr.DatatypeMismatch,
			"binary data has array element type %d (%s) instead of expected %d (%s)",
			got, FormatType(got, -1), elem.OID, FormatType(elem.OID, -1))
	}
	dims := ArrayDims(Blob(b))
	if err := checkDims(dims); err != nil {
		return Null, err
	}
	count := ArrayLen(Blob(b))
	body := b[12+8*int(ndim):]
	if count == 0 {
		if len(body) > 0 {
			return Null, badBinary()
		}
		return emptyArray(elem), nil
	}
	if elem.width > 0 && got == elem.OID && verbatimElems(body, elem.width, count, flags == 1) {
		return Blob(b), nil
	}
	out := appendArrayHeader(make([]byte, 0, len(b)), elem.OID, dims, false)
	for i := range count {
		var err error
		if out, body, err = recvElem(out, env, elem, body, i); err != nil {
			return Null, err
		}
	}
	if len(body) > 0 {
		return Null, badBinary()
	}
	return Blob(out), nil
}

// verbatimElems reports whether an array's elements, which are all of one
// length, are as they should be, so that the array can stay as it is.
func verbatimElems(body []byte, width, count int, hasNull bool) bool {
	null := false
	for range count {
		if len(body) < 4 {
			return false
		}
		switch n := int(int32(binary.BigEndian.Uint32(body))); {
		case n == -1:
			null = true
			body = body[4:]
		case n == width && len(body) >= 4+width:
			body = body[4+width:]
		default:
			return false
		}
	}
	return len(body) == 0 && null == hasNull
}

// recvElem checks the element at the beginning of body and appends it to out
// in the form that this package makes, which may differ from what was sent.
func recvElem(out []byte, env *Env, elem *Type, body []byte, i int) (array, rest []byte, err error) {
	if len(body) < 4 {
		return nil, nil, shortMessage()
	}
	n := int32(binary.BigEndian.Uint32(body))
	body = body[4:]
	if n == -1 {
		return appendElem(out, elem, Null), body, nil
	}
	if n < 0 || int(n) > len(body) {
		return nil, nil, pgerr.New(pgerr.InvalidBinaryRepresentation, "insufficient data left in message")
	}
	e, err := elem.Recv(env, body[:n])
	if err != nil {
		if pgerr.Code(err) == pgerr.InvalidBinaryRepresentation && err.Error() == badBinary().Error() {
			err = pgerr.Newf(pgerr.InvalidBinaryRepresentation, "improper binary format in array element %d", i+1)
		}
		return nil, nil, err
	}
	return appendElem(out, elem, e), body[n:], nil
}
