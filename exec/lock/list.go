package lock

import (
	"cmp"
	"slices"
	"time"
)

// Info is one row of pg_locks: a lock held or waited for in one mode.
type Info struct {
	Tag       Tag
	PID       int32
	Mode      Mode
	Granted   bool
	WaitStart time.Time // zero when granted
}

// List is all locks at one moment, sorted by lock, held ones first.
func (m *Manager) List() []Info {
	m.mu.Lock()
	defer m.mu.Unlock()
	var infos []Info
	for t, o := range m.objects {
		for _, g := range o.grants {
			held := g.modes()
			for mode := range modes {
				if held.has(mode) {
					infos = append(infos, Info{Tag: t, PID: g.h.pid, Mode: mode, Granted: true})
				}
			}
		}
		for _, w := range o.queue {
			infos = append(infos, Info{Tag: t, PID: w.h.pid, Mode: w.mode, WaitStart: w.since})
		}
	}
	// A queue stays in its order.
	slices.SortStableFunc(infos, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.Tag.Kind, b.Tag.Kind), cmp.Compare(a.Tag.Key, b.Tag.Key))
	})
	return infos
}

// Blocking is for whom the session waits: pg_blocking_pids.
func (m *Manager) Blocking(pid int32) []int32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	var pids []int32
	for h := range m.holders {
		if h.pid != pid || h.waiting == nil {
			continue
		}
		for _, e := range h.waiting.waitsFor() {
			pids = append(pids, e.to.pid)
		}
	}
	slices.Sort(pids)
	return slices.Compact(pids)
}
