package exec

import "voronoi/exec/builtin"

// vectorFunctions are the functions of our own over vectors, indexes and
// codebooks.
func vectorFunctions() builtin.Table { return builtin.Table{} }
