package exec

import (
	"fmt"
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
	if e := c.awaitEnd(); e == nil || e.Code != pgerr.IdleInTransactionTimeout {
		t.Errorf("ended by %v", e)
	}
	if e := quiet.end(); e != nil {
		t.Errorf("a session outside of a transaction was ended by %v", e)
	}
}

// TestIdleSnapshot: a session that idles with a snapshot is ended once the log
// has grown past its bound for it, and the log becomes short again.
func TestIdleSnapshot(t *testing.T) {
	ts := openServer(t, t.TempDir())
	ts.stop()
	srv, err := Open(t.Context(), Options{Dir: ts.dir, WALBound: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	ts.Server = srv
	old, young, c := ts.connect(), ts.connect(), ts.connect()
	c.exec("CREATE TABLE t (id int, body text)", "INSERT INTO t VALUES (1, '')")
	old.exec("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT * FROM t")
	for i := range 200 {
		c.exec(fmt.Sprintf("UPDATE t SET body = repeat('%04d', 1000000)", i))
		if old.end() != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if e := old.awaitEnd(); e == nil || e.Code != pgerr.SerializationFailure || e.Severity != pgerr.SeverityFatal {
		t.Fatalf("ended by %v", e)
	}
	old.Close()
	young.expect("SELECT length(body) FROM t", "4000000")
	if e := young.end(); e != nil {
		t.Errorf("a session without a snapshot was ended by %v", e)
	}
}

// end is why the session was ended, nil while it was not.
func (c *testClient) end() *pgerr.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.terminated
}

// awaitEnd is end, having waited for it.
func (c *testClient) awaitEnd() *pgerr.Error {
	for range 200 {
		if e := c.end(); e != nil {
			return e
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}
