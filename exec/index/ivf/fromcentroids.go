package ivf

import (
	"context"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// FromCentroids makes the index that has the given centroids, which a build
// found earlier: every slot that vectors covers is assigned to the nearest.
func FromCentroids(ctx context.Context, vectors index.Vectors, o Options, centroids vectorops.Matrix) (*Index, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	var sample vectorops.Matrix
	if view := vectors.Covers(); o.wantsCodes(view.Len()) {
		var err error
		if sample, err = vectors.Sample(ctx, o.codeSample(), o.Seed); err != nil {
			return nil, err
		}
	}
	return fill(ctx, vectors, o, centroids, sample, func(string, int, int) {})
}
