package vectorops

import "fmt"

// RawAt is Raw for the vectors in the given slots of a view, which need not
// lie together.
func (m Metric) RawAt(dst, query []float32, view View, slots []uint32) {
	if len(dst) != len(slots) || len(query) != view.dims {
		panic(fmt.Sprintf("vectorops: %d results for %d slots, a query of %d for vectors of %d", len(dst), len(slots), len(query), view.dims))
	}
	if len(slots) == 0 {
		return
	}
	// The assembly does not check; one pass here is a small part of the work.
	for _, s := range slots {
		if int(s) >= view.len {
			panic(fmt.Sprintf("vectorops: slot %d of %d", s, view.len))
		}
	}
	switch m {
	case L2:
		l2SquaredGather(dst, query, view, slots)
	case IP, Cosine:
		innerProductGather(dst, query, view, slots)
	default:
		l1Gather(dst, query, view, slots)
	}
}

func gatherGo(dst, query []float32, view View, slots []uint32, kernel func(dst, query, vectors []float32)) {
	for i, slot := range slots {
		kernel(dst[i:i+1:i+1], query, view.Vector(int(slot)))
	}
}
