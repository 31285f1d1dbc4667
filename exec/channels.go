package exec

import "sync"

// channels are LISTEN and NOTIFY: who listens to what.
type channels struct {
	mu        sync.Mutex
	listeners map[string]map[*Session]bool
}

// notification is one NOTIFY, sent when its transaction commits.
type notification struct{ channel, payload string }

func (c *channels) listen(s *Session, channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listeners == nil {
		c.listeners = map[string]map[*Session]bool{}
	}
	if c.listeners[channel] == nil {
		c.listeners[channel] = map[*Session]bool{}
	}
	c.listeners[channel][s] = true
}

func (c *channels) unlisten(s *Session, channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.listeners[channel], s)
	if len(c.listeners[channel]) == 0 {
		delete(c.listeners, channel)
	}
}

func (c *channels) unlistenAll(s *Session) {
	for _, channel := range c.of(s) {
		c.unlisten(s, channel)
	}
}

// of lists the channels that a session listens to.
func (c *channels) of(s *Session) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for channel, sessions := range c.listeners {
		if sessions[s] {
			list = append(list, channel)
		}
	}
	return list
}

// deliver sends a committed transaction's notifications, equal ones once.
func (c *channels) deliver(from *Session, list []notification) {
	seen := map[notification]bool{}
	for _, n := range list {
		if seen[n] {
			continue
		}
		seen[n] = true
		c.mu.Lock()
		var to []*Session
		for s := range c.listeners[n.channel] {
			to = append(to, s)
		}
		c.mu.Unlock()
		for _, s := range to {
			s.client.Notify(from.pid, n.channel, n.payload)
		}
	}
}
