package datum

import (
	"encoding/binary"
	"strconv"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// regTypes are the types whose values are the numbers of catalog objects,
// written as their names.
var regTypes = map[oid.OID]string{
	oid.Regproc: "regproc", oid.Regprocedure: "regprocedure", oid.Regoper: "regoper", oid.Regoperator: "regoperator",
	oid.Regclass: "regclass", oid.Regtype: "regtype", oid.Regnamespace: "regnamespace", oid.Regrole: "regrole",
	oid.Regcollation: "regcollation", oid.Regconfig: "regconfig", oid.Regdictionary: "regdictionary",
}

func init() {
	for id, name := range regTypes {
		register(regType(id, name))
	}
	// The element types are there: files are initialized in the order of their
	// names.
	register(
		listType(oid.Int2Vector, "int2vector", types[oid.Int2]),
		listType(oid.OIDVector, "oidvector", types[oid.OIDType]),
		tidType(),
	)
}

func regType(id oid.OID, name string) *Type {
	t := oidType(id, name)
	t.Input = func(env *Env, s string) (Datum, error) {
		if s == "-" {
			return Int(0), nil
		}
		if n, err := strconv.ParseUint(s, 10, 32); err == nil {
			return Int(int64(n)), nil
		}
		if env == nil || env.Names == nil {
			return Null, pgerr.Internal("no names to look %q up in", s)
		}
		n, err := env.Names.RegID(id, s)
		return Int(int64(n)), err
	}
	t.AppendText = func(dst []byte, env *Env, d Datum) []byte {
		switch {
		case d.Int() == 0:
			return append(dst, '-')
		case env == nil || env.Names == nil:
			return strconv.AppendUint(dst, uint64(uint32(d.Int())), 10)
		}
		return append(dst, env.Names.RegName(id, oid.OID(d.Int()))...)
	}
	return t
}

// listType makes one of the two array types of the catalogs that are written
// as numbers with blanks between them. Their subscripts begin at 0.
func listType(id oid.OID, name string, elem *Type) *Type {
	t := ArrayType(id, elem)
	t.Name = name
	t.Input = func(env *Env, s string) (Datum, error) {
		var elems []Datum
		for rest := skipSpace(s); rest != ""; rest = skipSpace(rest) {
			n := 0
			for n < len(rest) && !isSpace(rest[n]) {
				n++
			}
			e, err := elem.Input(env, rest[:n])
			if err != nil {
				return Null, err
			}
			elems = append(elems, e)
			rest = rest[n:]
		}
		return makeArray(elem, []Dim{{Len: len(elems)}}, elems), nil
	}
	t.AppendText = func(dst []byte, env *Env, d Datum) []byte {
		for i, e := range ArrayAll(elem, d) {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = elem.AppendText(dst, env, e)
		}
		return dst
	}
	recv := t.Recv
	t.Recv = func(env *Env, b []byte) (Datum, error) {
		d, err := recv(env, b)
		if err != nil && (len(b) < 12 || binary.BigEndian.Uint32(b) != 0) {
			return Null, err
		}
		dims := ArrayDims(d)
		if err == nil && len(dims) == 0 && len(b) >= 20 {
			return makeArray(elem, []Dim{{}}, nil), nil
		}
		if len(dims) != 1 || dims[0].Lower != 0 || ArrayHasNull(d) {
			return Null, pgerr.Newf(pgerr.InvalidBinaryRepresentation, "invalid %s data", name)
		}
		return d, nil
	}
	return t
}

// tidType is the place of a row: the block and the offset in it, in one
// integer.
func tidType() *Type {
	const offsetBits = 16
	return &Type{
		OID: oid.TID, Name: "tid", Storage: KindInt,
		Input: func(_ *Env, s string) (Datum, error) {
			var block, offset uint64
			text := trimSpace(s)
			comma := -1
			for i := range len(text) {
				if text[i] == ',' {
					comma = i
				}
			}
			if comma < 1 || text[0] != '(' || text[len(text)-1] != ')' {
				return Null, badText("tid", s)
			}
			block, err := strconv.ParseUint(text[1:comma], 10, 32)
			if err == nil {
				offset, err = strconv.ParseUint(text[comma+1:len(text)-1], 10, offsetBits)
			}
			if err != nil {
				return Null, badText("tid", s)
			}
			return Int(int64(block<<offsetBits | offset)), nil
		},
		AppendText: func(dst []byte, _ *Env, d Datum) []byte {
			dst = strconv.AppendInt(append(dst, '('), d.Int()>>offsetBits, 10)
			dst = strconv.AppendInt(append(dst, ','), d.Int()&(1<<offsetBits-1), 10)
			return append(dst, ')')
		},
		Recv: func(_ *Env, b []byte) (Datum, error) {
			if err := fixed(b, 6); err != nil {
				return Null, err
			}
			return Int(int64(binary.BigEndian.Uint32(b))<<offsetBits | int64(binary.BigEndian.Uint16(b[4:]))), nil
		},
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte {
			dst = binary.BigEndian.AppendUint32(dst, uint32(d.Int()>>offsetBits))
			return binary.BigEndian.AppendUint16(dst, uint16(d.Int()))
		},
		Compare:   compareInts,
		AppendKey: keyOfInt,
	}
}
