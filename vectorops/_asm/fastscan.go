package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// fastScan: sums of 4-bit table entries, 64 vectors to a block (André, Kermarrec
// and Le Scouarnec, "Cache locality is not enough: high-performance nearest
// neighbor search with product quantization fast scan", 2015).
//
// A row of 64 bytes holds two parts of each vector of the block, the first in
// the low halves. The two tables of a row are 16 bytes each. Sums are kept in
// 16 bits: one register adds whole words, that is even bytes plus 256 times
// odd ones, the other only the odd ones; subtracting gives the even.
func (v isa) fastScan() {
	v.begin("fastScan", "sums *uint16, hits *uint64, codes *byte, tables *byte, blocks int, rows int, threshold uint16, next *byte",
		"sums the table entries of blocks of 64 codes and marks the sums up to a threshold.")
	sums, hits := Load(Param("sums"), GP64()), Load(Param("hits"), GP64())
	codes, tables := Load(Param("codes"), GP64()), Load(Param("tables"), GP64())
	blocks, rows := Load(Param("blocks"), GP64()), Load(Param("rows"), GP64())
	next := Load(Param("next"), GP64())
	limit, low := v.threshold(), v.bytes(0x0f)
	parts := 64 / v.width // registers to a row of a block

	Label("block")
	TESTQ(blocks, blocks)
	JE(LabelRef("end"))
	whole, odd := make([]VecVirtual, parts), make([]VecVirtual, parts)
	for p := range parts {
		whole[p], odd[p] = v.reg(), v.reg()
		v.zero(whole[p])
		v.zero(odd[p])
	}
	table, left := GP64(), GP64()
	MOVQ(tables, table)
	MOVQ(rows, left)
	Label("row")
	ta, tb := v.reg(), v.reg()
	if v.width == 64 {
		VBROADCASTI32X4(Mem{Base: table}, ta)
		VBROADCASTI32X4(Mem{Base: table, Disp: 16}, tb)
	} else {
		VBROADCASTI128(Mem{Base: table}, ta)
		VBROADCASTI128(Mem{Base: table, Disp: 16}, tb)
	}
	for p := range parts {
		c, a, b := v.reg(), v.reg(), v.reg()
		moveInts(v, Mem{Base: codes, Disp: p * v.width}, c)
		and(low, c, a)
		VPSRLW(U8(4), c, b)
		and(low, b, b)
		for _, e := range []struct{ table, index VecVirtual }{{ta, a}, {tb, b}} {
			VPSHUFB(e.index, e.table, e.index)
			VPADDW(e.index, whole[p], whole[p])
			VPSRLW(U8(8), e.index, e.index)
			VPADDW(e.index, odd[p], odd[p])
		}
	}
	PREFETCHT0(Mem{Base: next})
	ADDQ(U8(64), next)
	ADDQ(U8(64), codes)
	ADDQ(U8(32), table)
	DECQ(left)
	JNE(LabelRef("row"))

	v.endOfBlock(whole, odd, limit, sums, hits)
	DECQ(blocks)
	JMP(LabelRef("block"))
	Label("end")
	VZEROUPPER()
	RET()
}

// threshold is the argument of that name in every word of a register.
func (v isa) threshold() VecVirtual {
	t, x, limit := GP32(), XMM(), v.reg()
	Load(Param("threshold"), t.As16())
	MOVWLZX(t.As16(), t)
	VMOVD(t, x)
	VPBROADCASTW(x, limit)
	return limit
}

// endOfBlock writes the sums of a block of 64 codes and the set of those up to
// the limit, and moves on to where those of the next block go.
func (v isa) endOfBlock(whole, odd []VecVirtual, limit VecVirtual, sums, hits Register) {
	evens, odds := GP64(), GP64()
	for p := range whole {
		high := v.reg()
		VPSLLW(U8(8), odd[p], high)
		VPSUBW(high, whole[p], whole[p])
		moveInts(v, whole[p], Mem{Base: sums, Disp: p * v.width})
		moveInts(v, odd[p], Mem{Base: sums, Disp: 64 + p*v.width})
		for _, e := range []struct {
			words VecVirtual
			bits  GPVirtual
		}{{whole[p], evens}, {odd[p], odds}} {
			if v.width == 64 {
				k := K()
				VPCMPUW(U8(2), limit, e.words, k) // at most
				KMOVD(k, e.bits.As32())
				continue
			}
			// At most: the minimum of both is the sum itself. Then a bit for
			// each word, by packing the words' bytes.
			least, half, mask := YMM(), XMM(), GP32()
			VPMINUW(limit, e.words, least)
			VPCMPEQW(least, e.words, least)
			VEXTRACTI128(U8(1), least, half)
			VPACKSSWB(half, least.AsX(), half)
			VPMOVMSKB(half, mask)
			if p == 0 {
				MOVL(mask, e.bits.As32())
			} else {
				SHLQ(U8(16), mask.As64())
				ORQ(mask.As64(), e.bits)
			}
		}
	}
	spread := GP64()
	MOVQ(U64(0x5555555555555555), spread)
	PDEPQ(spread, evens, evens)
	NOTQ(spread)
	PDEPQ(spread, odds, odds)
	ORQ(odds, evens)
	MOVQ(evens, Mem{Base: hits})
	ADDQ(U8(8), hits)
	SUBQ(I32(-128), sums)
}

func (v isa) zero(r VecVirtual) {
	if v.width == 64 {
		VPXORD(r, r, r)
	} else {
		VPXOR(r, r, r)
	}
}

// moveInts moves a whole register from or to memory.
func moveInts(v isa, from, to Op) {
	if v.width == 64 {
		VMOVDQU32(from, to)
	} else {
		VMOVDQU(from, to)
	}
}
