package lock

import (
	"sync"
	"time"
)

// Manager holds all locks of a server.
type Manager struct {
	// Database is the database's OID, for messages.
	Database uint32

	mu      sync.Mutex
	objects map[Tag]*object // those that are held or waited for
	holders map[*Holder]struct{}
}

// NewManager makes a manager without locks.
func NewManager(database uint32) *Manager {
	return &Manager{Database: database, objects: map[Tag]*object{}, holders: map[*Holder]struct{}{}}
}

// object is one lock. All of its state is the manager's mutex's.
type object struct {
	tag    Tag
	grants []*grant
	queue  []*waiter // in the order in which they are served
}

// grant is what one holder holds of one lock.
type grant struct {
	h       *Holder
	o       *object
	tx      modeSet      // held for the transaction
	session [modes]int32 // held for the session, so many times
}

// modes are all that the grant covers.
func (g *grant) modes() modeSet {
	s := g.tx
	for m, n := range g.session {
		if n > 0 {
			s |= 1 << m
		}
	}
	return s
}

// waiter is a request that could not be granted at once.
type waiter struct {
	h       *Holder
	o       *object
	mode    Mode
	scope   Scope
	since   time.Time
	granted chan struct{} // closed when it is
}

// object is the lock of a tag, made if there is none.
func (m *Manager) object(t Tag) *object {
	o := m.objects[t]
	if o == nil {
		o = &object{tag: t}
		m.objects[t] = o
	}
	return o
}

// forget drops a lock that nobody holds or waits for.
func (m *Manager) forget(o *object) {
	if len(o.grants) == 0 && len(o.queue) == 0 {
		delete(m.objects, o.tag)
	}
}

// grant is what h holds of o, nil if nothing.
func (o *object) grant(h *Holder) *grant {
	for _, g := range o.grants {
		if g.h == h {
			return g
		}
	}
	return nil
}

// held reports whether another than h holds o in a mode that excludes mode.
func (o *object) held(h *Holder, mode Mode) bool {
	for _, g := range o.grants {
		if g.h != h && g.modes()&conflicts[mode] != 0 {
			return true
		}
	}
	return false
}

// give grants mode to h.
func (o *object) give(h *Holder, mode Mode, scope Scope) {
	g := o.grant(h)
	if g == nil {
		g = &grant{h: h, o: o}
		o.grants = append(o.grants, g)
		h.grants[o.tag] = g
	}
	if scope == ForSession {
		g.session[mode]++
		return
	}
	if !g.tx.has(mode) { // having it twice is having it
		g.tx |= 1 << mode
		h.log = append(h.log, acquisition{g, mode})
	}
}

// place is where a request of h joins the queue: at its end, or, if h holds the
// lock already, before the first who waits for what h holds (L1).
func (o *object) place(h *Holder) int {
	if g := o.grant(h); g != nil {
		held := g.modes()
		for i, w := range o.queue {
			if held&conflicts[w.mode] != 0 {
				return i
			}
		}
	}
	return len(o.queue)
}

// mustWait reports whether a request at place i of the queue has to wait: for a
// holder, or for a request before it.
func (o *object) mustWait(h *Holder, mode Mode, i int) bool {
	if o.held(h, mode) {
		return true
	}
	for _, w := range o.queue[:i] {
		if conflicts[mode].has(w.mode) {
			return true
		}
	}
	return false
}

// serve grants what can be granted, in the queue's order.
func (m *Manager) serve(o *object) {
	kept := o.queue[:0]
	var waiting modeSet // the modes of those who still wait, before w
	for _, w := range o.queue {
		if waiting&conflicts[w.mode] != 0 || o.held(w.h, w.mode) {
			waiting |= 1 << w.mode
			kept = append(kept, w)
			continue
		}
		o.give(w.h, w.mode, w.scope)
		w.h.waiting = nil
		close(w.granted)
	}
	clear(o.queue[len(kept):])
	o.queue = kept
	m.forget(o)
}

// reconsider drops a grant that covers nothing and serves those who wait.
func (m *Manager) reconsider(g *grant) {
	o := g.o
	if g.modes() == 0 {
		for i, x := range o.grants {
			if x == g {
				o.grants = append(o.grants[:i], o.grants[i+1:]...)
				break
			}
		}
		delete(g.h.grants, o.tag)
	}
	m.serve(o)
}
