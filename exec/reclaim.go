package exec

import (
	"context"
	"time"

	"voronoi/exec/index"
)

// Deleted and overwritten vectors stay in memory until no snapshot needs them and
// there are enough of them to be worth a copy of the others: a quarter of a
// column. VACUUM asks for no number.

// manyDead reports whether a column has so many dead entries that they are to be
// dropped. The caller is the writer.
func (l *loadedColumn) manyDead() bool {
	dead := l.vectors.Dead()
	return dead >= 1024 && dead >= l.vectors.Len()/4
}

// reclaim drops what has died in a column if it is much, at once or, while a
// snapshot needs it, later.
func (v *vectorStore) reclaim(l *loadedColumn) {
	if !l.manyDead() {
		return
	}
	v.reclaimNow(l)
	if l.manyDead() && v.reclaiming.CompareAndSwap(false, true) {
		v.srv.background.start(v.reclaimLater)
	}
}

// reclaimNow drops the dead entries of a column that no snapshot needs, unless an
// index is being built over it. The caller is the writer.
func (v *vectorStore) reclaimNow(l *loadedColumn) {
	if !l.moving.TryLock() {
		return
	}
	defer l.moving.Unlock()
	before := l.bytes()
	if l.vectors.Reclaim(index.Seq(v.horizon.oldest())) > 0 {
		// For a moment there are two copies of what is left.
		v.memory.released(before)
	}
}

// reclaimAll drops all dead entries that no snapshot needs, of all columns, or of
// those that have many, and reports whether some of the latter have them still.
// The caller is the writer.
func (v *vectorStore) reclaimAll(many bool) (left bool) {
	for _, c := range v.list() {
		l := c.table.Load()
		if l == nil || l.vectors == nil || l.vectors.Dead() == 0 || many && !l.manyDead() {
			continue
		}
		v.reclaimNow(l)
		left = left || l.manyDead()
	}
	return left
}

// reclaimInterval is how often it is tried again.
const reclaimInterval = 2 * time.Second

// reclaimLater tries until nothing is left to reclaim.
func (v *vectorStore) reclaimLater(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(reclaimInterval):
		}
		left := false
		err := v.srv.asWriter(ctx, func() error {
			left = v.reclaimAll(true)
			if !left {
				v.reclaiming.Store(false) // whoever writes next may begin anew
			}
			return nil
		})
		if err != nil || !left {
			return
		}
	}
}
