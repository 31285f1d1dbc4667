package storage

import (
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// Meta is the one row of the meta table, as a snapshot sees it (S10, V4).
type Meta struct {
	CatalogVersion int64 // grows with every transaction that changes the catalog
	CommitSeq      int64 // grows with every write transaction
	Epoch          int64 // drawn at random at every start of a server
}

const readMeta = "SELECT catalog_version, commit_seq, epoch FROM main.meta"

// Meta reads the row in the connection's snapshot; within a transaction it is
// read once.
func (c *Conn) Meta() (Meta, error) {
	if c.metaKnown {
		return c.meta, nil
	}
	s, err := c.Prepare(readMeta)
	if err != nil {
		return Meta{}, err
	}
	defer s.Close()
	row, err := s.Step()
	if err != nil {
		return Meta{}, err
	}
	if !row {
		return Meta{}, pgerr.New(pgerr.DataCorrupted, "the meta table is empty")
	}
	m := Meta{s.Column(0).Int(), s.Column(1).Int(), s.Column(2).Int()}
	if c.InTransaction() {
		c.meta, c.metaKnown = m, true
	}
	return m, nil
}

// SetMeta writes the row within a transaction, which it makes a writing one if
// it is not yet (Upgrade).
func (c *Conn) SetMeta(m Meta) error {
	if !c.writer && c.InTransaction() {
		if err := c.Upgrade(); err != nil {
			return err
		}
	}
	err := c.Exec("UPDATE main.meta SET catalog_version = ?, commit_seq = ?, epoch = ?",
		datum.Int(m.CatalogVersion), datum.Int(m.CommitSeq), datum.Int(m.Epoch))
	if err != nil {
		c.metaKnown = false
		return err
	}
	c.meta, c.metaKnown = m, c.InTransaction()
	return nil
}
