package builtin

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"math"
	"math/bits"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

func byteaFunctions() Table {
	digest := func(sum func(b []byte) []byte) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return datum.Blob(sum(a.Bytes())), nil })
	}
	md5Hex := one(func(a datum.Datum) (datum.Datum, error) {
		sum := md5.Sum(a.Bytes())
		return datum.TextBytes(hex.AppendEncode(nil, sum[:])), nil
	})
	return Table{
		"byteacat": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.Blob(concat(a[0].Bytes(), a[1].Bytes())), nil
		}),
		"byteaoctetlen": template("octet_length($1)", countOf(func(b []byte) int { return len(b) })),
		"byteapos": template("instr($1, $2)", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(bytes.Index(a[0].Bytes(), a[1].Bytes()) + 1)), nil
		}),
		"bytea_substr":        pure(func(a []datum.Datum) (datum.Datum, error) { return byteaSubstr(a[0], a[1].Int(), a[2].Int(), true) }),
		"bytea_substr_no_len": pure(func(a []datum.Datum) (datum.Datum, error) { return byteaSubstr(a[0], a[1].Int(), 0, false) }),
		"byteaoverlay":        pure(func(a []datum.Datum) (datum.Datum, error) { return byteaOverlay(a, a[3].Int()) }),
		"byteaoverlay_no_len": pure(func(a []datum.Datum) (datum.Datum, error) { return byteaOverlay(a, int64(len(a[1].Bytes()))) }),
		"byteaGetByte":        pure(getByte),
		"byteaSetByte":        pure(setByte),
		"byteaGetBit":         pure(getBit),
		"byteaSetBit":         pure(setBit),
		"bytea_bit_count": pure(func(a []datum.Datum) (datum.Datum, error) {
			n := 0
			for _, c := range a[0].Bytes() {
				n += bits.OnesCount8(c)
			}
			return datum.Int(int64(n)), nil
		}),
		"md5_text":     md5Hex,
		"md5_bytea":    md5Hex,
		"sha224_bytea": digest(func(b []byte) []byte { s := sha256.Sum224(b); return s[:] }),
		"sha256_bytea": digest(func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }),
		"sha384_bytea": digest(func(b []byte) []byte { s := sha512.Sum384(b); return s[:] }),
		"sha512_bytea": digest(func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }),

		"binary_encode": pure(func(a []datum.Datum) (datum.Datum, error) {
			f, err := encodingNamed(a[1].Str())
			if err != nil {
				return datum.Null, err
			}
			return datum.TextBytes(f.encode(a[0].Bytes())), nil
		}),
		"binary_decode": pure(func(a []datum.Datum) (datum.Datum, error) {
			f, err := encodingNamed(a[1].Str())
			if err != nil {
				return datum.Null, err
			}
			b, err := f.decode(a[0].Bytes())
			return datum.Blob(b), err
		}),
		"pg_convert_from": pure(func(a []datum.Datum) (datum.Datum, error) {
			if err := onlyUTF8(a[1].Str()); err != nil {
				return datum.Null, err
			}
			return datum.TextBytes(a[0].Bytes()), datum.ValidText(a[0].Bytes())
		}),
		"pg_convert_to": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.Blob(a[0].Bytes()), onlyUTF8(a[1].Str())
		}),
	}
}

func byteaSubstr(d datum.Datum, start, length int64, bounded bool) (datum.Datum, error) {
	skip, n, err := window(start, length, bounded)
	if err != nil {
		return datum.Null, err
	}
	b := d.Bytes()
	b = b[min(skip, int64(len(b))):]
	if n >= 0 {
		b = b[:min(n, int64(len(b)))]
	}
	return datum.Blob(b), nil
}

func byteaOverlay(a []datum.Datum, length int64) (datum.Datum, error) {
	b, start := a[0].Bytes(), a[2].Int()
	if start <= 0 {
		return datum.Null, negativeSubstring()
	}
	if start+length > math.MaxInt32 {
		return datum.Null, datum.IntOutOfRange(32)
	}
	all := int64(len(b))
	head := b[:min(start-1, all)]
	tail := b[min(max(start+length, 1)-1, all):]
	return datum.Blob(append(concat(head, a[1].Bytes()), tail...)), nil
}

func indexFault(index, last int64) error {
	return pgerr.Newf(pgerr.ArraySubscriptError, "index %d out of valid range, 0..%d", index, last)
}

func getByte(a []datum.Datum) (datum.Datum, error) {
	b, n := a[0].Bytes(), a[1].Int()
	if n < 0 || n >= int64(len(b)) {
		return datum.Null, indexFault(n, int64(len(b))-1)
	}
	return datum.Int(int64(b[n])), nil
}

func setByte(a []datum.Datum) (datum.Datum, error) {
	if _, err := getByte(a); err != nil {
		return datum.Null, err
	}
	d := a[0].Clone()
	d.Bytes()[a[1].Int()] = byte(a[2].Int())
	return d, nil
}

func getBit(a []datum.Datum) (datum.Datum, error) {
	b, n := a[0].Bytes(), a[1].Int()
	if n < 0 || n >= int64(len(b))*8 {
		return datum.Null, indexFault(n, int64(len(b))*8-1)
	}
	return datum.Int(int64(b[n/8] >> (n % 8) & 1)), nil
}

func setBit(a []datum.Datum) (datum.Datum, error) {
	if _, err := getBit(a); err != nil {
		return datum.Null, err
	}
	bit := a[2].Int()
	if bit != 0 && bit != 1 {
		return datum.Null, invalid("new bit must be 0 or 1")
	}
	d, n := a[0].Clone(), a[1].Int()
	b := d.Bytes()
	b[n/8] = b[n/8]&^(1<<(n%8)) | byte(bit<<(n%8))
	return d, nil
}
