package ivf

import (
	"context"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// FromCentroids makes the index that has the given centroids, which a build
// found earlier: every slot that view has is assigned to the nearest.
func FromCentroids(ctx context.Context, view index.View, o Options, centroids vectorops.Matrix) (*Index, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	st := &state{
		view: view, lists: make([]list, centroids.Rows()),
		coarse: coarse{centroids: centroids, spherical: isSpherical(o.Metric)},
	}
	if err := st.assignAll(ctx, func(string, int, int) {}); err != nil {
		return nil, err
	}
	x := &Index{options: o, covered: view}
	x.state.Store(st)
	return x, nil
}
