package exec

import "sync"

// horizon knows the oldest snapshot that is in use, by who uses it: an
// *execution, or the *Session whose transaction keeps one.
type horizon struct {
	mu   sync.Mutex
	live map[any]int64
}

// enter registers a user before its snapshot begins: until its sequence number
// is known, nothing may be reclaimed.
func (h *horizon) enter(user any) { h.set(user, 0) }

func (h *horizon) set(user any, seq int64) {
	h.mu.Lock()
	h.live[user] = seq
	h.mu.Unlock()
}

func (h *horizon) leave(user any) {
	h.mu.Lock()
	delete(h.live, user)
	h.mu.Unlock()
}

func (h *horizon) oldest() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	oldest := int64(1) << 62
	for _, seq := range h.live {
		oldest = min(oldest, seq)
	}
	return oldest
}
