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
	form form
	// term adds the term of q and v to acc; tmp is free, consts are constants.
	term   func(v isa, consts []VecVirtual, q, x, acc, tmp VecVirtual)
	consts func(v isa) []VecVirtual
	// counts says that terms are integers, of 32 bits, whose order does not
	// matter: one accumulator is enough.
	counts bool
	four   bool // has a four-query form
}

// form is how the elements of the vectors lie in memory. Queries always are of
// 32 bits an element.
type form struct {
	suffix string
	size   int // bytes of an element
}

var (
	single = form{"", 4}     // float32; also 32 bits that are 32 elements
	half   = form{"Half", 2} // float16
)

// kernels are all there are: those over floats for each form, then those over
// bits, to which 32 bits are one element.
func kernels() []kernel {
	var all []kernel
	for _, f := range []form{single, half} {
		for _, k := range floatKernels {
			k.name, k.form = k.name+f.suffix, f
			if f == half {
				k.doc += ", the vectors in half precision"
			}
			all = append(all, k)
		}
	}
	for _, k := range bitKernels {
		k.form = single
		all = append(all, k)
	}
	return all
}

var floatKernels = []kernel{
	{name: "l2Squared", doc: "squared Euclidean distances", four: true,
		term: func(_ isa, _ []VecVirtual, q, x, acc, tmp VecVirtual) {
			VSUBPS(x, q, tmp)
			VFMADD231PS(tmp, tmp, acc)
		}},
	{name: "innerProduct", doc: "inner products", four: true,
		term: func(_ isa, _ []VecVirtual, q, x, acc, _ VecVirtual) { VFMADD231PS(q, x, acc) }},
	{name: "l1", doc: "sums of absolute differences", consts: signMask, four: true,
		term: func(_ isa, consts []VecVirtual, q, x, acc, tmp VecVirtual) {
			VSUBPS(x, q, tmp)
			and(consts[0], tmp, tmp)
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

// dims is what a kernel derives once from the number of dimensions, all in
// elements: how many there are, and how many in whole pairs of registers; and
// the mask for the elements behind the last whole register.
type dims struct {
	all, pairs Register
	mask       Op         // K register or vector
	shift      VecVirtual // for half in AVX2: moves the last elements of a row to the front
	stride     Register   // bytes from one vector to the next
}

func (v isa) lanes() int { return v.width / 4 }

// dims reads d, and stride where vectors may be farther apart than their length.
func (v isa) dims(f form) dims {
	g := dims{all: Load(Param("d"), GP64()), pairs: GP64(), stride: GP64()}
	rem := GP64()
	MOVQ(g.all, g.pairs)
	ANDQ(I32(-2*v.lanes()), g.pairs)
	MOVQ(g.all, rem)
	ANDQ(I32(v.lanes()-1), rem)
	if f == half {
		Load(Param("stride"), g.stride)
	} else {
		MOVQ(g.all, g.stride)
		SHLQ(U8(2), g.stride)
	}
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
	if f == half {
		// Byte numbers 0 to 15, sixteen times zero: a window that starts as many
		// bytes in as a register of the last elements begins before them.
		LEAQ(tailShift(), table)
		shift := XMM()
		VMOVDQU(Mem{Base: table, Index: rem, Scale: 2, Disp: 16}, shift)
		g.shift = shift
	}
	return g
}

var tailShiftData Mem

func tailShift() Mem {
	if tailShiftData.Symbol.Name == "" {
		tailShiftData = GLOBL("tailShift", RODATA|NOPTR)
		for i := range 32 {
			at := uint8(0x80) // gives zero
			if i < 16 {
				at = uint8(i)
			}
			DATA(i, U8(at))
		}
	}
	return tailShiftData
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

// load loads a register of elements from the row that begins at base, the
// first being number at plus disp registers; masked, the last elements of the
// row. Elements of half precision become single.
func (v isa) load(f form, base, at Register, disp int, masked bool, g dims, dst VecVirtual) {
	m := Mem{Base: base, Index: at, Scale: uint8(f.size), Disp: disp * v.lanes() * f.size}
	switch {
	case f == half && !masked:
		VCVTPH2PS(m, dst)
	case f == half && v.width == 64:
		VCVTPH2PS_Z(m, g.mask, dst)
	case f == half:
		// There is no masked load of 16 bits. The row is at least a register
		// long, so load its last one.
		VMOVDQU(Mem{Base: base, Index: g.all, Scale: 2, Disp: -16}, dst.AsX())
		VPSHUFB(g.shift, dst.AsX(), dst.AsX())
		VCVTPH2PS(dst.AsX(), dst)
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
func (v isa) tile(k kernel, g dims, queries, vectors []Register, consts []VecVirtual) [][]VecVirtual {
	accs := 2
	if k.counts {
		accs = 1
	}
	acc := make([][][]VecVirtual, len(queries))
	for i := range acc {
		acc[i] = make([][]VecVirtual, len(vectors))
		for j := range acc[i] {
			for range accs {
				x := v.reg()
				VXORPS(x, x, x)
				acc[i][j] = append(acc[i][j], x)
			}
		}
	}
	at := GP64()
	step := func(p int, disp int, masked bool) {
		p %= accs
		// The smaller side stays in registers, the other streams by.
		stay, stream := queries, vectors
		stayForm, streamForm := single, k.form
		swap := len(vectors) < len(queries)
		if swap {
			stay, stream = vectors, queries
			stayForm, streamForm = k.form, single
		}
		kept := make([]VecVirtual, len(stay))
		for i, base := range stay {
			kept[i] = v.reg()
			v.load(stayForm, base, at, disp, masked, g, kept[i])
		}
		for j, base := range stream {
			x := v.reg()
			v.load(streamForm, base, at, disp, masked, g, x)
			for i := range stay {
				tmp := v.reg()
				if swap {
					k.term(v, consts, x, kept[i], acc[j][i][p], tmp)
				} else {
					k.term(v, consts, kept[i], x, acc[i][j][p], tmp)
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
	step(1, 1, false)
	ADDQ(I32(2*v.lanes()), at)
	JMP(LabelRef(loop))
	Label(single)
	TESTQ(I32(v.lanes()), g.all)
	JE(LabelRef(tail))
	step(0, 0, false)
	ADDQ(I32(v.lanes()), at)
	Label(tail)
	TESTQ(I32(v.lanes()-1), g.all)
	JE(LabelRef(done))
	step(1, 0, true)
	Label(done)

	out := make([][]VecVirtual, len(queries))
	for i := range out {
		for j := range vectors {
			a := acc[i][j][0]
			if accs == 2 {
				VADDPS(acc[i][j][1], a, a)
			}
			if v.width == 64 {
				h := YMM()
				VEXTRACTF64X4(U8(1), a, h)
				k.add(h, a.AsY(), h)
				a = h
			}
			x := XMM()
			VEXTRACTF128(U8(1), a.AsY(), x)
			k.add(x, a.AsX(), x)
			out[i] = append(out[i], x)
		}
	}
	return out
}

func (k kernel) add(a, b, dst Op) {
	if k.counts {
		VPADDD(a, b, dst)
	} else {
		VADDPS(a, b, dst)
	}
}

func (k kernel) addNeighbors(a, b, dst Op) {
	if k.counts {
		VPHADDD(a, b, dst)
	} else {
		VHADDPS(a, b, dst)
	}
}

// sumFour sums the lanes of four registers into the lanes of one, as float32.
func (k kernel) sumFour(x [4]VecVirtual) VecVirtual {
	k.addNeighbors(x[1], x[0], x[0])
	k.addNeighbors(x[3], x[2], x[2])
	k.addNeighbors(x[2], x[0], x[0])
	return k.float(x[0])
}

// sumOne sums the lanes of one register, in the order of sumFour.
func (k kernel) sumOne(x VecVirtual) VecVirtual {
	k.addNeighbors(x, x, x)
	k.addNeighbors(x, x, x)
	return k.float(x)
}

func (k kernel) float(x VecVirtual) VecVirtual {
	if k.counts {
		VCVTDQ2PS(x, x)
	}
	return x
}

// signMask is the mask that clears the signs of floats.
func signMask(v isa) []VecVirtual { return []VecVirtual{v.broadcast(0x7fffffff)} }

// broadcast is a register that has 32 bits in each lane.
func (v isa) broadcast(lane uint32) VecVirtual {
	c, bits, x := v.reg(), GP32(), XMM()
	MOVL(U32(lane), bits)
	VMOVD(bits, x)
	VPBROADCASTD(x, c)
	return c
}

func (k kernel) constants(v isa) []VecVirtual {
	if k.consts == nil {
		return nil
	}
	return k.consts(v)
}

// args is what the arguments of a kernel end with: the number of elements, and
// for half precision the bytes from one vector to the next.
func (f form) args() string {
	if f == half {
		return "d int, stride int"
	}
	return "d int"
}

func (v isa) begin(name, args, doc string) {
	TEXT(name+v.suffix, NOSPLIT, "func("+args+")")
	Pragma("noescape")
	Doc(name + v.suffix + " " + doc)
}

// block: one query against n vectors one after the other, four at a time.
func (v isa) block(k kernel) {
	v.begin(k.name, "dst *float32, n int, query *float32, vectors *float32, "+k.form.args(), "writes "+k.doc+" of a query to a block.")
	dst, n := Load(Param("dst"), GP64()), Load(Param("n"), GP64())
	query, vec := Load(Param("query"), GP64()), Load(Param("vectors"), GP64())
	g := v.dims(k.form)
	c := k.constants(v)
	Label("fours")
	CMPQ(n, U8(4))
	JL(LabelRef("ones"))
	p := []Register{vec, GP64(), GP64(), GP64()}
	for i := 1; i < 4; i++ {
		LEAQ(Mem{Base: p[i-1], Index: g.stride, Scale: 1}, p[i])
	}
	r := v.tile(k, g, []Register{query}, p, c)[0]
	VMOVUPS(k.sumFour([4]VecVirtual(r)), Mem{Base: dst})
	LEAQ(Mem{Base: p[3], Index: g.stride, Scale: 1}, vec)
	ADDQ(U8(16), dst)
	SUBQ(U8(4), n)
	JMP(LabelRef("fours"))
	Label("ones")
	TESTQ(n, n)
	JE(LabelRef("end"))
	one := v.tile(k, g, []Register{query}, []Register{vec}, c)[0][0]
	VMOVSS(k.sumOne(one), Mem{Base: dst})
	ADDQ(g.stride, vec)
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
	v.begin(k.name+"Gather", "dst *float32, n int, query *float32, slots *uint32, chunks *[]float32, shift uint64, "+k.form.args(),
		"writes "+k.doc+" of a query to the vectors in slots.")
	dst, n := Load(Param("dst"), GP64()), Load(Param("n"), GP64())
	query, slots := Load(Param("query"), GP64()), Load(Param("slots"), GP64())
	g := v.dims(k.form)
	chunks, shift := Load(Param("chunks"), GP64()), Load(Param("shift"), GP64())
	c := k.constants(v)
	address := func(slot int, to Register) {
		chunk := GP64()
		MOVL(Mem{Base: slots, Disp: 4 * slot}, to.(GPVirtual).As32())
		SHRXQ(shift, to, chunk)
		row := GP64()
		SHLXQ(shift, chunk, row)
		SUBQ(row, to)
		IMULQ(g.stride, to)
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
	VMOVUPS(k.sumFour([4]VecVirtual(r)), Mem{Base: dst})
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
	VMOVSS(k.sumOne(one), Mem{Base: dst})
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
	v.begin(k.name+"Four", "dst *float32, n int, queries *float32, vectors *float32, "+k.form.args(), "writes "+k.doc+" of four queries to a block.")
	dst, n := Load(Param("dst"), GP64()), Load(Param("n"), GP64())
	q := []Register{Load(Param("queries"), GP64()), GP64(), GP64(), GP64()}
	vec := Load(Param("vectors"), GP64())
	g := v.dims(k.form)
	c := k.constants(v)
	for i := 1; i < 4; i++ {
		LEAQ(Mem{Base: q[i-1], Index: g.all, Scale: 4}, q[i])
	}
	row := GP64() // bytes from one row of results to the next
	MOVQ(n, row)
	SHLQ(U8(2), row)
	emit := func(vectors []Register) {
		r := v.tile(k, g, q, vectors, c)
		for j := range vectors {
			s := k.sumFour([4]VecVirtual{r[0][j], r[1][j], r[2][j], r[3][j]})
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
		LEAQ(Mem{Base: vec, Index: g.stride, Scale: 1}, second)
		emit([]Register{vec, second})
		LEAQ(Mem{Base: second, Index: g.stride, Scale: 1}, vec)
		ADDQ(U8(8), dst)
		SUBQ(U8(2), n)
		JMP(LabelRef("pairs"))
	}
	Label("ones")
	TESTQ(n, n)
	JE(LabelRef("end"))
	emit([]Register{vec})
	ADDQ(g.stride, vec)
	ADDQ(U8(4), dst)
	DECQ(n)
	JMP(LabelRef("ones"))
	Label("end")
	VZEROUPPER()
	RET()
}
