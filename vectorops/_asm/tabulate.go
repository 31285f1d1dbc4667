package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// tabulate: for each part, rows of n values weighted and added up, n a multiple
// of 16, and the least and greatest of the sums.
func (v isa) tabulate() {
	v.begin("tabulate", "dst *float32, bounds *float32, weights *float32, rows *float32, parts int, terms int, n int",
		"writes weighted sums of rows, and the least and greatest of each part.")
	dst, bounds := Load(Param("dst"), GP64()), Load(Param("bounds"), GP64())
	weights, rows := Load(Param("weights"), GP64()), Load(Param("rows"), GP64())
	parts, terms := Load(Param("parts"), GP64()), Load(Param("terms"), GP64())
	width := Load(Param("n"), GP64()) // in bytes
	SHLQ(U8(2), width)
	advance := GP64() // bytes of a part's rows
	MOVQ(width, advance)
	IMULQ(terms, advance)
	side := 64 / v.width // registers that stand for 16 values
	row, weight, at := GP64(), GP64(), GP64()
	least, most := v.reg(), v.reg()
	// columns sums 16 values count times, side by side.
	columns := func(count int) {
		sums := make([]VecVirtual, count*side)
		for i := range sums {
			sums[i] = v.reg()
			VXORPS(sums[i], sums[i], sums[i])
		}
		left, term := GP64(), label("term")
		LEAQ(Mem{Base: rows, Index: at, Scale: 1}, row)
		MOVQ(weights, weight)
		MOVQ(terms, left)
		Label(term)
		w := v.reg()
		VBROADCASTSS(Mem{Base: weight}, w)
		for i := range sums {
			VFMADD231PS(Mem{Base: row, Disp: i * v.width}, w, sums[i])
		}
		ADDQ(width, row)
		ADDQ(U8(4), weight)
		DECQ(left)
		JNE(LabelRef(term))
		for i, s := range sums {
			VMOVUPS(s, Mem{Base: dst, Disp: i * v.width})
		}
		known := label("known")
		TESTQ(at, at)
		JNE(LabelRef(known))
		VMOVAPS(sums[0], least)
		VMOVAPS(sums[0], most)
		Label(known)
		for _, s := range sums {
			VMINPS(s, least, least)
			VMAXPS(s, most, most)
		}
		ADDQ(I32(64*count), dst)
		ADDQ(I32(64*count), at)
	}
	Label("part")
	TESTQ(parts, parts)
	JE(LabelRef("end"))
	XORQ(at, at)
	const many = 4
	Label("many")
	after := GP64()
	LEAQ(Mem{Base: at, Disp: 64 * many}, after)
	CMPQ(after, width)
	JG(LabelRef("few"))
	columns(many)
	JMP(LabelRef("many"))
	Label("few")
	CMPQ(at, width)
	JGE(LabelRef("ended"))
	columns(1)
	JMP(LabelRef("few"))
	Label("ended")
	VMOVSS(v.across(least, func(a, b, dst Op) { VMINPS(a, b, dst) }), Mem{Base: bounds})
	VMOVSS(v.across(most, func(a, b, dst Op) { VMAXPS(a, b, dst) }), Mem{Base: bounds, Disp: 4})
	ADDQ(U8(8), bounds)
	// The next part's weights begin where these have ended, and so do its rows.
	MOVQ(weight, weights)
	ADDQ(advance, rows)
	DECQ(parts)
	JMP(LabelRef("part"))
	Label("end")
	VZEROUPPER()
	RET()
}

// across combines the lanes of a register.
func (v isa) across(x VecVirtual, combine func(a, b, dst Op)) VecVirtual {
	y := x
	if v.width == 64 {
		y = YMM()
		VEXTRACTF64X4(U8(1), x, y)
		combine(x.AsY(), y, y)
	}
	low, other := XMM(), XMM()
	VEXTRACTF128(U8(1), y.AsY(), low)
	combine(y.AsX(), low, low)
	VSHUFPS(U8(0b1110), low, low, other)
	combine(other, low, low)
	VSHUFPS(U8(0b01), low, low, other)
	combine(other, low, low)
	return low
}

// toBytes: values less the least of their part, times a factor, as bytes.
func (v isa) toBytes() {
	v.begin("toBytes", "dst *byte, table *float32, bounds *float32, factor float32, parts int, n int",
		"writes a table of floats as bytes.")
	dst, table := Load(Param("dst"), GP64()), Load(Param("table"), GP64())
	bounds := Load(Param("bounds"), GP64())
	x, factor := XMM(), v.reg()
	Load(Param("factor"), x)
	VBROADCASTSS(x, factor)
	parts, n := Load(Param("parts"), GP64()), Load(Param("n"), GP64())
	Label("part")
	TESTQ(parts, parts)
	JE(LabelRef("end"))
	least, left := v.reg(), GP64()
	VBROADCASTSS(Mem{Base: bounds}, least)
	MOVQ(n, left)
	Label("column")
	words := make([]VecVirtual, 64/v.width)
	for i := range words {
		words[i] = v.reg()
		VMOVUPS(Mem{Base: table, Disp: i * v.width}, words[i])
		VSUBPS(least, words[i], words[i])
		VMULPS(factor, words[i], words[i])
		VCVTPS2DQ(words[i], words[i])
	}
	bytes := XMM()
	if v.width == 64 {
		VPMOVUSDB(words[0], bytes)
	} else {
		high := XMM()
		VPACKUSDW(words[1], words[0], words[0])
		VPERMQ(U8(0b11011000), words[0], words[0])
		VEXTRACTI128(U8(1), words[0], high)
		VPACKUSWB(high, words[0].AsX(), bytes)
	}
	VMOVDQU(bytes, Mem{Base: dst})
	ADDQ(U8(64), table)
	ADDQ(U8(16), dst)
	SUBQ(U8(16), left)
	JNE(LabelRef("column"))
	ADDQ(U8(8), bounds)
	DECQ(parts)
	JMP(LabelRef("part"))
	Label("end")
	VZEROUPPER()
	RET()
}
