package exec

import (
	"sync"
	"sync/atomic"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// catalogs holds the catalog snapshots that some SQLite snapshot may still
// show, by the catalog version in the file (invariant E3). Two sessions that
// read the same version share one *catalog.Snapshot, so that pointers tell
// whether a plan still fits.
type catalogs struct {
	newest atomic.Pointer[catalogVersion]
	mu     sync.Mutex
	recent map[int64]*catalog.Snapshot
	order  []int64
}

type catalogVersion struct {
	number int64
	snap   *catalog.Snapshot
}

// keptCatalogs bounds how many old versions are kept: a snapshot older than
// that many definitions fails with a serialization error.
const keptCatalogs = 256

// publish makes a snapshot findable under its version, before the commit that
// brings the version into the file.
func (k *catalogs) publish(version int64, snap *catalog.Snapshot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.recent == nil {
		k.recent = map[int64]*catalog.Snapshot{}
	}
	if _, again := k.recent[version]; !again {
		k.order = append(k.order, version)
	}
	k.recent[version] = snap
	for len(k.order) > keptCatalogs {
		delete(k.recent, k.order[0])
		k.order = k.order[1:]
	}
}

// advance makes a version the one that new statements start with, after its
// commit.
func (k *catalogs) advance(version int64, snap *catalog.Snapshot) {
	k.newest.Store(&catalogVersion{version, snap})
}

// current is the newest committed catalog.
func (k *catalogs) current() *catalog.Snapshot { return k.newest.Load().snap }

// at is the catalog of a version.
func (k *catalogs) at(version int64) (*catalog.Snapshot, error) {
	if c := k.newest.Load(); c.number == version {
		return c.snap, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := k.recent[version]; c != nil {
		return c, nil
	}
	return nil, pgerr.New(pgerr.SerializationFailure, "snapshot too old: its catalog is no longer kept")
}

// loadCatalog reads the stored objects, or stores those that a new database
// begins with.
func (srv *Server) loadCatalog(conn *storage.Conn) error {
	rows, err := storedObjects(conn)
	if err != nil {
		return err
	}
	var snap *catalog.Snapshot
	if len(rows) == 0 {
		snap = catalog.New(srv.facts)
		for _, row := range snap.Rows() {
			if err := storeChange(conn, catalog.Change{Row: row}); err != nil {
				return err
			}
		}
	} else if snap, err = catalog.Restore(srv.facts, rows); err != nil {
		return err
	}
	meta, err := conn.Meta()
	if err != nil {
		return err
	}
	srv.catalogs.publish(meta.CatalogVersion, snap)
	srv.catalogs.advance(meta.CatalogVersion, snap)
	return nil
}

func storedObjects(conn *storage.Conn) ([]catalog.Row, error) {
	st, err := conn.Prepare("SELECT oid, class, body FROM voronoi_catalog ORDER BY oid")
	if err != nil {
		return nil, err
	}
	defer st.Close()
	var rows []catalog.Row
	for {
		ok, err := st.Step()
		if err != nil || !ok {
			return rows, err
		}
		rows = append(rows, catalog.Row{
			OID:   oid.OID(st.Column(0).Int()),
			Class: st.Column(1).Str(),
			Body:  st.Column(2).Clone().Bytes(),
		})
	}
}

// storeChange writes one changed object to the file.
func storeChange(conn *storage.Conn, c catalog.Change) error {
	if c.Delete {
		return conn.Exec("DELETE FROM voronoi_catalog WHERE oid = ?", datum.Int(int64(c.OID)))
	}
	return conn.Exec("INSERT INTO voronoi_catalog (oid, class, body) VALUES (?, ?, ?) "+
		"ON CONFLICT (oid) DO UPDATE SET class = excluded.class, body = excluded.body",
		datum.Int(int64(c.OID)), datum.Text(c.Class), datum.TextBytes(c.Body))
}

// catalogSchema are the tables that the executor keeps for itself.
var catalogSchema = []string{
	`CREATE TABLE IF NOT EXISTS voronoi_catalog (oid INTEGER PRIMARY KEY, class TEXT NOT NULL, body TEXT NOT NULL) STRICT`,
	`CREATE TABLE IF NOT EXISTS voronoi_segment (oid INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT`,
	`CREATE TABLE IF NOT EXISTS voronoi_counter (oid INTEGER PRIMARY KEY, value INTEGER NOT NULL, called INTEGER NOT NULL) STRICT`,
}
