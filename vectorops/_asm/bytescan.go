package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// byteScan: fastScan for codes of a byte for each part. A row of 64 bytes holds
// one part of each vector of the block, and its table is 256 bytes.
func (v isa) byteScan() {
	v.begin("byteScan", "sums *uint16, hits *uint64, codes *byte, tables *byte, blocks int, rows int, threshold uint16",
		"sums the table entries of blocks of 64 codes of bytes and marks the sums up to a threshold.")
	sums, hits := Load(Param("sums"), GP64()), Load(Param("hits"), GP64())
	codes, tables := Load(Param("codes"), GP64()), Load(Param("tables"), GP64())
	blocks, rows := Load(Param("blocks"), GP64()), Load(Param("rows"), GP64())
	limit := v.threshold()
	look := v.permuted()
	if v.width == 32 {
		look = v.shuffled()
	}
	parts := 64 / v.width

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
	for p, entries := range look(codes, table) {
		VPADDW(entries, whole[p], whole[p])
		VPSRLW(U8(8), entries, entries)
		VPADDW(entries, odd[p], odd[p])
	}
	ADDQ(U8(64), codes)
	ADDQ(I32(256), table)
	DECQ(left)
	JNE(LabelRef("row"))
	v.endOfBlock(whole, odd, limit, sums, hits)
	DECQ(blocks)
	JMP(LabelRef("block"))
	Label("end")
	VZEROUPPER()
	RET()
}

// permuted looks up by permutations of bytes over two registers (AVX-512 VBMI).
// The table is two such pairs; the code's highest bit says which.
func (v isa) permuted() func(codes, table Register) []VecVirtual {
	return func(codes, table Register) []VecVirtual {
		low, high, first, second := v.reg(), v.reg(), v.reg(), v.reg()
		upper := K()
		moveInts(v, Mem{Base: codes}, low)
		moveInts(v, Mem{Base: table}, first)
		moveInts(v, Mem{Base: table, Disp: 128}, second)
		VPMOVB2M(low, upper)
		moveInts(v, low, high)
		VPERMI2B(Mem{Base: table, Disp: 64}, first, low)
		VPERMI2B(Mem{Base: table, Disp: 192}, second, high)
		VMOVDQU8(high, upper, low)
		return []VecVirtual{low}
	}
}

// shuffled looks up by a shuffle for each sixteenth of the table. A code less
// 16·k is below 16 if its entry is in part k; added to 0x70 with saturation all
// others get their highest bit, for which a shuffle gives zero.
func (v isa) shuffled() func(codes, table Register) []VecVirtual {
	step, bias := v.bytes(0x10), v.bytes(0x70)
	return func(codes, table Register) []VecVirtual {
		code := []VecVirtual{v.reg(), v.reg()}
		entries := []VecVirtual{v.reg(), v.reg()}
		for p := range code {
			moveInts(v, Mem{Base: codes, Disp: p * v.width}, code[p])
			v.zero(entries[p])
		}
		for k := range 16 {
			part := v.reg()
			VBROADCASTI128(Mem{Base: table, Disp: 16 * k}, part)
			for p := range code {
				index := v.reg()
				VPADDUSB(bias, code[p], index)
				VPSHUFB(index, part, index)
				VPOR(index, entries[p], entries[p])
				if k < 15 {
					VPSUBB(step, code[p], code[p])
				}
			}
		}
		return entries
	}
}

// bytes is a register that has one byte everywhere.
func (v isa) bytes(b uint32) VecVirtual {
	word, x, r := GP32(), XMM(), v.reg()
	MOVL(U32(b*0x01010101), word)
	VMOVD(word, x)
	VPBROADCASTD(x, r)
	return r
}
