package ivf

import (
	"context"

	"voronoi/exec/index"
	"voronoi/pq"
	"voronoi/vectorops"
)

// FromCentroids makes the index that has the given centroids, which a build
// found earlier: every slot that view has is assigned to the nearest.
func FromCentroids(ctx context.Context, view index.View, o Options, centroids vectorops.Matrix) (*Index, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	var sample vectorops.Matrix
	if o.wantsCodes(view.Len()) {
		sample = sampleAlive(view, pq.ScanKsub*trainPerList, o.Seed)
	}
	return fill(ctx, view, o, centroids, sample, func(string, int, int) {})
}
