package lock

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"voronoi/internal/pgerr"
)

// actor is a session with its own goroutine, told what to do by the test. Tests
// run in a synctest bubble: settle returns when everyone waits for something.
type actor struct {
	*Holder
	t    *testing.T
	done []string // what it has finished
}

func (a *actor) lock(t Tag, mode Mode) (cancel context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		err := a.Lock(ctx, t, mode, ForTransaction, 0)
		result := "ok"
		if err != nil {
			result = pgerr.Code(err)
		}
		a.done = append(a.done, result)
	}()
	synctest.Wait()
	return cancel
}

// is checks what the actor has finished so far.
func (a *actor) is(results ...string) {
	a.t.Helper()
	synctest.Wait()
	if !slices.Equal(a.done, results) {
		a.t.Errorf("process %d: %v, want %v", a.pid, a.done, results)
	}
}

func actors(t *testing.T, m *Manager, n int) []*actor {
	var as []*actor
	for i := range n {
		as = append(as, &actor{Holder: m.NewHolder(int32(101 + i)), t: t})
	}
	return as
}

// empty checks that nothing was left behind.
func empty(t *testing.T, m *Manager) {
	t.Helper()
	if l := m.List(); len(l) != 0 || len(m.objects) != 0 {
		t.Errorf("locks are left: %v", l)
	}
}

func TestModesConflictSymmetrically(t *testing.T) {
	for a := range modes {
		for b := range modes {
			if conflicts[a].has(b) != conflicts[b].has(a) {
				t.Errorf("%s and %s", a, b)
			}
		}
	}
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(1)
		a := actors(t, m, 5)
		a[0].lock(Writer, Exclusive)
		for _, x := range a[1:] {
			x.lock(Writer, Exclusive)
		}
		for i, x := range a {
			x.is("ok")
			for _, later := range a[i+1:] {
				later.is()
			}
			x.EndTransaction()
		}
		empty(t, m)
	})
}

// TestSharedDoNotOvertake: readers who come later wait behind a waiting writer.
func TestSharedDoNotOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(1)
		a := actors(t, m, 4)
		tag := Advisory(7)
		a[0].lock(tag, Share)
		cancel := a[1].lock(tag, Exclusive)
		a[2].lock(tag, Share)
		a[3].lock(tag, Share)
		if a[3].TryLock(tag, Share, ForSession) {
			t.Error("TryLock overtook the queue")
		}
		a[2].is()
		cancel() // with the writer gone, the readers behind it go on
		a[1].is("57014")
		a[2].is("ok")
		a[3].is("ok")
		for _, x := range a {
			x.EndTransaction()
		}
		empty(t, m)
	})
}

// TestHolderGoesFirst: whoever holds the lock does not wait for those who wait
// for it.
func TestHolderGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(1)
		a := actors(t, m, 3)
		tag := Relation(16384)
		a[0].lock(tag, AccessShare)
		a[1].lock(tag, AccessExclusive)
		a[0].lock(tag, RowExclusive)
		a[0].is("ok", "ok")
		a[1].is()
		a[2].lock(tag, AccessShare)
		a[2].is()
		a[0].EndTransaction()
		a[1].is("ok")
		a[1].EndTransaction()
		a[2].is("ok")
	})
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(1)
		a := actors(t, m, 2)
		a[0].lock(Writer, Exclusive)
		begin := time.Now()
		err := a[1].Lock(context.Background(), Writer, Exclusive, ForTransaction, 250*time.Millisecond)
		if e := pgerr.From(err); e.Code != "55P03" || e.Message != "canceling statement due to lock timeout" {
			t.Errorf("got %v", err)
		}
		if d := time.Since(begin); d != 250*time.Millisecond {
			t.Errorf("waited %v", d)
		}
		reason := pgerr.New("57P01", "terminating connection due to administrator command")
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(reason)
		if err := a[1].Lock(ctx, Writer, Exclusive, ForTransaction, 0); !errors.Is(err, reason) {
			t.Errorf("the context's cause: %v", err)
		}
		a[0].EndTransaction()
		empty(t, m)
	})
}

