// Command asm writes the assembly kernels of package vectorops. Run it by
// go generate in that package.
//
// Each kernel is written once for a register width and comes out as an AVX-512
// and an AVX2 function. What a kernel must keep to is in the doc.go of
// vectorops: the value for a pair of vectors must not depend on which tile of
// the kernel computes it.
package main

import "github.com/mmcloughlin/avo/build"

func main() {
	build.ConstraintExpr("!purego")
	for _, v := range []isa{avx512, avx2} {
		for _, k := range kernels() {
			v.block(k)
			v.gather(k)
			if k.four {
				v.blockFour(k)
			}
		}
	}
	for _, v := range []isa{avx512, avx2} {
		v.convert()
		v.fastScan()
		v.byteScan()
		v.tabulate()
		v.toBytes()
		v.assign()
	}
	build.Generate()
}
