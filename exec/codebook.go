package exec

import (
	"encoding/binary"
	"math"
	"sync"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/pq"
	"voronoi/vectorops"
)

// codebooks are the codebooks that have been used, decoded. The catalog's
// objects are immutable, so that one that was replaced is told by its address.
type codebooks struct {
	mu      sync.RWMutex
	decoded map[oid.OID]decodedCodebook
}

type decodedCodebook struct {
	of *catalog.Codebook
	*pq.Codebook
}

// codebook finds a codebook by name.
func (x *execution) codebook(name string) (*pq.Codebook, error) {
	object := x.catalog.Codebook(name)
	if object == nil {
		return nil, pgerr.Newf(pgerr.UndefinedObject, "codebook %q does not exist", name)
	}
	c := &x.session.srv.codebooks
	c.mu.RLock()
	have := c.decoded[object.OID]
	c.mu.RUnlock()
	if have.of == object {
		return have.Codebook, nil
	}
	cb, err := decodeCodebook(object)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.decoded == nil {
		c.decoded = map[oid.OID]decodedCodebook{}
	}
	c.decoded[object.OID] = decodedCodebook{object, cb}
	return cb, nil
}

// encodeCentroids is what the catalog keeps of a codebook's centroids.
func encodeCentroids(centroids []float32) []byte {
	b := make([]byte, 0, 4*len(centroids))
	for _, f := range centroids {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return b
}

func decodeCodebook(object *catalog.Codebook) (*pq.Codebook, error) {
	n := object.Centroids * object.Dims
	if object.Subspaces < 1 || object.Centroids < 1 || object.Centroids > pq.MaxKsub || object.Dims%object.Subspaces != 0 || len(object.Data) != 4*n {
		return nil, pgerr.Newf(pgerr.DataCorrupted, "codebook %q is damaged", object.Name)
	}
	cb := &pq.Codebook{M: object.Subspaces, Ksub: object.Centroids, Dsub: object.Dims / object.Subspaces, Centroids: vectorops.AlignedFloats(n)}
	for i := range cb.Centroids {
		cb.Centroids[i] = math.Float32frombits(binary.LittleEndian.Uint32(object.Data[4*i:]))
	}
	return cb, nil
}
