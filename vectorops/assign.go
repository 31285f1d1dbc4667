package vectorops

import (
	"context"
	"math"
)

// assignGrain is how many points are assigned between two looks at the context.
const assignGrain = 240

// Assign finds for each point its nearest centroid by L2, and the squared
// distance to it; see [Assigner].
func Assign(ctx context.Context, assignment []uint32, distance []float32, points, centroids Matrix) error {
	return NewAssigner(centroids).Assign(ctx, assignment, distance, points)
}

// Assigner finds nearest centroids for many points. Among centroids that are
// equally near but for rounding it takes any, for the same point always the
// same.
type Assigner struct {
	centroids Matrix
	tile      tile
	panels    []float32 // empty if there is no tile
}

// tile is the shape of the fused assignment kernel: points × lanes, half the
// lanes in each of two registers. Zero: there is none.
type tile struct{ points, lanes int }

// panelBytes is how much of the centroids is met by all points of a grain
// before the next: what stays in the second-level cache.
const panelBytes = 384 << 10

// NewAssigner prepares centroids, of which there must be at least one.
func NewAssigner(centroids Matrix) *Assigner {
	a := &Assigner{centroids: centroids}
	t := assignTile()
	k, d := centroids.Rows(), centroids.Dims
	if t.lanes == 0 || k < t.lanes/2 || d == 0 {
		return a
	}
	a.tile = t
	panel := t.lanes * (1 + d)
	a.panels = AlignedFloats((k + t.lanes - 1) / t.lanes * panel)
	for i := range len(a.panels) / panel * t.lanes {
		p, lane := a.panels[i/t.lanes*panel:], i%t.lanes
		if i >= k {
			p[lane] = float32(math.Inf(-1)) // never the best
			continue
		}
		c := centroids.Row(i)
		p[lane] = -SquaredNorm(c) / 2
		for j, x := range c {
			p[t.lanes*(1+j)+lane] = x
		}
	}
	return a
}

// Assign writes for each point the number of its nearest centroid and the
// squared distance to it. It runs on all processors; the only error is that of
// ctx.
func (a *Assigner) Assign(ctx context.Context, assignment []uint32, distance []float32, points Matrix) error {
	work := a.byFours
	if a.tile.lanes > 0 {
		work = a.byTiles
	}
	return InBlocks(ctx, points.Rows(), assignGrain, func(lo, hi int) {
		work(assignment[lo:hi], distance[lo:hi], points.Slice(lo, hi))
	})
}

// byFours measures all distances and takes the least.
func (a *Assigner) byFours(assignment []uint32, distance []float32, points Matrix) {
	k, d := a.centroids.Rows(), points.Dims
	scratch := make([]float32, queryGroup*k)
	for i := 0; i < points.Rows(); {
		n := queryGroup
		if i+n <= points.Rows() && d > 0 {
			l2SquaredFour(scratch, points.Data[i*d:(i+n)*d], a.centroids.Data)
		} else {
			n = 1
			L2Squared(scratch[:k], points.Row(i), a.centroids.Data)
		}
		for j := range n {
			assignment[i+j], distance[i+j] = argmin(scratch[j*k : (j+1)*k])
		}
		i += n
	}
}

// byTiles finds the nearest by the fused kernel and measures only those.
func (a *Assigner) byTiles(assignment []uint32, distance []float32, points Matrix) {
	t, d := a.tile, points.Dims
	rows := points.Rows()
	tiles := (rows + t.points - 1) / t.points
	if whole := tiles * t.points; whole > rows {
		padded := NewMatrix(whole, d)
		copy(padded.Data, points.Data)
		points = padded
	}
	cells := t.points * t.lanes
	best, index := AlignedFloats(tiles*cells), make([]uint32, tiles*cells)
	for i := range best {
		best[i] = float32(math.Inf(-1))
	}
	panel := t.lanes * (1 + d)
	panels := len(a.panels) / panel
	group := max(1, panelBytes/(4*panel))
	for from := 0; from < panels; from += group {
		n := min(group, panels-from)
		for i := range tiles {
			fusedTile(best[i*cells:(i+1)*cells], index[i*cells:(i+1)*cells],
				points.Data[i*t.points*d:(i+1)*t.points*d], a.panels[from*panel:(from+n)*panel], d, uint32(from*t.lanes))
		}
	}
	for i := range rows {
		at := bestLane(best[i*t.lanes:(i+1)*t.lanes], index[i*t.lanes:(i+1)*t.lanes])
		assignment[i] = at
		distance[i] = pairL2Squared(points.Row(i), a.centroids.Row(int(at)))
	}
}

// bestLane is the number of the centroid that is best over all lanes, the
// first of equals. index has the number of each lane's first centroid.
func bestLane(best []float32, index []uint32) uint32 {
	at, most := uint32(0), float32(math.Inf(-1))
	for lane, x := range best {
		if c := index[lane] + uint32(lane); x > most || x == most && c < at && x > float32(math.Inf(-1)) {
			at, most = c, x
		}
	}
	return at
}

// argmin is the first smallest value and its index. A list that has only NaN
// gives index 0.
func argmin(xs []float32) (uint32, float32) {
	at, least := 0, float32(math.Inf(1))
	for i, x := range xs {
		if x < least {
			at, least = i, x
		}
	}
	return uint32(at), least
}
