package storage

import (
	"testing"

	"voronoi/internal/datum"
)

// TestUnmap: a scan that gives up its mapping on the way sees what it saw, and
// the process has less of the file afterwards.
func TestUnmap(t *testing.T) {
	db := openMemory(t)
	c := acquire(t, db)
	exec(t, c, "CREATE TABLE t (key INTEGER PRIMARY KEY, v BLOB) STRICT")
	if err := c.BeginImmediate(); err != nil {
		t.Fatal(err)
	}
	const rows, size = 4000, 16000
	for i := range rows {
		exec(t, c, "INSERT INTO t VALUES (?, ?)", datum.Int(int64(i)), datum.Blob(make([]byte, size)))
	}
	if err := c.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := db.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if err := c.BeginRead(); err != nil {
		t.Fatal(err)
	}
	st, err := c.Prepare("SELECT key, v FROM t WHERE key >= ? ORDER BY key")
	if err != nil {
		t.Fatal(err)
	}
	sum, most := 0, int64(0)
	for from := 0; from < rows; from += rows / 4 {
		st.Bind(1, datum.Int(int64(from)))
		for range rows / 4 {
			if ok, err := st.Step(); !ok || err != nil {
				t.Fatal(ok, err)
			}
			for _, b := range st.Column(1).Bytes() {
				sum += int(b) + 1
			}
		}
		st.Reset()
		if n, ok := mappedBytes(); ok {
			most = max(most, n)
		}
		if err := c.Unmap(); err != nil {
			t.Fatal(err)
		}
	}
	if sum != rows*size {
		t.Errorf("%d bytes were read of %d", sum, rows*size)
	}
	if n, ok := mappedBytes(); ok && n > most-size*rows/8 {
		t.Errorf("%d bytes of files are mapped, and were %d at most", n, most)
	}
	st.Close()
	if err := c.Rollback(); err != nil {
		t.Fatal(err)
	}
}
