package datum

import (
	"bytes"
	"unicode/utf8"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	register(
		textType(oid.Text, "text"),
		textType(oid.Name, "name").with(func(t *Type) {
			t.Input = func(_ *Env, s string) (Datum, error) { return Text(TruncateName(s)), nil }
			t.Recv = recvName
		}),
		textType(oid.VarChar, "varchar").with(func(t *Type) { t.Coerce = coerceVarChar }),
		textType(oid.BPChar, "bpchar").with(func(t *Type) {
			t.Coerce = coerceBPChar
			t.Ordering, t.Collation = OrderCollation, "RTRIM"
			t.Compare = func(a, b Datum) int { return bytes.Compare(trimBlanks(a.b), trimBlanks(b.b)) }
			t.AppendKey = func(dst []byte, d Datum) []byte { return appendBytesKey(dst, trimBlanks(d.b)) }
		}),
		textType(oid.Char, "char").with(func(t *Type) {
			t.Input = func(_ *Env, s string) (Datum, error) { return Text(s[:min(1, len(s))]), nil }
			t.Recv, t.load = recvChar, nil
			t.AppendBinary = func(dst []byte, _ *Env, d Datum) []byte {
				if len(d.b) == 0 {
					return append(dst, 0)
				}
				return append(dst, d.b[0])
			}
		}),
		textType(oid.RefCursor, "refcursor"),
		textType(oid.PGNodeTree, "pg_node_tree"),
		textType(oid.ACLItem, "aclitem"),
		textType(oid.Unknown, "unknown"),
		textType(oid.CString, "cstring"),
		unordered(textType(oid.XML, "xml")),
		unordered(textType(oid.JSONPath, "jsonpath")).with(func(t *Type) {
			// The binary form has a version number before the text.
			t.Recv, t.load = recvVersioned("jsonpath", t.Recv), nil
			t.AppendBinary = sendVersioned
		}),
		unordered(textType(oid.Void, "void")).with(func(t *Type) {
			t.Input = func(*Env, string) (Datum, error) { return Text(""), nil }
		}),
	)
}

// textType makes a type whose value is its text, compared byte by byte.
func textType(id oid.OID, name string) *Type {
	return &Type{
		OID: id, Name: name, Storage: KindText,
		Input:        func(_ *Env, s string) (Datum, error) { return Text(s), nil },
		AppendText:   appendBytes,
		Recv:         recvText,
		load:         TextBytes,
		AppendBinary: appendBytes,
		Compare:      compareBytes,
		AppendKey:    keyOfBytes,
	}
}

// with applies what distinguishes t from its family.
func (t *Type) with(change func(*Type)) *Type {
	change(t)
	return t
}

// unordered takes the comparison away from a type that Postgres gives none.
func unordered(t *Type) *Type {
	t.Ordering, t.Collation, t.Compare, t.AppendKey = OrderNone, "", nil, nil
	return t
}

func appendBytes(dst []byte, _ *Env, d Datum) []byte { return append(dst, d.b...) }

func recvText(_ *Env, b []byte) (Datum, error) {
	if err := ValidText(b); err != nil {
		return Null, err
	}
	return TextBytes(b), nil
}

func recvName(env *Env, b []byte) (Datum, error) {
	if len(b) > nameBytes {
		return Null, pgerr.New(pgerr.NameTooLong, "identifier too long").
			WithDetail("Identifier must be less than %d characters.", nameBytes+1)
	}
	return recvText(env, b)
}

func recvChar(_ *Env, b []byte) (Datum, error) {
	if len(b) == 0 {
		return Null, noData()
	}
	if err := fixed(b, 1); err != nil {
		return Null, err
	}
	if b[0] == 0 {
		return Text(""), nil
	}
	return TextBytes(b), nil
}

// recvVersioned reads a binary form that is a version byte of 1 and a text.
func recvVersioned(typ string, text func(*Env, []byte) (Datum, error)) func(*Env, []byte) (Datum, error) {
	return func(env *Env, b []byte) (Datum, error) {
		if len(b) == 0 {
			return Null, shortMessage()
		}
		if b[0] != 1 {
			return Null, pgerr.Newf(pgerr.InternalError, "unsupported %s version number %d", typ, b[0])
		}
		return text(env, b[1:])
	}
}

func sendVersioned(dst []byte, _ *Env, d Datum) []byte { return append(append(dst, 1), d.b...) }

// nameBytes is the length of the longest identifier.
const nameBytes = 63

// TruncateName cuts s to the length of an identifier, at the boundary of a
// character.
func TruncateName(s string) string {
	if len(s) <= nameBytes {
		return s
	}
	n := nameBytes
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// typmodHeader is what Postgres adds to the length in the modifier of a type
// of variable length.
const typmodHeader = 4

func trimBlanks(b []byte) []byte { return bytes.TrimRight(b, " ") }

// cutChars divides b after n characters.
func cutChars(b []byte, n int) (head, tail []byte) {
	if len(b) <= n {
		return b, nil
	}
	i := 0
	for ; n > 0 && i < len(b); n-- {
		_, size := utf8.DecodeRune(b[i:])
		i += size
	}
	return b[:i], b[i:]
}

// fitChars cuts d to n characters; unless the cast is explicit, only blanks
// may be lost.
func fitChars(d Datum, n int, explicit bool, spoken string) (Datum, error) {
	head, tail := cutChars(d.b, n)
	if !explicit && len(trimBlanks(tail)) > 0 {
		return Null, pgerr.Newf(pgerr.StringDataRightTruncation, "value too long for type %s(%d)", spoken, n)
	}
	return TextBytes(head), nil
}

func coerceVarChar(d Datum, typmod int32, explicit bool) (Datum, error) {
	return fitChars(d, int(typmod)-typmodHeader, explicit, "character varying")
}

func coerceBPChar(d Datum, typmod int32, explicit bool) (Datum, error) {
	n := int(typmod) - typmodHeader
	missing := n - utf8.RuneCount(d.b)
	if missing <= 0 {
		return fitChars(d, n, explicit, "character")
	}
	padded := make([]byte, len(d.b), len(d.b)+missing)
	copy(padded, d.b)
	for range missing {
		padded = append(padded, ' ')
	}
	return TextBytes(padded), nil
}
