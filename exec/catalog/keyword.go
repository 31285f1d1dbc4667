package catalog

// Keyword is a word of Postgres's grammar, as pg_get_keywords lists it.
type Keyword struct {
	Word        string
	Category    byte // 'U' unreserved, 'C' column name, 'T' type or function name, 'R' reserved
	BareLabel   bool
	Description string
	BareText    string
}

// Keywords are all keywords, by word.
func (f *Facts) Keywords() []Keyword {
	var list []Keyword
	f.each("keywords", func(c *cursor) {
		list = append(list, Keyword{
			Word: c.text("word"), Category: c.char("catcode"), BareLabel: c.bool("barelabel"),
			Description: c.text("catdesc"), BareText: c.text("baredesc"),
		})
	})
	return list
}

// loadReserved are the words that must be quoted to be names.
func (f *Facts) loadReserved() map[string]bool {
	words := map[string]bool{}
	for _, k := range f.Keywords() {
		if k.Category != 'U' {
			words[k.Word] = true
		}
	}
	return words
}
