package wire

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// terminateGrace is how long a client that does not read may hold up the end
// of its connection.
const terminateGrace = 5 * time.Second

// past is a read deadline that wakes a reader.
var past = time.Unix(1, 0)

// mailbox is the [frontend.Client] of a connection: what is to be said on it
// by goroutines that do not own it (W4).
type mailbox struct {
	socket net.Conn
	// reading is true while the owner waits for its client.
	reading atomic.Bool
	// urgent is true while notices are waiting.
	urgent atomic.Bool
	// cancel ends the running statement when the connection is to end.
	cancel func(cause error)

	mu            sync.Mutex
	notices       []byte // encoded
	notifications []byte // encoded
	settings      []frontend.Setting
	reason        *pgerr.Error // why the connection ends, nil while it lives
}

// Notice sends a notice before the next message of a result.
func (m *mailbox) Notice(n *pgerr.Error) {
	m.mu.Lock()
	m.notices = appendNotice(m.notices, n)
	m.mu.Unlock()
	m.urgent.Store(true)
	m.wake()
}

// ParameterStatus reports a setting with the next ReadyForQuery.
func (m *mailbox) ParameterStatus(name, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.settings {
		if m.settings[i].Name == name {
			m.settings[i].Value = value
			return
		}
	}
	m.settings = append(m.settings, frontend.Setting{Name: name, Value: value})
}

// Notify sends a notification when no transaction is open.
func (m *mailbox) Notify(pid int32, channel, payload string) {
	m.mu.Lock()
	m.notifications = appendMessage(m.notifications, &pgproto3.NotificationResponse{
		PID: uint32(pid), Channel: channel, Payload: payload,
	})
	m.mu.Unlock()
	m.wake()
}

// Terminate ends the connection with reason; the first call decides.
func (m *mailbox) Terminate(reason *pgerr.Error) {
	e := *reason
	e.Severity = pgerr.SeverityFatal
	m.mu.Lock()
	first := m.reason == nil
	if first {
		m.reason = &e
	}
	m.mu.Unlock()
	if !first {
		return
	}
	m.cancel(&e)
	// The owner may be stuck in a write to a client that does not read.
	_ = m.socket.SetWriteDeadline(time.Now().Add(terminateGrace))
	m.wake()
}

// wake interrupts the owner's wait for its client. A wake-up that comes just
// after the wait has ended is noticed by the next one.
func (m *mailbox) wake() {
	if m.reading.Load() {
		_ = m.socket.SetReadDeadline(past)
	}
}

func (m *mailbox) terminated() *pgerr.Error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reason
}

// takeNotices appends the waiting notices to dst.
func (m *mailbox) takeNotices(dst []byte) []byte {
	if !m.urgent.Load() {
		return dst
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.urgent.Store(false)
	dst = append(dst, m.notices...)
	m.notices = m.notices[:0]
	return dst
}

// takeNotifications appends the waiting notifications to dst.
func (m *mailbox) takeNotifications(dst []byte) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	dst = append(dst, m.notifications...)
	m.notifications = m.notifications[:0]
	return dst
}

// takeSettings empties the list of changed settings.
func (m *mailbox) takeSettings() []frontend.Setting {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.settings
	m.settings = nil
	return s
}
