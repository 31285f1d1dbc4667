package datum

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"

	"voronoi/internal/oid"
)

// typeList is all types in a fixed order, so that a corpus keeps its meaning.
func typeList() []*Type {
	var list []*Type
	for _, t := range types {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *Type) int { return int(a.OID) - int(b.OID) })
	return list
}

// sampleTexts is at least one good text for each family of types.
var sampleTexts = []string{"t", "1", "-1", "1.5", "NaN", "abc", `\x00ff`, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{1,2,NULL}", "[0:1]={1,2}", `{"a b",NULL}`, "2024-01-31", "2024-01-31 10:00:00+05:30", "10:00:00",
	"1 mon 2 days 03:04:05", `{"a":[1,2,{"b":null}]}`, "[1,2,3]", "{1:1.5,3:2}/5", "1.2.3.4/24", "0101", "(0,1)", "1 2 3", "-", "1e10", "Infinity", "now", "P1Y2M", "{t,f}", "{1.10}", `{"[1,2]"}`}

// FuzzInput holds that no text makes an input function panic, that what it
// accepts reads back from either form as itself, and that equal keys mean
// equal values.
func FuzzInput(f *testing.F) {
	list := typeList()
	env := DefaultEnv()
	for i, typ := range list {
		for _, s := range sampleTexts {
			if _, err := typ.Input(env, s); err == nil && typ.Elem == nil {
				f.Add(uint16(i), s)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, s string) {
		typ := list[int(which)%len(list)]
		if ValidText([]byte(s)) != nil {
			return // refused before it gets here
		}
		d, err := typ.Input(env, s)
		if err != nil {
			return
		}
		holdValue(t, env, typ, d)
	})
}

// FuzzRecv holds the same for binary forms.
func FuzzRecv(f *testing.F) {
	list := typeList()
	env := DefaultEnv()
	for i, typ := range list {
		for _, s := range sampleTexts {
			if d, err := typ.Input(env, s); err == nil && (typ.Elem == nil || i%4 == 0) {
				f.Add(uint16(i), typ.AppendBinary(nil, env, d))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, b []byte) {
		typ := list[int(which)%len(list)]
		d, err := typ.Recv(env, b)
		if err != nil {
			return
		}
		holdValue(t, env, typ, d)
	})
}

// textIsPartial are types whose text does not tell everything.
func textIsPartial(typ *Type) bool {
	if typ.Elem != nil {
		return textIsPartial(typ.Elem)
	}
	switch typ.OID {
	case oid.Record, oid.Void, oid.Char: // a "char" may be half a character
		return true
	}
	return false
}

func holdValue(t *testing.T, env *Env, typ *Type, d Datum) {
	t.Helper()
	text := typ.AppendText(nil, env, d)
	if !textIsPartial(typ) {
		again, err := typ.Input(env, string(text))
		if err != nil {
			t.Fatalf("%s: cannot read its own %q: %v", typ.Name, text, err)
		}
		if back := typ.AppendText(nil, env, again); !bytes.Equal(back, text) {
			t.Fatalf("%s: %q reads back as %q", typ.Name, text, back)
		}
	}
	binary := typ.AppendBinary(nil, env, d)
	again, err := typ.Recv(env, binary)
	if err != nil || !same(again, d) {
		t.Fatalf("%s %q: its own binary %s reads back as %v, %v", typ.Name, text, hex.EncodeToString(binary), again, err)
	}
	if again = typ.loadBinary(binary); !same(again, d) {
		t.Fatalf("%s %q: loaded as %v", typ.Name, text, again)
	}
	if (typ.Compare == nil) != (typ.AppendKey == nil) || (typ.Compare == nil) != (typ.Ordering == OrderNone) {
		t.Fatalf("%s: comparison, key and ordering disagree", typ.Name)
	}
	if typ.Compare != nil && typ.Compare(d, again) != 0 {
		t.Fatalf("%s %q: differs from itself", typ.Name, text)
	}
}

// FuzzKeys holds that keys are in the order of the values.
func FuzzKeys(f *testing.F) {
	list := typeList()
	env := DefaultEnv()
	for i, typ := range list {
		for _, s := range sampleTexts {
			if _, err := typ.Input(env, s); err == nil && typ.Elem == nil {
				f.Add(uint16(i), s, s)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, s, u string) {
		typ := list[int(which)%len(list)]
		if typ.Compare == nil || ValidText([]byte(s)) != nil || ValidText([]byte(u)) != nil {
			return
		}
		a, err := typ.Input(env, s)
		if err != nil {
			return
		}
		b, err := typ.Input(env, u)
		if err != nil {
			return
		}
		checkKeys(t, typ, []Datum{a, b})
	})
}
