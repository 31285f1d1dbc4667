package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: a suffix for names and a register width in bytes.
type isa struct {
	suffix string
	width  int
	// How many vectors the four-query tile takes: as many as registers allow.
	fourBy int
}

var (
	avx512 = isa{"AVX512", 64, 2}
	avx2   = isa{"AVX2", 32, 1}
)

// kernel is what is computed for a pair of vectors: a sum of terms.
type kernel struct {
	name string
	doc  string
	// term adds the term of q and v to acc; tmp and, if constant, c are free.
	term     func(q, v, acc, tmp, c VecVirtual)
	constant bool // needs the mask that clears signs
	four     bool
}

var kernels = []kernel{
	{name: "l2Squared", doc: "squared Euclidean distances", four: true,
		term: func(q, v, acc, tmp, _ VecVirtual) {
			VSUBPS(v, q, tmp)
			VFMADD231PS(tmp, tmp, acc)
		}},
	{name: "innerProduct", doc: "inner products", four: true,
		term: func(q, v, acc, _, _ VecVirtual) { VFMADD231PS(q, v, acc) }},
	{name: "l1", doc: "sums of absolute differences", constant: true, four: true,
		term: func(q, v, acc, tmp, c VecVirtual) {
			VSUBPS(v, q, tmp)
			and(c, tmp, tmp)
			VADDPS(tmp, acc, acc)
		}},
}

func and(a, b, dst VecVirtual) {
	if dst.Size() == 64 {
		VPANDD(a, b, dst)
	} else {
		VPAND(a, b, dst)
	}
}

func (v isa) reg() VecVirtual {
	if v.width == 64 {
		return ZMM()
	}
	return YMM()
}

// dims is what a kernel derives once from the number of dimensions: byte
// counts, and the mask for the values behind the last whole register.
type dims struct {
	bytes, pairs, wholes Register // d·4; of that, whole pairs of registers; whole registers
	mask                 Op       // K register or vector
}

func (v isa) dims(d Register) dims {
	g := dims{bytes: GP64(), pairs: GP64(), wholes: GP64()}
	rem := GP64()
	MOVQ(d, g.bytes)
	SHLQ(U8(2), g.bytes)
	MOVQ(g.bytes, g.pairs)
	ANDQ(I32(-2*v.width), g.pairs)
	MOVQ(g.bytes, g.wholes)
	ANDQ(I32(-v.width), g.wholes)
	MOVQ(d, rem)
	ANDQ(I32(v.width/4-1), rem)
	if v.width == 64 {
		one := GP64()
		MOVQ(U32(1), one)
		SHLXQ(rem, one, one)
		DECQ(one)
		k := K()
		KMOVW(one.As32(), k)
		g.mask = k
		return g
	}
	// Eight ones, eight zeros: a window that starts rem words before the zeros.
	table := GP64()
	LEAQ(tailMask(), table)
	NEGQ(rem)
	mask := YMM()
	VMOVDQU(Mem{Base: table, Index: rem, Scale: 4, Disp: 32}, mask)
	g.mask = mask
	return g
}

var tailMaskData Mem

func tailMask() Mem {
	if tailMaskData.Symbol.Name == "" {
		tailMaskData = GLOBL("tailMask", RODATA|NOPTR)
		for i := range 16 {
			ones := uint32(0xffffffff)
			if i >= 8 {
				ones = 0
			}
			DATA(4*i, U32(ones))
		}
	}
	return tailMaskData
}

func (v isa) load(m Mem, masked bool, g dims, dst VecVirtual) {
	switch {
	case !masked:
		VMOVUPS(m, dst)
	case v.width == 64:
		VMOVUPS_Z(m, g.mask, dst)
	default:
		VMASKMOVPS(m, g.mask, dst)
	}
}

var labels int

func label(name string) string {
	labels++
	return fmt.Sprintf("%s%d", name, labels)
}

