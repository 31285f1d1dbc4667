package wire

import (
	"context"
	"time"

	"voronoi/internal/pgerr"
)

// watchClients ends sessions whose clients went away during a statement, which
// would otherwise run to its end for nobody. A client is looked at once it has
// had the same message served for a whole interval.
func (s *server) watchClients(ctx context.Context) {
	ticker := time.NewTicker(s.options.ClientCheckInterval)
	defer ticker.Stop()
	seen := map[*conn]uint64{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := map[*conn]uint64{}
		for _, c := range s.serving() {
			now[c] = c.served.Load()
			if before, ok := seen[c]; ok && before == now[c] && hungUp(c.socket) {
				c.log.Info("the client has gone during a statement")
				c.box.Terminate(pgerr.New(pgerr.ConnectionFailure, "connection to client lost"))
			}
		}
		seen = now
	}
}

// serving lists the connections that are not waiting for their clients.
func (s *server) serving() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*conn
	for c, admitted := range s.conns {
		if admitted && !c.box.reading.Load() {
			list = append(list, c)
		}
	}
	return list
}
