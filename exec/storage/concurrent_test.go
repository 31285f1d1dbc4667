package storage

import (
	"math/rand/v2"
	"sync"
	"testing"

	"voronoi/internal/datum"
)

// TestConcurrent has writers move amounts between accounts while readers take
// snapshots, connections come and go, statements are interrupted and the log is
// checkpointed: every snapshot must show the same total, and all committed moves
// must be there in the end.
func TestConcurrent(t *testing.T) {
	db := openDB(t, t.TempDir(), Options{})
	c := acquire(t, db)
	exec(t, c, "CREATE TABLE account(id INTEGER PRIMARY KEY, amount INTEGER NOT NULL) STRICT")
	for i := range 50 {
		exec(t, c, "INSERT INTO account VALUES (?, 100)", datum.Int(int64(i)))
	}
	var writer sync.Mutex // stands for the executor's writer lock
	var wg sync.WaitGroup
	first, _ := c.Meta()
	const writers, moves = 3, 60
	for w := range writers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(w)))
			for n := 0; n < moves; {
				c, err := db.Acquire(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				undo := rng.IntN(4) == 0
				writer.Lock()
				err = move(c, rng, undo)
				writer.Unlock()
				if err == nil && !undo {
					err = db.SyncCommits(t.Context())
					n++
				}
				db.Release(c)
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 3 {
		wg.Go(func() {
			for range 150 {
				c, err := db.Acquire(t.Context())
				if err == nil {
					err = c.BeginRead()
				}
				for range 2 {
					if err != nil {
						t.Error(err)
						return
					}
					var got string
					if got, err = query(c, "SELECT sum(amount) FROM account"); got != "5000" && err == nil {
						t.Errorf("a snapshot shows %s", got)
					}
				}
				c.Interrupt() // what Release forgets
				db.Release(c)
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			if err := db.Checkpoint(); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	last, err := c.Meta()
	if err != nil || last.CommitSeq != first.CommitSeq+writers*moves {
		t.Errorf("%d commits, want %d: %v", last.CommitSeq-first.CommitSeq, writers*moves, err)
	}
	want(t, c, `"ok"`, "PRAGMA integrity_check")
}

// move takes one from an account and gives it to another.
func move(c *Conn, rng *rand.Rand, undo bool) error {
	if err := c.BeginImmediate(); err != nil {
		return err
	}
	m, err := c.Meta()
	if err != nil {
		return err
	}
	m.CommitSeq++
	if err := c.SetMeta(m); err != nil {
		return err
	}
	for _, by := range []int64{-1, 1} {
		err := c.Exec("UPDATE account SET amount = amount + ? WHERE id = ?", datum.Int(by), datum.Int(rng.Int64N(50)))
		if err != nil {
			return err
		}
	}
	if undo {
		return c.Rollback()
	}
	return c.Commit()
}