// tile emits the measuring of every query against every vector, all given by
// their addresses. The result for query i and vector j is in the low four
// lanes of xmm [i][j], still to be summed. Every tile sums in the same order:
// registers in turn to two accumulators, a last single one to the first, the
// masked rest to the second (invariant 1 of the package).
func (v isa) tile(k kernel, g dims, queries, vectors []Register, c VecVirtual) [][]VecVirtual {
	acc := make([][][2]VecVirtual, len(queries))
	for i := range acc {
		acc[i] = make([][2]VecVirtual, len(vectors))
		for j := range acc[i] {
			for p := range 2 {
				acc[i][j][p] = v.reg()
				VXORPS(acc[i][j][p], acc[i][j][p], acc[i][j][p])
			}
		}
	}
	at := GP64()
	step := func(p int, disp int, masked bool) {
		// The smaller side stays in registers, the other streams by.
		stay, stream := queries, vectors
		swap := len(vectors) < len(queries)
		if swap {
			stay, stream = vectors, queries
		}
		kept := make([]VecVirtual, len(stay))
		for i, base := range stay {
			kept[i] = v.reg()
			v.load(Mem{Base: base, Index: at, Scale: 1, Disp: disp}, masked, g, kept[i])
		}
		for j, base := range stream {
			x := v.reg()
			v.load(Mem{Base: base, Index: at, Scale: 1, Disp: disp}, masked, g, x)
			for i := range stay {
				tmp := v.reg()
				if swap {
					k.term(x, kept[i], acc[j][i][p], tmp, c)
				} else {
					k.term(kept[i], x, acc[i][j][p], tmp, c)
				}
			}
		}
	}
	loop, single, tail, done := label("loop"), label("single"), label("tail"), label("done")
	XORQ(at, at)
	Label(loop)
	CMPQ(at, g.pairs)
	JGE(LabelRef(single))
	step(0, 0, false)
	step(1, v.width, false)
	ADDQ(I32(2*v.width), at)
	JMP(LabelRef(loop))
	Label(single)
	CMPQ(at, g.wholes)
	JGE(LabelRef(tail))
	step(0, 0, false)
	ADDQ(I32(v.width), at)
	Label(tail)
	CMPQ(at, g.bytes)
	JGE(LabelRef(done))
	step(1, 0, true)
	Label(done)

	out := make([][]VecVirtual, len(queries))
	for i := range out {
		for j := range vectors {
			a, b := acc[i][j][0], acc[i][j][1]
			VADDPS(b, a, a)
			if v.width == 64 {
				h := YMM()
				VEXTRACTF64X4(U8(1), a, h)
				VADDPS(h, a.AsY(), h)
				a = h
			}
			x := XMM()
			VEXTRACTF128(U8(1), a.AsY(), x)
			VADDPS(x, a.AsX(), x)
			out[i] = append(out[i], x)
		}
	}
	return out
}

// sumFour sums the lanes of four registers into the lanes of one.
func sumFour(x [4]VecVirtual) VecVirtual {
	VHADDPS(x[1], x[0], x[0])
	VHADDPS(x[3], x[2], x[2])
	VHADDPS(x[2], x[0], x[0])
	return x[0]
}

// sumOne sums the lanes of one register, in the order of sumFour.
func sumOne(x VecVirtual) VecVirtual {
	VHADDPS(x, x, x)
	VHADDPS(x, x, x)
	return x
}

func (v isa) signMask(k kernel) VecVirtual {
	if !k.constant {
		return nil
	}
	c, bits, x := v.reg(), GP32(), XMM()
	MOVL(U32(0x7fffffff), bits)
	VMOVD(bits, x)
	VPBROADCASTD(x, c)
	return c
}

func (v isa) begin(name, args, doc string) {
	TEXT(name+v.suffix, NOSPLIT, "func("+args+")")
	Pragma("noescape")
	Doc(name + v.suffix + " " + doc)
}

// block: one query against n vectors one after the other, four at a time.
func (v isa) block(k kernel) {
	v.begin(k.name, "dst *float32, n int, query *float32, vectors *float32, d int", "writes "+k.doc+" of a query to a block.")
	dst, n := Load(Param("dst"), GP64()), Load(Param("n"), GP64())
	query, vec := Load(Param("query"), GP64()), Load(Param("vectors"), GP64())
	g := v.dims(Load(Param("d"), GP64()))
	c := v.signMask(k)
	Label("fours")
	CMPQ(n, U8(4))
	JL(LabelRef("ones"))
	p := []Register{vec, GP64(), GP64(), GP64()}
	for i := 1; i < 4; i++ {
		LEAQ(Mem{Base: p[i-1], Index: g.bytes, Scale: 1}, p[i])
	}
	r := v.tile(k, g, []Register{query}, p, c)[0]
	VMOVUPS(sumFour([4]VecVirtual(r)), Mem{Base: dst})
	LEAQ(Mem{Base: p[3], Index: g.bytes, Scale: 1}, vec)
	ADDQ(U8(16), dst)
	SUBQ(U8(4), n)
	JMP(LabelRef("fours"))
	Label("ones")
	TESTQ(n, n)
	JE(LabelRef("end"))
	one := v.tile(k, g, []Register{query}, []Register{vec}, c)[0][0]
	VMOVSS(sumOne(one), Mem{Base: dst})
	ADDQ(g.bytes, vec)
	ADDQ(U8(4), dst)
	DECQ(n)
	JMP(LabelRef("ones"))
	Label("end")
	VZEROUPPER()
	RET()
}

