package storage

import (
	"errors"
	"testing"
	"time"

	"voronoi/internal/pgerr"
)

const endless = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

func TestInterruptBeforeStep(t *testing.T) {
	c := openConn(t)
	c.Interrupt()
	if err := c.Exec(endless); pgerr.Code(err) != pgerr.QueryCanceled {
		t.Errorf("got %v", err)
	}
	c.ClearInterrupt()
	want(t, c, "1", "SELECT 1")
}

func TestInterruptRunning(t *testing.T) {
	c := openConn(t)
	timeout := pgerr.New(pgerr.QueryCanceled, "canceling statement due to statement timeout")
	time.AfterFunc(time.Millisecond, func() {
		c.InterruptWith(timeout)
		c.Interrupt() // comes second
	})
	if err := c.Exec(endless); !errors.Is(err, timeout) {
		t.Errorf("got %v", err)
	}
	if !errors.Is(c.Interrupted(), timeout) {
		t.Error("the interrupt did not stay")
	}
	if err := c.Exec("SELECT 1"); !errors.Is(err, timeout) {
		t.Errorf("the next statement: %v", err)
	}
	c.ClearInterrupt()
	want(t, c, "1", "SELECT 1")
}

// TestInterruptRace interrupts at any moment around the start of a statement:
// it must always end, though SQLite itself forgets an interrupt that comes
// before the first step.
func TestInterruptRace(t *testing.T) {
	c := openConn(t)
	for range 200 {
		started := make(chan struct{})
		go func() {
			<-started
			c.Interrupt()
		}()
		close(started)
		if err := c.Exec(endless); !errors.Is(err, userRequest) {
			t.Fatalf("got %v", err)
		}
		c.ClearInterrupt()
	}
}

func TestInterruptClosed(t *testing.T) {
	db := openMemory(t)
	c, err := db.connect()
	if err != nil {
		t.Fatal(err)
	}
	c.close()
	c.Interrupt()
}
