package catalog

var (
	schemaTableSources      = map[string]source{}
	schemaConstraintSources = map[string]source{}
	schemaOtherSources      = map[string]source{}
)
