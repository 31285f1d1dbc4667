package catalog

import "voronoi/exec/builtin"

// SystemFunctions are the functions that look at the catalog.
func SystemFunctions() builtin.Table { return builtin.Table{} }
