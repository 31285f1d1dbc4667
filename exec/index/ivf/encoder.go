package ivf

import (
	"voronoi/pq"
	"voronoi/vectorops"
)

// encoder codes vectors, with its own scratch.
type encoder struct {
	*coder
	parts     *pq.Encoder // nil for a bit a dimension
	vec, unit []float32
	code      []byte
	factors   [2]float32
	last      float32 // the square of the error of what was coded last; 0 for a bit a dimension
}

// encoder codes vectors of length dims.
func (c *coder) encoder(dims int) *encoder {
	e := &encoder{coder: c, vec: make([]float32, c.dims()), unit: make([]float32, dims), code: make([]byte, c.layout.Parts)}
	if c.book != nil {
		e.parts = c.distances.NewEncoder()
	}
	return e
}

// encode makes e.code and e.factors those of a vector in a list.
func (e *encoder) encode(list int, vec []float32) {
	e.coded(e.vec, vec, e.unit, list)
	if e.parts != nil {
		e.last = e.parts.Encode(e.code, e.vec)
		return
	}
	e.factors = e.weigh(list, e.binary.Encode(e.code, e.vec))
	e.extend(vec)
}

// append adds the code of a vector, the n-th of its list, to the list's codes.
func (e *encoder) append(codes []byte, n, list int, vec []float32) []byte {
	size, v := e.blockBytes(), n%vectorops.ScanBlock
	if v == 0 {
		codes = append(codes, make([]byte, size)...)
	}
	block := codes[n/vectorops.ScanBlock*size:]
	e.encode(list, vec)
	e.layout.Pack(block, v, e.code)
	for f := range e.coder.factors {
		putFactor(block[e.layout.BlockBytes():], f, v, e.factors[f])
	}
	return codes
}
