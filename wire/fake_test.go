package wire

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// fakeBackend makes sessions that know the few statements of the transcripts,
// word for word, and answer them as PostgreSQL does.
type fakeBackend struct {
	mu       sync.Mutex
	next     int32
	sessions map[int32]*fakeSession
}

func newFakeBackend() *fakeBackend { return &fakeBackend{sessions: map[int32]*fakeSession{}} }

func (b *fakeBackend) Connect(ctx context.Context, s frontend.Startup, c frontend.Client) (Session, error) {
	if s.Database == "nowhere" {
		return nil, pgerr.New(pgerr.InvalidCatalogName, `database "nowhere" does not exist`)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	f := &fakeSession{
		backend: b, pid: b.next, client: c, startup: s, cancel: make(chan struct{}, 1),
		statements: map[string]*fakeStatement{}, portals: map[string]*fakePortal{},
	}
	b.sessions[f.pid] = f
	return f, nil
}

func (b *fakeBackend) Cancel(pid int32, secret []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.sessions[pid]; s != nil && strings.HasPrefix(string(s.Secret()), string(secret)) {
		select {
		case s.cancel <- struct{}{}:
		default:
		}
	}
}

func (b *fakeBackend) session(pid int32) *fakeSession {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sessions[pid]
}

// fakeStatement is one known statement.
type fakeStatement struct {
	text   string
	params []oid.OID
	cols   []frontend.Column
	run    func(ctx context.Context, s *fakeSession, p *fakePortal, r frontend.Receiver) error
}

type fakePortal struct {
	*fakeStatement
	args []datum.Datum
	rows [][]datum.Datum // what is left of them; nil before the first Execute
	ran  bool
}

type fakeSession struct {
	backend    *fakeBackend
	pid        int32
	client     frontend.Client
	startup    frontend.Startup
	cancel     chan struct{}
	block      byte // 0 outside a block, 'T', 'E'
	listening  bool
	statements map[string]*fakeStatement
	portals    map[string]*fakePortal
	table      []string // the lines of the one table
}

func (s *fakeSession) PID() int32                  { return s.pid }
func (s *fakeSession) Secret() []byte              { return []byte("0123456789abcdefghijklmnopqrstuv") }
func (s *fakeSession) Env() *datum.Env             { return datum.DefaultEnv() }
func (s *fakeSession) Type(id oid.OID) *datum.Type { return datum.ByOID(id) }

func (s *fakeSession) Parameters() []frontend.Setting {
	name := ""
	for _, p := range s.startup.Settings {
		if p.Name == "application_name" {
			name = p.Value
		}
	}
	list := []frontend.Setting{{Name: "application_name", Value: name}}
	for _, p := range strings.Split("client_encoding=UTF8|DateStyle=ISO, MDY|default_transaction_read_only=off|"+
		"in_hot_standby=off|integer_datetimes=on|IntervalStyle=postgres|is_superuser=on|server_encoding=UTF8|"+
		"server_version=15.0|session_authorization=postgres|standard_conforming_strings=on|TimeZone=UTC", "|") {
		k, v, _ := strings.Cut(p, "=")
		list = append(list, frontend.Setting{Name: k, Value: v})
	}
	return list
}

func (s *fakeSession) TxStatus() byte {
	if s.block == 0 {
		return 'I'
	}
	return s.block
}

func (s *fakeSession) Fail() {
	if s.block != 0 {
		s.block = 'E'
	}
}

func (s *fakeSession) Close() {
	s.backend.mu.Lock()
	defer s.backend.mu.Unlock()
	delete(s.backend.sessions, s.pid)
}

func (s *fakeSession) Query(ctx context.Context, text string, r frontend.Receiver) error {
	empty := true
	for _, one := range strings.Split(text, ";") {
		one = strings.TrimSpace(one)
		if one == "" || strings.HasPrefix(one, "--") {
			continue
		}
		empty = false
		if err := s.queryOne(ctx, one, r); err != nil {
			s.Fail()
			return err
		}
	}
	if empty {
		return r.Empty()
	}
	s.end()
	return nil
}

func (s *fakeSession) queryOne(ctx context.Context, text string, r frontend.Receiver) error {
	st, err := s.lookup(text)
	if err != nil {
		return err
	}
	if st.cols != nil {
		if err := r.Describe(st.cols); err != nil {
			return err
		}
	}
	return st.run(ctx, s, &fakePortal{fakeStatement: st}, r)
}

// end finishes an implicit transaction.
func (s *fakeSession) end() {
	if s.block == 0 {
		clear(s.portals)
	}
}

func aborted() error {
	return pgerr.New(pgerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

func (s *fakeSession) lookup(text string) (*fakeStatement, error) {
	if s.block == 'E' && text != "ROLLBACK" && text != "COMMIT" {
		return nil, aborted()
	}
	if text == "SELECT nope" {
		return nil, pgerr.New(pgerr.UndefinedColumn, `column "nope" does not exist`).At(8)
	}
	if st := fakeStatements[text]; st != nil {
		st.text = text
		return st, nil
	}
	word, _, _ := strings.Cut(text, " ")
	return nil, pgerr.Newf(pgerr.SyntaxError, `syntax error at or near "%s"`, word).At(1)
}

func (s *fakeSession) Parse(_ context.Context, name, text string, params []oid.OID) error {
	if s.statements[name] != nil && name != "" {
		return pgerr.Newf(pgerr.DuplicatePreparedStatement, `prepared statement "%s" already exists`, name)
	}
	if strings.Trim(text, " ") == "" {
		s.statements[name] = &fakeStatement{run: func(_ context.Context, _ *fakeSession, _ *fakePortal, r frontend.Receiver) error {
			return r.Empty()
		}}
		return nil
	}
	st, err := s.lookup(text)
	if err != nil {
		return err
	}
	s.statements[name] = st
	return nil
}

func (s *fakeSession) statement(name string) (*fakeStatement, error) {
	if st := s.statements[name]; st != nil {
		return st, nil
	}
	if name == "" {
		return nil, pgerr.New(pgerr.InvalidSQLStatementName, "unnamed prepared statement does not exist")
	}
	return nil, pgerr.Newf(pgerr.InvalidSQLStatementName, `prepared statement "%s" does not exist`, name)
}

func (s *fakeSession) StatementParams(name string) ([]oid.OID, error) {
	st, err := s.statement(name)
	if err != nil {
		return nil, err
	}
	return st.params, nil
}

func (s *fakeSession) DescribeStatement(_ context.Context, name string) ([]oid.OID, []frontend.Column, bool, error) {
	st, err := s.statement(name)
	if err != nil {
		return nil, nil, false, err
	}
	return st.params, st.cols, st.cols != nil, nil
}

func (s *fakeSession) Bind(_ context.Context, portal, statement string, args []datum.Datum) error {
	st, err := s.statement(statement)
	if err != nil {
		return err
	}
	if s.block == 'E' && st.text != "ROLLBACK" {
		return aborted()
	}
	if portal != "" && s.portals[portal] != nil {
		return pgerr.Newf(pgerr.DuplicateCursor, `cursor "%s" already exists`, portal)
	}
	s.portals[portal] = &fakePortal{fakeStatement: st, args: args}
	return nil
}

func (s *fakeSession) portal(name string) (*fakePortal, error) {
	if p := s.portals[name]; p != nil {
		return p, nil
	}
	return nil, pgerr.Newf(pgerr.InvalidCursorName, `portal "%s" does not exist`, name)
}

func (s *fakeSession) DescribePortal(_ context.Context, name string) ([]frontend.Column, bool, error) {
	p, err := s.portal(name)
	if err != nil {
		return nil, false, err
	}
	return p.cols, p.cols != nil, nil
}

func (s *fakeSession) Execute(ctx context.Context, name string, maxRows int, r frontend.Receiver) error {
	p, err := s.portal(name)
	if err != nil {
		return err
	}
	if p.ran && p.rows == nil {
		return r.Complete("SELECT 0")
	}
	if !p.ran {
		p.ran = true
		keep := &keeper{Receiver: r}
		if err := p.run(ctx, s, p, keep); err != nil {
			return err
		}
		if p.cols == nil {
			return nil
		}
		p.rows = keep.rows
	}
	sent := 0
	for len(p.rows) > 0 && (maxRows == 0 || sent < maxRows) {
		if err := r.Row(p.rows[0]); err != nil {
			return err
		}
		p.rows = p.rows[1:]
		sent++
	}
	if sent == maxRows && maxRows > 0 {
		return r.Suspended()
	}
	p.rows = nil
	return r.Complete("SELECT " + strconv.Itoa(sent))
}

// keeper holds rows back for a portal that may be suspended.
type keeper struct {
	frontend.Receiver
	rows [][]datum.Datum
}

func (k *keeper) Row(values []datum.Datum) error {
	k.rows = append(k.rows, append([]datum.Datum(nil), values...))
	return nil
}

func (k *keeper) Complete(tag string) error {
	if strings.HasPrefix(tag, "SELECT") {
		return nil
	}
	return k.Receiver.Complete(tag)
}

func (s *fakeSession) CloseStatement(name string) error {
	delete(s.statements, name)
	return nil
}

func (s *fakeSession) ClosePortal(name string) error {
	delete(s.portals, name)
	return nil
}

func (s *fakeSession) Sync(context.Context) error {
	s.end()
	return nil
}

// column describes a column that belongs to no table.
func column(name string, typ oid.OID) frontend.Column {
	return frontend.Column{Name: name, Type: typ, Typmod: -1}
}

// selects makes a statement with rows.
func selects(cols []frontend.Column, rows ...[]datum.Datum) *fakeStatement {
	return &fakeStatement{cols: cols, run: func(_ context.Context, _ *fakeSession, _ *fakePortal, r frontend.Receiver) error {
		for _, row := range rows {
			if err := r.Row(row); err != nil {
				return err
			}
		}
		return r.Complete(fmt.Sprintf("SELECT %d", len(rows)))
	}}
}

// does makes a statement without rows.
func does(tag string, act func(s *fakeSession)) *fakeStatement {
	return &fakeStatement{run: func(_ context.Context, s *fakeSession, _ *fakePortal, r frontend.Receiver) error {
		if act != nil {
			act(s)
		}
		return r.Complete(tag)
	}}
}
