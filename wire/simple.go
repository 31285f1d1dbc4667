package wire

import "voronoi/internal/datum"

// query serves Query: a string of any number of statements, whose results are
// described and come as text.
func (c *conn) query(content []byte) error {
	text := content[:len(content)-1]
	if err := datum.ValidText(text); err != nil {
		return err
	}
	c.results.reset(c, nil)
	if err := c.session.Query(c.ctx, string(text), &c.results); err != nil {
		return err
	}
	return c.sendReady()
}
