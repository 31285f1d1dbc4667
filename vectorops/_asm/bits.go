package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The kernels over bits count: those that differ, and those that both have.
var bitKernels = []kernel{
	{name: "differing", doc: "numbers of differing bits", counts: true, consts: popcountTables,
		term: func(v isa, consts []VecVirtual, q, x, acc, tmp VecVirtual) {
			if v.width == 64 {
				VPXORD(q, x, tmp)
			} else {
				VPXOR(q, x, tmp)
			}
			v.popcount(consts, tmp, acc)
		}},
	{name: "common", doc: "numbers of common bits", counts: true, consts: popcountTables,
		term: func(v isa, consts []VecVirtual, q, x, acc, tmp VecVirtual) {
			and(q, x, tmp)
			v.popcount(consts, tmp, acc)
		}},
}

// popcount adds the number of bits of x to acc, and destroys x. AVX-512 has an
// instruction for it (VPOPCNTDQ); AVX2 looks up the halves of each byte in a
// table of sixteen (Muła, Kurz and Lemire, "Faster population counts using AVX2
// instructions", 2018) and sums the bytes of each 64 bits.
func (v isa) popcount(consts []VecVirtual, x, acc VecVirtual) {
	if v.width == 64 {
		VPOPCNTD(x, x)
		VPADDD(x, acc, acc)
		return
	}
	table, low := consts[0], consts[1]
	high := v.reg()
	VPSRLW(U8(4), x, high)
	VPAND(low, x, x)
	VPAND(low, high, high)
	VPSHUFB(x, table, x)
	VPSHUFB(high, table, high)
	VPADDB(high, x, x)
	VPXOR(high, high, high)
	VPSADBW(high, x, x)
	VPADDD(x, acc, acc)
}

var popcountData Mem

func popcountTables(v isa) []VecVirtual {
	if v.width == 64 {
		return nil
	}
	if popcountData.Symbol.Name == "" {
		popcountData = GLOBL("popcountTable", RODATA|NOPTR)
		for i := range 16 {
			DATA(i, U8(uint8(i&1+i>>1&1+i>>2&1+i>>3)))
		}
	}
	table, at := YMM(), GP64()
	LEAQ(popcountData, at)
	VBROADCASTI128(Mem{Base: at}, table)
	return []VecVirtual{table, v.broadcast(0x0f0f0f0f)}
}
