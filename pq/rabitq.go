package pq

// Binary is quantization to a bit for each dimension, without training (RaBitQ;
// Gao and Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical
// Error Bound for Approximate Nearest Neighbor Search", SIGMOD 2024).
//
// A vector r, rotated at random, is replaced by the signs s of its values and one
// factor. With any other vector y, rotated alike, f·Σ sᵢ·yᵢ estimates the product
// r·y; for f = |r|²/Σ|rᵢ| the estimate is unbiased over the rotations, and off by
// about |r|·|y|/√d.
//
// Four signs at a time are a part of 4 bits, so that codes lie in the same blocks
// and are scanned by the same kernel as those of a Codebook: a part's table has
// the sums of the 16 ways to sign four values of y.
type Binary struct {
	*Hadamard
}

// signsPerPart is how many dimensions a part of 4 bits has.
const signsPerPart = 4

// NewBinary makes a quantizer of vectors of length dims. The same seed gives the
// same.
func NewBinary(dims int, seed uint64) *Binary {
	out := (dims + signsPerPart - 1) / signsPerPart * signsPerPart
	return &Binary{NewHadamard(dims, out, seed)}
}

// Parts is the number of parts of a code.
func (b *Binary) Parts() int { return b.Out() / signsPerPart }

// Layout is that of the codes.
func (b *Binary) Layout() Layout { return Layout{Parts: b.Parts()} }

// Encode writes the code of a vector that has been rotated to dst, of Parts
// bytes, and returns its factor: 0 for a vector of zeros.
func (b *Binary) Encode(dst []byte, rotated []float32) (factor float32) {
	var square, sum float32
	for j := range dst {
		code := byte(0)
		for k, x := range rotated[j*signsPerPart : (j+1)*signsPerPart] {
			square += x * x
			if x >= 0 {
				code |= 1 << k
				sum += x
			} else {
				sum -= x
			}
		}
		dst[j] = code
	}
	if sum > 0 {
		return square / sum
	}
	return 0
}

// Estimate is what the code and factor of one vector say of its product with
// another that has been rotated.
func (b *Binary) Estimate(code []byte, factor float32, rotated []float32) float32 {
	var sum float32
	for j, c := range code {
		for k, x := range rotated[j*signsPerPart : (j+1)*signsPerPart] {
			if c>>k&1 == 1 {
				sum += x
			} else {
				sum -= x
			}
		}
	}
	return factor * sum
}

// Tabulate makes dst the table by which codes are scanned for the sum of Estimate,
// without the factor, of a vector that has been rotated.
func (b *Binary) Tabulate(dst *ScanTable, rotated []float32) {
	dst.grow(b.Layout(), 0)
	dst.Bias = 0
	for j := range b.Parts() {
		y := rotated[j*signsPerPart : (j+1)*signsPerPart]
		// Half of the table is the other half with its signs turned.
		out := (*[ScanKsub]float32)(dst.table[j*ScanKsub:])
		s, d := y[0]+y[1], y[0]-y[1]
		u, v := y[2]+y[3], y[2]-y[3]
		low := [4]float32{-s, d, -d, s}  // of the first two values, by their signs
		high := [4]float32{-u, v, -v, u} // of the last two
		for h, x := range high {
			for l, z := range low {
				out[h*4+l] = x + z
			}
		}
		most := abs(y[0]) + abs(y[1]) + abs(y[2]) + abs(y[3])
		dst.bounds[2*j], dst.bounds[2*j+1] = -most, most
	}
	dst.quantize()
}

func abs(x float32) float32 { return max(x, -x) }
