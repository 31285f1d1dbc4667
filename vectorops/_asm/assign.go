package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// assign: the fused tile of k-means. A tile of points meets a panel of
// centroids with all products in registers; each lane of the panel keeps, for
// each point, the best value of its centroids so far and their number.
//
// The value of a centroid c for a point x is x·c − |c|²/2, largest where the
// distance is smallest. A panel holds two registers of centroids, transposed:
// for each dimension their values side by side, before all that the start
// values −|c|²/2. best and index are, per point, two registers of lanes; the
// caller fills best with −Inf and looks for the best lane in the end.
func (v isa) assign() {
	points := v.assignPoints()
	lanes := v.width / 4
	v.begin("assignTile", "best *float32, index *uint32, points *float32, d int, panels *float32, n int, first uint32",
		"meets a tile of points with n panels of centroids, numbered from first.")
	best, at := Load(Param("best"), GP64()), Load(Param("index"), GP64())
	base := Load(Param("points"), GP64())
	d := Load(Param("d"), GP64())
	panel, n := Load(Param("panels"), GP64()), Load(Param("n"), GP64())
	stride := GP64()
	MOVQ(d, stride)
	SHLQ(U8(2), stride)
	three := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, three)
	number := GP32() // of the first centroid of the panel
	Load(Param("first"), number)

	Label("panel")
	TESTQ(n, n)
	JE(LabelRef("end"))
	acc := make([][2]VecVirtual, points)
	for p := range points {
		for h := range 2 {
			acc[p][h] = v.reg()
			VMOVUPS(Mem{Base: panel, Disp: h * v.width}, acc[p][h])
		}
	}
	ADDQ(I32(2*v.width), panel)
	left := GP64()
	MOVQ(d, left)
	// Every third point has a pointer; the two behind are by index.
	ptr := make([]GPVirtual, (points+2)/3)
	for i := range ptr {
		ptr[i] = GP64()
		if i == 0 {
			MOVQ(base, ptr[0])
		} else {
			LEAQ(Mem{Base: ptr[i-1], Index: three, Scale: 1}, ptr[i])
		}
	}
	address := func(p int) Mem {
		switch p % 3 {
		case 0:
			return Mem{Base: ptr[p/3]}
		case 1:
			return Mem{Base: ptr[p/3], Index: stride, Scale: 1}
		}
		return Mem{Base: ptr[p/3], Index: stride, Scale: 2}
	}
	Label("dim")
	c0, c1 := v.reg(), v.reg()
	VMOVUPS(Mem{Base: panel}, c0)
	VMOVUPS(Mem{Base: panel, Disp: v.width}, c1)
	for p := range points {
		x := v.reg()
		VBROADCASTSS(address(p), x)
		VFMADD231PS(x, c0, acc[p][0])
		VFMADD231PS(x, c1, acc[p][1])
	}
	ADDQ(I32(2*v.width), panel)
	for i := range ptr {
		ADDQ(U8(4), ptr[i])
	}
	DECQ(left)
	JNE(LabelRef("dim"))

	x := XMM()
	VMOVD(number, x)
	number32 := v.reg()
	VPBROADCASTD(x, number32)
	for p := range points {
		for h := range 2 {
			disp := (2*p + h) * v.width
			have := v.reg()
			VMOVUPS(Mem{Base: best, Disp: disp}, have)
			if v.width == 64 {
				k := K()
				VCMPPS(U8(30), have, acc[p][h], k) // greater
				VMOVUPS(acc[p][h], k, Mem{Base: best, Disp: disp})
				VMOVDQU32(number32, k, Mem{Base: at, Disp: disp})
				continue
			}
			greater := v.reg()
			VCMPPS(U8(30), have, acc[p][h], greater)
			VMASKMOVPS(acc[p][h], greater, Mem{Base: best, Disp: disp})
			VPMASKMOVD(number32, greater, Mem{Base: at, Disp: disp})
		}
	}
	ADDL(U8(uint8(2*lanes)), number)
	DECQ(n)
	JMP(LabelRef("panel"))
	Label("end")
	VZEROUPPER()
	RET()
}

// assignPoints is how many points a tile has: as many as leave registers for
// two of centroids and one of a point's value.
func (v isa) assignPoints() int {
	if v.width == 64 {
		return 12
	}
	return 6
}
