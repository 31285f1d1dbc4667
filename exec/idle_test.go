package exec

import (
	"testing"
	"time"

	"voronoi/internal/pgerr"
)

// TestIdleInTransaction: a session that idles in a transaction is ended, and one
// that only idles, or goes on in time, is not.
func TestIdleInTransaction(t *testing.T) {
	ts := newServer(t)
	quiet, c := ts.connect(), ts.connect()
	quiet.exec("SET idle_in_transaction_session_timeout = '200ms'")
	c.exec("SET idle_in_transaction_session_timeout = '200ms'", "BEGIN", "SELECT 1")
	ended := func(c *testClient) *pgerr.Error {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.terminated
	}
	for range 200 {
		if ended(c) != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if e := ended(c); e == nil || e.Code != pgerr.IdleInTransactionTimeout {
		t.Errorf("ended by %v", e)
	}
	if e := ended(quiet); e != nil {
		t.Errorf("a session outside of a transaction was ended by %v", e)
	}
}
