package lock

import (
	"context"
	"errors"
	"slices"
	"time"

	"voronoi/internal/pgerr"
)

// Scope is how long a lock is held.
type Scope uint8

// Scopes.
const (
	ForTransaction Scope = iota
	ForSession
)

// Holder is a session as the manager sees it. Its methods are called by the
// session's goroutine.
type Holder struct {
	m       *Manager
	pid     int32
	grants  map[Tag]*grant
	log     []acquisition // of transaction locks, in order
	waiting *waiter
}

// acquisition is a transaction lock that was not held before.
type acquisition struct {
	g    *grant
	mode Mode
}

// NewHolder is a session by its process number.
func (m *Manager) NewHolder(pid int32) *Holder {
	h := &Holder{m: m, pid: pid, grants: map[Tag]*grant{}}
	m.mu.Lock()
	m.holders[h] = struct{}{}
	m.mu.Unlock()
	return h
}

// Lock acquires a lock and waits for it if need be. A timeout above 0 bounds the
// wait (lock_timeout, 55P03); the context's end is its cause, if that is an
// error for clients, or else a cancelled statement (57014).
func (h *Holder) Lock(ctx context.Context, t Tag, mode Mode, scope Scope, timeout time.Duration) error {
	m := h.m
	m.mu.Lock()
	o := m.object(t)
	at := o.place(h)
	if !o.mustWait(h, mode, at) {
		o.give(h, mode, scope)
		m.mu.Unlock()
		return nil
	}
	w := &waiter{h: h, o: o, mode: mode, scope: scope, since: time.Now(), granted: make(chan struct{})}
	o.queue = slices.Insert(o.queue, at, w)
	h.waiting = w
	err := m.resolve(h)
	if err != nil {
		m.abandon(w)
	}
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return h.wait(ctx, w, timeout)
}

// wait waits for w and withdraws it if something else comes first.
func (h *Holder) wait(ctx context.Context, w *waiter, timeout time.Duration) error {
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	var err error
	select {
	case <-w.granted:
		return nil
	case <-expired:
		err = pgerr.New(pgerr.LockNotAvailable, "canceling statement due to lock timeout")
	case <-ctx.Done():
		err = cancelled(ctx)
	}
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if h.waiting != w { // granted meanwhile (L2)
		return nil
	}
	h.m.abandon(w)
	return err
}

// abandon takes w out of its queue; those behind it may be free to go.
func (m *Manager) abandon(w *waiter) {
	w.h.waiting = nil
	if i := slices.Index(w.o.queue, w); i >= 0 {
		w.o.queue = slices.Delete(w.o.queue, i, i+1)
	}
	m.serve(w.o)
}

func cancelled(ctx context.Context) error {
	var e *pgerr.Error
	if cause := context.Cause(ctx); errors.As(cause, &e) {
		return e
	}
	return pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request").Caused(ctx.Err())
}

// TryLock acquires a lock if that is possible without waiting.
func (h *Holder) TryLock(t Tag, mode Mode, scope Scope) bool {
	m := h.m
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.object(t)
	if o.mustWait(h, mode, o.place(h)) {
		return false
	}
	o.give(h, mode, scope)
	return true
}

// Holds reports whether h holds the lock in the mode, in whichever scope.
func (h *Holder) Holds(t Tag, mode Mode) bool {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	g := h.grants[t]
	return g != nil && g.modes().has(mode)
}

// Unlock releases a session lock once and reports whether it was held.
func (h *Holder) Unlock(t Tag, mode Mode) bool {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	g := h.grants[t]
	if g == nil || g.session[mode] == 0 {
		return false
	}
	g.session[mode]--
	if g.session[mode] == 0 {
		h.m.reconsider(g)
	}
	return true
}

// UnlockAdvisory releases all advisory locks of the session.
func (h *Holder) UnlockAdvisory() {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	for t, g := range h.grants {
		if t.Kind == KindAdvisory || t.Kind == KindAdvisoryPair {
			g.session = [modes]int32{}
			h.m.reconsider(g)
		}
	}
}

// Mark is a place in the transaction for RollbackTo.
func (h *Holder) Mark() int { return len(h.log) }

// RollbackTo releases the transaction locks acquired since the mark, all but the
// writer lock: SQLite's transaction, which it protects, outlives a savepoint.
func (h *Holder) RollbackTo(mark int) { h.release(mark, true) }

// EndTransaction releases all transaction locks.
func (h *Holder) EndTransaction() { h.release(0, false) }

func (h *Holder) release(mark int, keepWriter bool) {
	if mark >= len(h.log) {
		return
	}
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	gone := h.log[mark:]
	kept := h.log[:mark]
	for _, a := range slices.Clone(gone) {
		if keepWriter && a.g.o.tag == Writer {
			kept = append(kept, a)
			continue
		}
		a.g.tx &^= 1 << a.mode
		h.m.reconsider(a.g)
	}
	clear(h.log[len(kept):])
	h.log = kept
}

// Close releases everything that h holds.
func (h *Holder) Close() {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	for _, g := range h.grants {
		g.tx, g.session = 0, [modes]int32{}
		h.m.reconsider(g)
	}
	h.log = nil
	delete(h.m.holders, h)
}