func TestSessionLocksAreCounted(t *testing.T) {
	m := NewManager(1)
	h, other := m.NewHolder(1), m.NewHolder(2)
	ctx := context.Background()
	key := Advisory(-5)
	for range 2 {
		if err := h.Lock(ctx, key, Exclusive, ForSession, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Lock(ctx, key, Exclusive, ForTransaction, 0); err != nil {
		t.Fatal(err)
	}
	if h.Unlock(key, Share) || h.Unlock(AdvisoryPair(-1, -5), Exclusive) || other.Unlock(key, Exclusive) {
		t.Error("a lock that is not held was released")
	}
	for i, release := range []func(){
		func() { h.Unlock(key, Exclusive) },
		h.EndTransaction,
		func() { h.Unlock(key, Exclusive) },
	} {
		if other.TryLock(key, Share, ForTransaction) {
			t.Errorf("free before release %d", i)
		}
		release()
	}
	if h.Unlock(key, Exclusive) || !other.TryLock(key, Share, ForSession) {
		t.Error("not free in the end")
	}
	other.UnlockAdvisory()
	h.Close()
	empty(t, m)
}

func TestSavepoint(t *testing.T) {
	m := NewManager(1)
	h := m.NewHolder(1)
	try := func(t_ Tag, mode Mode) {
		t.Helper()
		if !h.TryLock(t_, mode, ForTransaction) {
			t.Fatalf("%v", t_)
		}
	}
	try(Advisory(1), Share)
	mark := h.Mark()
	try(Advisory(1), Share) // again: held since before the mark
	try(Advisory(1), Exclusive)
	try(Advisory(2), Share)
	try(Writer, Exclusive)
	h.RollbackTo(mark)
	held := func(t_ Tag, mode Mode, expected bool) {
		t.Helper()
		if h.Holds(t_, mode) != expected {
			t.Errorf("%v %s", t_, mode)
		}
	}
	held(Advisory(1), Share, true)
	held(Advisory(1), Exclusive, false)
	held(Advisory(2), Share, false)
	held(Writer, Exclusive, true)
	h.EndTransaction()
	held(Writer, Exclusive, false)
	empty(t, m)
}

func TestDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(5)
		a := actors(t, m, 3)
		locks := []Tag{Advisory(1), AdvisoryPair(2, 3), Relation(16400)}
		for i, x := range a {
			x.lock(locks[i], Exclusive)
		}
		a[0].lock(locks[1], Exclusive)
		a[1].lock(locks[2], Exclusive)
		err := a[2].Lock(context.Background(), locks[0], Share, ForTransaction, 0)
		e := pgerr.From(err)
		detail := strings.Join([]string{
			"Process 103 waits for ShareLock on advisory lock [5,0,1,1]; blocked by process 101.",
			"Process 101 waits for ExclusiveLock on advisory lock [5,2,3,2]; blocked by process 102.",
			"Process 102 waits for ExclusiveLock on relation 16400 of database 5; blocked by process 103.",
		}, "\n")
		if e.Code != "40P01" || e.Message != "deadlock detected" || e.Detail != detail {
			t.Errorf("got %s %s\n%s", e.Code, e.Message, e.Detail)
		}
		if got := m.Blocking(101); !slices.Equal(got, []int32{102}) {
			t.Errorf("blocking: %v", got)
		}
		a[2].EndTransaction() // the victim gives way
		a[1].is("ok", "ok")
		a[1].EndTransaction()
		a[0].is("ok", "ok")
		a[0].EndTransaction()
		empty(t, m)
	})
}

// TestUpgradeDeadlock: two who share a lock cannot both get it alone.
func TestUpgradeDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(1)
		a := actors(t, m, 2)
		a[0].lock(Advisory(1), Share)
		a[1].lock(Advisory(1), Share)
		a[0].lock(Advisory(1), Exclusive)
		a[1].lock(Advisory(1), Exclusive)
		a[1].is("ok", "40P01")
		a[1].EndTransaction()
		a[0].is("ok", "ok")
	})
}

