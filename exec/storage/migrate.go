package storage

import (
	"fmt"

	"voronoi/internal/datum"
)

// migrations bring the file from one format version to the next: element i
// makes version i+1 of version i. An element that was released never changes.
var migrations = []string{
	`CREATE TABLE meta (
		id INTEGER PRIMARY KEY CHECK (id = 1),
		format INTEGER NOT NULL,
		catalog_version INTEGER NOT NULL,
		commit_seq INTEGER NOT NULL,
		epoch INTEGER NOT NULL
	) STRICT;
	INSERT INTO meta VALUES (1, 0, 1, 1, 0);
	PRAGMA application_id = 1448235593;`,
}

// migrate brings the file to the current format and draws the epoch, all in one
// transaction.
func (c *Conn) migrate(epoch int64) (err error) {
	if err := c.BeginImmediate(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = c.Rollback() // the first error is the one to report
		}
	}()
	format, err := c.format()
	if err != nil {
		return err
	}
	if format > len(migrations) {
		return fmt.Errorf("the data directory has format %d, which is newer than this server's %d", format, len(migrations))
	}
	for _, m := range migrations[format:] {
		if err := c.script(m); err != nil {
			return fmt.Errorf("migrating the data directory: %w", err)
		}
	}
	err = c.Exec("UPDATE main.meta SET format = ?, epoch = ?", datum.Int(int64(len(migrations))), datum.Int(epoch))
	if err != nil {
		return err
	}
	return c.Commit()
}

// format is the file's format version, 0 for a new file.
func (c *Conn) format() (int, error) {
	tables, err := c.number("SELECT count(*) FROM main.sqlite_schema")
	if err != nil || tables == 0 {
		return 0, err
	}
	meta, err := c.number("SELECT count(*) FROM main.sqlite_schema WHERE name = 'meta'")
	if err != nil {
		return 0, err
	}
	if meta == 0 {
		return 0, fmt.Errorf("%s is a SQLite database of another program", c.DB.path)
	}
	n, err := c.number("SELECT format FROM main.meta")
	return int(n), err
}

// number runs a query whose answer is one integer.
func (c *Conn) number(sql string) (int64, error) {
	s, err := c.Prepare(sql)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if _, err := s.Step(); err != nil {
		return 0, err
	}
	return s.Column(0).Int(), nil
}
