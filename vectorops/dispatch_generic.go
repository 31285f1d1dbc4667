package vectorops

// Kernels names the kernel variant in use.
func Kernels() string { return "go" }

func l2Squared(dst, query, vectors []float32)       { l2SquaredGo(dst, query, vectors) }
func innerProduct(dst, query, vectors []float32)    { innerProductGo(dst, query, vectors) }
func l1(dst, query, vectors []float32)              { l1Go(dst, query, vectors) }
func l2Squared4(dst, queries, vectors []float32)    { l2Squared4Go(dst, queries, vectors) }
func innerProduct4(dst, queries, vectors []float32) { innerProduct4Go(dst, queries, vectors) }

// variants lists the kernel variants that this machine can run.
func variants() []variant { return []variant{{"go", func() {}}} }