// TestSoftDeadlock: a cycle that only the queue's order makes is undone.
func TestSoftDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(1)
		a := actors(t, m, 3)
		x, y := Advisory(1), Advisory(2)
		a[0].lock(x, Share)
		a[1].lock(x, Exclusive) // waits for 0
		a[2].lock(y, Exclusive)
		a[2].lock(x, Share) // queues behind 1, though 0 would let it in
		a[2].is("ok")
		a[0].lock(y, Exclusive) // waits for 2: a cycle unless 2 overtakes 1
		a[2].is("ok", "ok")
		a[0].is("ok")
		a[2].EndTransaction()
		a[0].is("ok", "ok")
		a[0].EndTransaction()
		a[1].is("ok")
	})
}

func TestList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewManager(1)
		a := actors(t, m, 3)
		a[1].lock(Advisory(9), Share)
		a[0].lock(Writer, Exclusive)
		a[2].lock(Writer, Exclusive)
		a[1].lock(Writer, Exclusive)
		var lines []string
		for _, i := range m.List() {
			if i.Granted != i.WaitStart.IsZero() {
				t.Errorf("%v", i)
			}
			lines = append(lines, fmt.Sprint(i.Tag.LockType(), " ", i.PID, " ", i.Mode, " ", i.Granted))
		}
		got := strings.Join(lines, "\n")
		if got != "writer 101 ExclusiveLock true\nwriter 103 ExclusiveLock false\nwriter 102 ExclusiveLock false\nadvisory 102 ShareLock true" {
			t.Errorf("got\n%s", got)
		}
		for _, i := range []int{0, 2, 1} {
			a[i].EndTransaction()
			synctest.Wait()
		}
	})
}

// TestRandom has sessions lock at random, with cancellations, and checks
// exclusion itself; whoever is a deadlock's victim starts over, so all come to
// their end.
func TestRandom(t *testing.T) {
	m := NewManager(1)
	var inside [4]struct{ shared, exclusive atomic.Int32 }
	check := func(k int) {
		s, e := inside[k].shared.Load(), inside[k].exclusive.Load()
		if e > 1 || e == 1 && s > 0 {
			t.Errorf("lock %d: %d shared, %d exclusive", k, s, e)
		}
	}
	var wg sync.WaitGroup
	for s := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(s), 1))
			h := m.NewHolder(int32(s))
			defer h.Close()
			for range 300 {
				ctx, cancel := context.WithCancel(context.Background())
				if rng.IntN(10) == 0 {
					time.AfterFunc(time.Duration(rng.IntN(50))*time.Microsecond, cancel)
				}
				var leave []func()
				for range 1 + rng.IntN(3) {
					k, mode := rng.IntN(len(inside)), Share
					n := &inside[k].shared
					if rng.IntN(2) == 0 {
						mode, n = Exclusive, &inside[k].exclusive
					}
					if h.Holds(Advisory(int64(k)), Share) || h.Holds(Advisory(int64(k)), Exclusive) {
						continue
					}
					if err := h.Lock(ctx, Advisory(int64(k)), mode, ForTransaction, 0); err != nil {
						if c := pgerr.Code(err); c != pgerr.DeadlockDetected && c != pgerr.QueryCanceled {
							t.Error(err)
						}
						break
					}
					n.Add(1)
					check(k)
					leave = append(leave, func() { n.Add(-1) })
				}
				for _, f := range leave {
					f()
				}
				h.EndTransaction()
				cancel()
			}
		})
	}
	wg.Wait()
	empty(t, m)
}

func BenchmarkUncontended(b *testing.B) {
	m := NewManager(1)
	h := m.NewHolder(1)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := h.Lock(ctx, Writer, Exclusive, ForTransaction, 0); err != nil {
			b.Fatal(err)
		}
		h.EndTransaction()
	}
}
