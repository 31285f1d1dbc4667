package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// convert: between half and single precision, whole registers only; what is
// left behind them is the caller's.
func (v isa) convert() {
	step := func(name, args, doc string, from, to int, one func(src, dst Mem)) {
		v.begin(name, args, doc)
		dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
		at := GP64()
		XORQ(at, at)
		SUBQ(I32(v.lanes()), n)
		Label("loop")
		CMPQ(at, n)
		JG(LabelRef("end"))
		one(Mem{Base: src, Index: at, Scale: uint8(from)}, Mem{Base: dst, Index: at, Scale: uint8(to)})
		ADDQ(I32(v.lanes()), at)
		JMP(LabelRef("loop"))
		Label("end")
		VZEROUPPER()
		RET()
	}
	step("widenHalves", "dst *float32, src *uint16, n int", "converts n halves to single precision, but for an incomplete register.", 2, 4,
		func(src, dst Mem) {
			x := v.reg()
			VCVTPH2PS(src, x)
			VMOVUPS(x, dst)
		})
	step("roundHalves", "dst *uint16, src *float32, n int", "rounds n floats to half precision, but for an incomplete register.", 4, 2,
		func(src, dst Mem) {
			x := v.reg()
			VMOVUPS(src, x)
			VCVTPS2PH(U8(0), x, dst) // to the nearest, ties to even
		})
}
