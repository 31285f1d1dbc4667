package builtin

import (
	crand "crypto/rand"
	"encoding/binary"
	"math"
	"math/bits"
	"sync"

	"voronoi/internal/datum"
)

// Random is a session's generator behind random(): xoroshiro128**, seeded as
// Postgres seeds it, so that setseed gives the same numbers. The zero value
// seeds itself.
type Random struct {
	s0, s1 uint64
}

// RandomSession is a session with a generator of its own.
type RandomSession interface{ Random() *Random }

// Seed starts the sequence that setseed(seed) starts, seed being from -1 to 1.
func (r *Random) Seed(seed float64) {
	state := uint64(int64(float64(uint64(1)<<52-1) * seed))
	r.s0, r.s1 = splitMix(&state), splitMix(&state)
	r.avoidZero()
}

// splitMix is the SplitMix64 generator, which spreads a seed over the state.
func splitMix(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	v := *state
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// avoidZero leaves the one state that the generator cannot leave.
func (r *Random) avoidZero() {
	if r.s0 == 0 && r.s1 == 0 {
		r.s0, r.s1 = 0x5851f42d4c957f2d, 0x14057b7ef767814f
	}
}

func (r *Random) next() uint64 {
	if r.s0 == 0 && r.s1 == 0 {
		var seed [16]byte
		_, _ = crand.Read(seed[:]) // cannot fail
		r.s0, r.s1 = binary.LittleEndian.Uint64(seed[:8]), binary.LittleEndian.Uint64(seed[8:])
		r.avoidZero()
	}
	s0, mixed := r.s0, r.s1^r.s0
	v := bits.RotateLeft64(s0*5, 7) * 9
	r.s0 = bits.RotateLeft64(s0, 24) ^ mixed ^ mixed<<16
	r.s1 = bits.RotateLeft64(mixed, 37)
	return v
}

// Float64 is the next number in [0, 1), with 52 random bits.
func (r *Random) Float64() float64 { return math.Ldexp(float64(r.next()>>12), -52) }

// shared serves calls outside a session.
var shared struct {
	sync.Mutex
	Random
}

func withRandom(c *Call, f func(r *Random)) {
	if s, ok := c.Session.(RandomSession); ok {
		f(s.Random())
		return
	}
	shared.Lock()
	defer shared.Unlock()
	f(&shared.Random)
}

func randomFunctions() Table {
	return Table{
		"drandom": scalar(func(c *Call, _ []datum.Datum) (datum.Datum, error) {
			var v float64
			withRandom(c, func(r *Random) { v = r.Float64() })
			return datum.Float(v), nil
		}),
		"setseed": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			seed := a[0].Float()
			if !(seed >= -1 && seed <= 1) {
				return datum.Null, invalid("setseed parameter %s is out of allowed range [-1,1]",
					datum.AppendFloat(nil, seed, 64))
			}
			withRandom(c, func(r *Random) { r.Seed(seed) })
			return datum.Text(""), nil
		}),
	}
}
