package exec

import (
	"strings"
	"time"

	"voronoi/exec/storage"
	"voronoi/internal/pgerr"
)

// idleTimer ends a session that waits too long for its client's next statement.
// In a transaction that matters to others: it may hold the writer lock, and its
// snapshot keeps the log from being truncated.
type idleTimer struct{ timer *time.Timer }

func (t *idleTimer) stop() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// startIdleTimer begins to wait for the next statement.
func (s *Session) startIdleTimer() {
	s.idleTimer.stop()
	setting, reason := "idle_session_timeout", pgerr.New(pgerr.IdleSessionTimeout, "terminating connection due to idle-session timeout")
	if s.tx.status == txBlock || s.tx.status == txFailed {
		setting, reason = "idle_in_transaction_session_timeout",
			pgerr.New(pgerr.IdleInTransactionTimeout, "terminating connection due to idle-in-transaction timeout")
	}
	if timeout := s.milliseconds(setting); timeout > 0 {
		reason = reason.WithSeverity(pgerr.SeverityFatal)
		s.idleTimer.timer = time.AfterFunc(timeout, func() { s.terminate(reason) })
	}
}

// endIdleHolder ends the session that idles in a transaction whose snapshot
// keeps the log from being emptied. One that runs a statement is told by that
// statement.
func endIdleHolder(c *storage.Conn) {
	s, ok := c.Holder().(*Session)
	if !ok {
		return
	}
	s.status.mu.Lock()
	idle := strings.HasPrefix(s.status.state, "idle in transaction")
	s.status.mu.Unlock()
	if idle {
		s.terminate(pgerr.New(pgerr.SerializationFailure, "terminating connection due to conflict with the checkpoint").
			WithDetail("The transaction's snapshot kept the write-ahead log from shrinking past its bound.").WithSeverity(pgerr.SeverityFatal))
	}
}
