package builtin

import (
	"encoding/binary"
	"math/bits"

	"voronoi/internal/datum"
)

// hashFunctions are Postgres's own hashes, which programs use to make lock
// numbers and partitions: Bob Jenkins's lookup3 with Postgres's seed.
func hashFunctions() Table {
	hash := func(f func(d datum.Datum, seed uint64) uint64) (plain, extended Impl) {
		plain = one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(int32(f(a, 0)))), nil
		})
		extended = two(func(a, seed datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(f(a, uint64(seed.Int())))), nil
		})
		return plain, extended
	}
	t := Table{}
	add := func(name string, f func(d datum.Datum, seed uint64) uint64) {
		t[name], t[name+"extended"] = hash(f)
	}
	ofBytes := func(d datum.Datum, seed uint64) uint64 { return hashBytes(d.Bytes(), seed) }
	ofUint32 := func(d datum.Datum, seed uint64) uint64 { return hashUint32(uint32(d.Int()), seed) }
	add("hashtext", ofBytes)
	add("hashname", ofBytes)
	add("hashvarlena", ofBytes)
	add("hashint2", ofUint32)
	add("hashint4", ofUint32)
	add("hashoid", ofUint32)
	add("hashint8", func(d datum.Datum, seed uint64) uint64 {
		v := uint64(d.Int())
		low, high := uint32(v), uint32(v>>32)
		if d.Int() < 0 {
			high = ^high
		}
		return hashUint32(low^high, seed)
	})
	t["uuid_hash"], t["uuid_hash_extended"] = hash(ofBytes)
	return t
}

const hashStart = 0x9e3779b9 + 3923095

// hashBytes gives 64 bits, of which the low 32 are the plain hash with seed 0.
func hashBytes(k []byte, seed uint64) uint64 {
	a := uint32(hashStart + len(k))
	b, c := a, a
	if seed != 0 {
		a += uint32(seed >> 32)
		b += uint32(seed)
		a, b, c = hashMix(a, b, c)
	}
	for ; len(k) >= 12; k = k[12:] {
		a += binary.LittleEndian.Uint32(k)
		b += binary.LittleEndian.Uint32(k[4:])
		c += binary.LittleEndian.Uint32(k[8:])
		a, b, c = hashMix(a, b, c)
	}
	// The lowest byte of c is left to the length.
	var tail [12]byte
	copy(tail[:], k)
	a += binary.LittleEndian.Uint32(tail[:])
	b += binary.LittleEndian.Uint32(tail[4:])
	c += binary.LittleEndian.Uint32(tail[8:]) << 8
	return hashFinal(a, b, c)
}

func hashUint32(k uint32, seed uint64) uint64 {
	a := uint32(hashStart + 4)
	b, c := a, a
	if seed != 0 {
		a += uint32(seed >> 32)
		b += uint32(seed)
		a, b, c = hashMix(a, b, c)
	}
	return hashFinal(a+k, b, c)
}

func hashMix(a, b, c uint32) (uint32, uint32, uint32) {
	rot := bits.RotateLeft32
	a = (a - c) ^ rot(c, 4)
	c += b
	b = (b - a) ^ rot(a, 6)
	a += c
	c = (c - b) ^ rot(b, 8)
	b += a
	a = (a - c) ^ rot(c, 16)
	c += b
	b = (b - a) ^ rot(a, 19)
	a += c
	c = (c - b) ^ rot(b, 4)
	b += a
	return a, b, c
}

func hashFinal(a, b, c uint32) uint64 {
	rot := bits.RotateLeft32
	c = (c ^ b) - rot(b, 14)
	a = (a ^ c) - rot(c, 11)
	b = (b ^ a) - rot(a, 25)
	c = (c ^ b) - rot(b, 16)
	a = (a ^ c) - rot(c, 4)
	b = (b ^ a) - rot(a, 14)
	c = (c ^ b) - rot(b, 24)
	return uint64(b)<<32 | uint64(c)
}
