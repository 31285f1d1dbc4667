package vectorops

// gather measures one query against vectors that do not lie together.
func gather(dst, query []float32, view View, slots []uint32, kernel func(dst, query, vectors []float32)) {
	for i, slot := range slots {
		kernel(dst[i:i+1:i+1], query, view.Vector(int(slot)))
	}
}
