package catalog

var dependSources = map[string]source{
	"pg_depend":        {objects: dependRows, indexed: []string{"objid", "refobjid"}},
	"pg_description":   {objects: descriptionRows, indexed: []string{"objoid"}},
	"pg_shdescription": {objects: sharedDescriptionRows, indexed: []string{"objoid"}},
	"pg_extension":     {objects: extensionRows, indexed: []string{"oid", "extname"}},
	"pg_available_extensions": {
		objects: availableExtensionRows, indexed: []string{"name"}},
	"pg_available_extension_versions": {
		objects: availableVersionRows, indexed: []string{"name"}},
}

// extensionFact is an extension that can be installed.
type extensionFact struct {
	name, version, comment string
	relocatable, trusted   bool
}

var extensionFacts = []extensionFact{
	{"vector", VectorVersion, "vector data type and ivfflat and hnsw access methods", true, true},
}

func extensionNamed(name string) *extensionFact {
	for i := range extensionFacts {
		if extensionFacts[i].name == name {
			return &extensionFacts[i]
		}
	}
	return nil
}

// AvailableExtension is the version that CREATE EXTENSION installs, "" for an
// extension that does not exist here.
func AvailableExtension(name string) string {
	if e := extensionNamed(name); e != nil {
		return e.version
	}
	return ""
}

func extensionRows(b *rowBuilder, s *Snapshot) {
	for _, e := range s.Extensions() {
		b.next()
		b.oid("oid", e.OID)
		b.text("extname", e.Name)
		b.oid("extowner", e.Owner)
		b.oid("extnamespace", e.Schema)
		b.bool("extrelocatable", true)
		b.text("extversion", e.Version)
	}
}

func availableExtensionRows(b *rowBuilder, s *Snapshot) {
	for _, e := range extensionFacts {
		b.next()
		b.text("name", e.name)
		b.text("default_version", e.version)
		if installed := s.Extension(e.name); installed != nil {
			b.text("installed_version", installed.Version)
		}
		b.text("comment", e.comment)
	}
}

func availableVersionRows(b *rowBuilder, s *Snapshot) {
	for _, e := range extensionFacts {
		installed := s.Extension(e.name)
		b.next()
		b.text("name", e.name)
		b.text("version", e.version)
		b.bool("installed", installed != nil && installed.Version == e.version)
		b.bool("superuser", true)
		b.bool("trusted", e.trusted)
		b.bool("relocatable", e.relocatable)
		b.text("comment", e.comment)
	}
}
