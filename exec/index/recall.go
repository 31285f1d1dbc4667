package index

// Recall is the part of truth that was got, whatever the order: recall@k when
// truth is the k true nearest keys.
func Recall(truth, got []int64) float64 {
	if len(truth) == 0 {
		return 1
	}
	found := make(map[int64]bool, len(got))
	for _, key := range got {
		found[key] = true
	}
	hits := 0
	for _, key := range truth {
		if found[key] {
			hits++
		}
	}
	return float64(hits) / float64(len(truth))
}

// Collect takes up to n rows from a cursor; n < 0 takes all.
func Collect(c Cursor, n int) (keys []int64, distances []float64) {
	for n < 0 || len(keys) < n {
		key, distance, ok := c.Next()
		if !ok {
			break
		}
		keys, distances = append(keys, key), append(distances, distance)
	}
	return keys, distances
}
