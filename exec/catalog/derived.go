package catalog

// derivedIndex is what is computed from a snapshot when it is first asked for.
type derivedIndex struct{}
