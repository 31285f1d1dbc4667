package datum

import (
	"math/big"
	"sync"
)

// Fixed-point arithmetic for exp and ln: an integer stands for itself divided
// by 2^prec. Callers ask for more bits than the result needs, so that the few
// units that get lost on the way cannot reach a digit that counts.

func fixedOne(prec uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), prec) }

// fixedOf is x as a fixed-point number, truncated.
func fixedOf(x decimal, prec uint) *big.Int {
	n := new(big.Int).Lsh(x.coef(), prec)
	return n.Quo(n, pow10(x.scale))
}

// fixedDecimal rounds to a decimal of the given scale.
func fixedDecimal(f *big.Int, prec uint, scale int) decimal {
	n := new(big.Int).Mul(f, pow10(scale))
	half := new(big.Int).Lsh(big.NewInt(1), prec-1)
	if n.Sign() < 0 {
		n.Sub(n, half)
	} else {
		n.Add(n, half)
	}
	return bigDecimal(n.Quo(n, fixedOne(prec)), scale)
}

// fixedMul is the product of two numbers.
func fixedMul(x, y *big.Int, prec uint) *big.Int {
	p := new(big.Int).Mul(x, y)
	return p.Rsh(p, prec)
}

// atanhInverse is atanh(1/n), by its series.
func atanhInverse(n int64, prec uint) *big.Int {
	term := new(big.Int).Quo(fixedOne(prec), big.NewInt(n))
	square := big.NewInt(n * n)
	sum := new(big.Int)
	for k := int64(1); term.Sign() != 0; k += 2 {
		sum.Add(sum, new(big.Int).Quo(term, big.NewInt(k)))
		term.Quo(term, square)
	}
	return sum
}

// ln2Cache is the logarithm of 2 to the most bits that have been asked for.
var ln2Cache struct {
	sync.Mutex
	value *big.Int
	prec  uint
}

// ln2 is the logarithm of 2, after Machin: 18 atanh(1/26) - 2 atanh(1/4801) +
// 8 atanh(1/8749).
func ln2(prec uint) *big.Int {
	ln2Cache.Lock()
	defer ln2Cache.Unlock()
	if ln2Cache.prec < prec {
		p := prec + 32
		sum := new(big.Int).Mul(atanhInverse(26, p), big.NewInt(18))
		sum.Sub(sum, new(big.Int).Mul(atanhInverse(4801, p), big.NewInt(2)))
		sum.Add(sum, new(big.Int).Mul(atanhInverse(8749, p), big.NewInt(8)))
		ln2Cache.value, ln2Cache.prec = sum, p
	}
	return new(big.Int).Rsh(ln2Cache.value, ln2Cache.prec-prec)
}

// expFixed is e^x: x is reduced by multiples of ln 2 and then halved until the
// Taylor series converges fast.
func expFixed(x *big.Int, prec uint) *big.Int {
	work := prec + 32
	x = new(big.Int).Lsh(x, 32)
	shift, r := new(big.Int).DivMod(x, ln2(work), new(big.Int))
	const halvings = 16
	r.Rsh(r, halvings)
	sum := fixedOne(work)
	term := fixedOne(work)
	for k := int64(1); ; k++ {
		term = fixedMul(term, r, work)
		term.Quo(term, big.NewInt(k))
		if term.Sign() == 0 {
			break
		}
		sum.Add(sum, term)
	}
	for range halvings {
		sum = fixedMul(sum, sum, work)
	}
	n := int(shift.Int64()) - 32
	if n >= 0 {
		return sum.Lsh(sum, uint(n))
	}
	return sum.Rsh(sum, uint(-n))
}

// lnFixed is ln(x) for a positive x: x = m * 2^k with m near 1, and ln(m) =
// 2 atanh((m-1)/(m+1)).
func lnFixed(x decimal, prec uint) *big.Int {
	work := prec + 32
	n, d := x.coef(), pow10(x.scale)
	k := n.BitLen() - d.BitLen()
	if k > 0 {
		d = new(big.Int).Lsh(d, uint(k))
	} else {
		n = new(big.Int).Lsh(n, uint(-k))
	}
	// n/d is now between 1/2 and 2; move it to between 2/3 and 4/3.
	if three, four := new(big.Int).Mul(n, big.NewInt(3)), new(big.Int).Lsh(d, 2); three.Cmp(four) > 0 {
		d = new(big.Int).Lsh(d, 1)
		k++
	} else if three.Cmp(new(big.Int).Lsh(d, 1)) < 0 {
		n = new(big.Int).Lsh(n, 1)
		k--
	}
	z := new(big.Int).Sub(n, d)
	z.Lsh(z, work).Quo(z, new(big.Int).Add(n, d))
	square := fixedMul(z, z, work)
	sum := new(big.Int)
	for i := int64(1); z.Sign() != 0 && (z.BitLen() > 1 || z.Sign() > 0); i += 2 {
		sum.Add(sum, new(big.Int).Quo(z, big.NewInt(i)))
		z = fixedMul(z, square, work)
	}
	sum.Lsh(sum, 1)
	sum.Add(sum, new(big.Int).Mul(ln2(work), big.NewInt(int64(k))))
	return sum.Rsh(sum, 32)
}