// gather: one query against the vectors in n slots of a chunked set, whose
// chunks are given by their slice headers.
func (v isa) gather(k kernel) {
	v.begin(k.name+"Gather", "dst *float32, n int, query *float32, slots *uint32, d int, chunks *[]float32, shift uint64",
		"writes "+k.doc+" of a query to the vectors in slots.")
	dst, n := Load(Param("dst"), GP64()), Load(Param("n"), GP64())
	query, slots := Load(Param("query"), GP64()), Load(Param("slots"), GP64())
	g := v.dims(Load(Param("d"), GP64()))
	chunks, shift := Load(Param("chunks"), GP64()), Load(Param("shift"), GP64())
	c := v.signMask(k)
	address := func(slot int, to Register) {
		chunk := GP64()
		MOVL(Mem{Base: slots, Disp: 4 * slot}, to.(GPVirtual).As32())
		SHRXQ(shift, to, chunk)
		row := GP64()
		SHLXQ(shift, chunk, row)
		SUBQ(row, to)
		IMULQ(g.bytes, to)
		LEAQ(Mem{Base: chunk, Index: chunk, Scale: 2}, chunk) // a slice header is three words
		ADDQ(Mem{Base: chunks, Index: chunk, Scale: 8}, to)
	}
	Label("fours")
	CMPQ(n, U8(4))
	JL(LabelRef("ones"))
	// The first lines of the four after these, so that the memory works while
	// the registers do; the hardware follows from there.
	CMPQ(n, U8(8))
	JL(LabelRef("measure"))
	for i := range 4 {
		next := GP64()
		address(4+i, next)
		for line := range 4 {
			PREFETCHT0(Mem{Base: next, Disp: 64 * line})
		}
	}
	Label("measure")
	p := make([]Register, 4)
	for i := range p {
		p[i] = GP64()
		address(i, p[i])
	}
	r := v.tile(k, g, []Register{query}, p, c)[0]
	VMOVUPS(sumFour([4]VecVirtual(r)), Mem{Base: dst})
	ADDQ(U8(16), slots)
	ADDQ(U8(16), dst)
	SUBQ(U8(4), n)
	JMP(LabelRef("fours"))
	Label("ones")
	TESTQ(n, n)
	JE(LabelRef("end"))
	vec := GP64()
	address(0, vec)
	one := v.tile(k, g, []Register{query}, []Register{vec}, c)[0][0]
	VMOVSS(sumOne(one), Mem{Base: dst})
	ADDQ(U8(4), slots)
	ADDQ(U8(4), dst)
	DECQ(n)
	JMP(LabelRef("ones"))
	Label("end")
	VZEROUPPER()
	RET()
}

// blockFour: four queries one after the other against n vectors; the four rows
// of results are n values apart.
func (v isa) blockFour(k kernel) {
	v.begin(k.name+"4", "dst *float32, n int, queries *float32, vectors *float32, d int", "writes "+k.doc+" of four queries to a block.")
	dst, n := Load(Param("dst"), GP64()), Load(Param("n"), GP64())
	q := []Register{Load(Param("queries"), GP64()), GP64(), GP64(), GP64()}
	vec := Load(Param("vectors"), GP64())
	g := v.dims(Load(Param("d"), GP64()))
	c := v.signMask(k)
	for i := 1; i < 4; i++ {
		LEAQ(Mem{Base: q[i-1], Index: g.bytes, Scale: 1}, q[i])
	}
	row := GP64() // bytes from one row of results to the next
	MOVQ(n, row)
	SHLQ(U8(2), row)
	emit := func(vectors []Register) {
		r := v.tile(k, g, q, vectors, c)
		for j := range vectors {
			s := sumFour([4]VecVirtual{r[0][j], r[1][j], r[2][j], r[3][j]})
			to := GP64()
			MOVQ(dst, to)
			for i := range 4 {
				if i == 0 {
					VMOVSS(s, Mem{Base: to, Disp: 4 * j})
					continue
				}
				ADDQ(row, to)
				VEXTRACTPS(U8(uint8(i)), s, Mem{Base: to, Disp: 4 * j})
			}
		}
	}
	if v.fourBy == 2 {
		Label("pairs")
		CMPQ(n, U8(2))
		JL(LabelRef("ones"))
		second := GP64()
		LEAQ(Mem{Base: vec, Index: g.bytes, Scale: 1}, second)
		emit([]Register{vec, second})
		LEAQ(Mem{Base: second, Index: g.bytes, Scale: 1}, vec)
		ADDQ(U8(8), dst)
		SUBQ(U8(2), n)
		JMP(LabelRef("pairs"))
	}
	Label("ones")
	TESTQ(n, n)
	JE(LabelRef("end"))
	emit([]Register{vec})
	ADDQ(g.bytes, vec)
	ADDQ(U8(4), dst)
	DECQ(n)
	JMP(LabelRef("ones"))
	Label("end")
	VZEROUPPER()
	RET()
}
