package catalog

// SettingFact is a row of pg_settings as a new server has it.
type SettingFact struct {
	Name, Unit, Category, Short, Extra string
	Context                            string // "user", "superuser", "postmaster", "internal", …
	Type                               string // "bool", "enum", "integer", "real", "string"
	Min, Max                           string
	Enum                               []string
	Boot                               string
	// NoBoot is true where the boot value is NULL, not "".
	NoBoot bool
}

// Settings are Postgres's settings, by name.
func (f *Facts) Settings() []SettingFact {
	var list []SettingFact
	f.each("pg_settings", func(c *cursor) {
		list = append(list, SettingFact{
			Name: c.text("name"), Unit: c.text("unit"), Category: c.text("category"), Short: c.text("short_desc"),
			Extra: c.text("extra_desc"), Context: c.text("context"), Type: c.text("vartype"),
			Min: c.text("min_val"), Max: c.text("max_val"), Enum: c.strings("enumvals"),
			Boot: c.text("boot_val"), NoBoot: c.isNull("boot_val"),
		})
	})
	return list
}
