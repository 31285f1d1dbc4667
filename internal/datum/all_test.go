package datum

import (
	"testing"

	"voronoi/internal/oid"
)

// TestEveryTypeIsComplete holds what users of a type rely on without asking.
func TestEveryTypeIsComplete(t *testing.T) {
	for _, typ := range typeList() {
		if typ.Input == nil || typ.AppendText == nil || typ.Recv == nil || typ.AppendBinary == nil {
			t.Errorf("%s lacks a form", typ.Name)
		}
		if typ.Storage == KindNull {
			t.Errorf("%s has no storage class", typ.Name)
		}
		if typ.Ordering == OrderCollation && typ.Collation != "RTRIM" && Collations[typ.Collation] == nil {
			t.Errorf("%s is compared by the unknown collation %q", typ.Name, typ.Collation)
		}
		if (typ.Coerce != nil) != (typmodReaders[elementOID(typ)] != nil) {
			t.Errorf("%s: a modifier can be written but not applied, or the other way round", typ.Name)
		}
		if typ.Elem == nil && typ.OID != oid.Unknown && typ.OID != oid.Void && ArrayOID(typ.OID) == 0 && typ.OID != oid.PGNodeTree {
			t.Errorf("%s has no array type", typ.Name)
		}
	}
}

func elementOID(typ *Type) oid.OID {
	if typ.Elem != nil {
		return typ.Elem.OID
	}
	return typ.OID
}

// TestSamplesOfEveryType runs the properties of the fuzz targets over every
// pair of a type and a sample, for they are all worth it.
func TestSamplesOfEveryType(t *testing.T) {
	env := DefaultEnv()
	for _, typ := range typeList() {
		var values []Datum
		for _, s := range sampleTexts {
			if d, err := typ.Input(env, s); err == nil {
				holdValue(t, env, typ, d)
				values = append(values, d)
			}
		}
		if typ.Elem != nil && typ.OID != oid.Int2Vector && typ.OID != oid.OIDVector {
			elems := []Datum{Null}
			for _, s := range sampleTexts {
				if e, err := typ.Elem.Input(env, s); err == nil {
					values = append(values, NewArray(typ.Elem, []Datum{e}))
					elems = append(elems, e)
				}
			}
			values = append(values, NewArray(typ.Elem, elems))
			for _, d := range values {
				holdValue(t, env, typ, d)
			}
		}
		if len(values) == 0 && typ.OID != oid.Record {
			t.Errorf("no sample is a %s", typ.Name)
		}
		if typ.Compare != nil {
			checkKeys(t, typ, values)
		}
	}
}

func TestValidText(t *testing.T) {
	for in, want := range map[string]string{
		"é":            "",
		"a\x00b":       `invalid byte sequence for encoding "UTF8": 0x00`,
		"\xff":         `invalid byte sequence for encoding "UTF8": 0xff`,
		"ab\xc3":       `invalid byte sequence for encoding "UTF8": 0xc3`,
		"\xc3(":        `invalid byte sequence for encoding "UTF8": 0xc3 0x28`,
		"\xe2\x82x":    `invalid byte sequence for encoding "UTF8": 0xe2 0x82 0x78`,
		"\xed\xa0\x80": `invalid byte sequence for encoding "UTF8": 0xed 0xa0 0x80`,
	} {
		got := ""
		if err := ValidText([]byte(in)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
