package vectorops

// raw is what a kernel computes for a pair; each metric is one of them and what
// Rank makes of it. Over zeros and ones, the first and the last count the
// positions that differ, and the second those that both have.
type raw uint8

const (
	rawL2Squared raw = iota
	rawProduct
	rawL1
)

var metricRaws = [...]raw{L2: rawL2Squared, IP: rawProduct, Cosine: rawProduct, Manhattan: rawL1, Hamming: rawL2Squared, Jaccard: rawProduct}

func (m Metric) raw() raw { return metricRaws[m] }
