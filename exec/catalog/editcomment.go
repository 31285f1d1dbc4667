package catalog

// SetComment puts the comment on an object, or removes it when text is nil or
// empty.
func (e *Editor) SetComment(on Address, text *string) {
	old := e.s.comments[commented{on.Class, on.Object, on.Sub}]
	if text == nil || *text == "" {
		if old != nil {
			e.Drop(old.OID)
		}
		return
	}
	c := &Comment{Class: on.Class, Object: on.Object, Sub: on.Sub, Text: *text}
	if old != nil {
		c.OID = old.OID
	}
	e.Put(c)
}
