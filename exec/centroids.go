package exec

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"voronoi/exec/index/ivf"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/vectorops"
)

// What it took long to compute of inverted lists, the centroids, is stored in the
// file with the index's definition, in the same transaction: an index whose
// segment is lost is made from them without training.

// centroids are stored as rows × dims, then little-endian float32.
func writeCentroids(conn *storage.Conn, id oid.OID, m vectorops.Matrix) error {
	b := binary.LittleEndian.AppendUint32(nil, uint32(m.Rows()))
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Dims))
	for i := range m.Rows() {
		for _, f := range m.Row(i) {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
	}
	return conn.Exec("INSERT INTO voronoi_segment (oid, body) VALUES (?, ?) ON CONFLICT (oid) DO UPDATE SET body = excluded.body",
		datum.Int(int64(id)), datum.Blob(b))
}

// saveCentroids stores the centroids of an index that has adapted since they were
// stored: made again from old ones, its lists would be those of the table as it was.
func (srv *Server) saveCentroids(ctx context.Context, l *loadedColumn, id oid.OID) {
	lists, ok := l.attached()[id].(*ivf.Index)
	if !ok || l.upkeep.stored(id, lists.Centroids()) {
		return
	}
	err := srv.writeInternal(ctx, func(conn *storage.Conn) error {
		if l.attached()[id] != savedIndex(lists) || srv.catalogs.current().Relation(id) == nil {
			return nil // another has its place
		}
		now := lists.Centroids()
		have, err := readCentroids(conn, id, now.Dims)
		if err != nil || !slices.Equal(have.Data, now.Data) {
			err = writeCentroids(conn, id, now)
		}
		if err == nil {
			l.upkeep.store(id, now)
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		srv.log.Warn("the centroids of a vector index were not stored", "index", id, "err", err)
	}
}

// readCentroids gives no rows when none are stored that fit.
func readCentroids(conn *storage.Conn, id oid.OID, dims int) (vectorops.Matrix, error) {
	none := vectorops.NewMatrix(0, dims)
	st, err := conn.Prepare("SELECT body FROM voronoi_segment WHERE oid = ?")
	if err != nil {
		return none, err
	}
	defer st.Close()
	st.Bind(1, datum.Int(int64(id)))
	ok, err := st.Step()
	if err != nil || !ok {
		return none, err
	}
	b := st.Column(0).Bytes()
	if len(b) < 8 {
		return none, errDamagedSegment
	}
	rows, have := int(binary.LittleEndian.Uint32(b)), int(binary.LittleEndian.Uint32(b[4:]))
	if have != dims {
		return none, nil
	}
	if b = b[8:]; len(b) != 4*rows*dims {
		return none, errDamagedSegment
	}
	m := vectorops.NewMatrix(rows, dims)
	for i := range rows {
		row := m.Row(i)
		for j := range row {
			row[j] = math.Float32frombits(binary.LittleEndian.Uint32(b))
			b = b[4:]
		}
	}
	return m, nil
}

var errDamagedSegment = errors.New("a stored index segment is damaged")
