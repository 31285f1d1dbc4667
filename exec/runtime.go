package exec

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// databaseOID is the number of the one database, whatever name a client
// connected by.
const databaseOID = 5

// systemContext is what system relations make their rows from.
func (x *execution) systemContext() *catalog.SystemContext {
	if x.system == nil {
		x.system = &catalog.SystemContext{
			Catalog: x.catalog, SearchPath: x.path, Runtime: x,
			Database: x.session.startup.Database, User: x.session.startup.User,
		}
	}
	return x.system
}

// SystemRows makes the rows of the relations that show the running server.
func (x *execution) SystemRows(relation string) ([][]datum.Datum, error) {
	if f := runtimeRelations[relation]; f != nil {
		return f(x), nil
	}
	return nil, nil
}

var runtimeRelations = map[string]func(x *execution) [][]datum.Datum{
	"pg_settings":                   (*execution).settingRows,
	"pg_stat_activity":              (*execution).activityRows,
	"pg_prepared_statements":        (*execution).preparedRows,
	"pg_cursors":                    (*execution).cursorRows,
	"pg_locks":                      (*execution).lockRows,
	"pg_stat_progress_create_index": (*execution).buildRows,
}

func text(s string) datum.Datum { return datum.Text(s) }

func orNull(s string) datum.Datum {
	if s == "" {
		return datum.Null
	}
	return datum.Text(s)
}

func timestamp(t time.Time) datum.Datum {
	if t.IsZero() {
		return datum.Null
	}
	return datum.TimestampFromTime(t)
}

var settingKindNames = []string{settingString: "string", settingBool: "bool", settingInt: "integer", settingReal: "real", settingEnum: "enum"}

func (x *execution) settingRows() [][]datum.Datum {
	g := &x.session.settings
	var rows [][]datum.Datum
	for _, key := range g.names() {
		d := g.defs[key]
		context := map[settingContext]string{contextUser: "user", contextInternal: "internal", contextStart: "postmaster", contextReload: "sighup", contextConnect: "backend"}[d.context]
		low, high := datum.Null, datum.Null
		if d.kind == settingInt || d.kind == settingReal {
			low, high = text(formatNumber(d.min)), text(formatNumber(d.max))
		}
		enum := datum.Null
		if d.kind == settingEnum {
			enum = datum.NewArray(datum.ByOID(oid.Text), textDatums(d.enum))
		}
		source := "default"
		if _, set := g.values[key]; set {
			source = "session"
		} else if _, set := g.reset[key]; set {
			source = "client"
		}
		rows = append(rows, []datum.Datum{
			text(d.name), text(g.get(key)), orNull(d.unit), text(d.category), text(d.description), datum.Null,
			text(context), text(settingKindNames[d.kind]), text(source), low, high, enum, text(d.boot), text(g.resetValue(key)),
			datum.Null, datum.Null, datum.Bool(false),
		})
	}
	return rows
}

func textDatums(list []string) []datum.Datum {
	ds := make([]datum.Datum, len(list))
	for i, s := range list {
		ds[i] = datum.Text(s)
	}
	return ds
}

func (x *execution) activityRows() [][]datum.Datum {
	all := x.session.srv.sessions.all()
	sort.Slice(all, func(i, j int) bool { return all[i].pid < all[j].pid })
	var rows [][]datum.Datum
	for _, s := range all {
		s.status.mu.Lock()
		host, port := datum.Null, datum.Int(-1)
		if h, p, ok := cutAddress(s.startup.RemoteAddr); ok {
			host, port = text(h), datum.Int(int64(p))
		}
		eventType := datum.Null
		if s.status.waiting != "" {
			eventType = text("Lock")
		} else if s.status.state != "active" {
			eventType = text("Client")
		}
		event := orNull(s.status.waiting)
		if event.IsNull() && s.status.state != "active" {
			event = text("ClientRead")
		}
		var role datum.Datum = datum.Int(int64(oid.BootstrapRole))
		if r := x.catalog.RoleNamed(s.startup.User); r != nil {
			role = datum.Int(int64(r.OID))
		}
		rows = append(rows, []datum.Datum{
			datum.Int(databaseOID), text(s.startup.Database), datum.Int(int64(s.pid)), datum.Null, role, text(s.startup.User),
			text(s.status.application), host, datum.Null, port, timestamp(s.startedAt), timestamp(s.status.txStart),
			timestamp(s.status.queryStart), timestamp(s.status.stateChange), eventType, event, text(s.status.state),
			datum.Null, datum.Null, datum.Null, text(s.status.query), text("client backend"),
		})
		s.status.mu.Unlock()
	}
	return rows
}

func cutAddress(addr string) (host string, port int, ok bool) {
	i := strings.LastIndexByte(addr, ':')
	if i < 0 {
		return "", 0, false
	}
	port, err := strconv.Atoi(addr[i+1:])
	return strings.Trim(addr[:i], "[]"), port, err == nil
}

func (x *execution) preparedRows() [][]datum.Datum {
	s := x.session
	var rows [][]datum.Datum
	for _, st := range s.statements {
		if st.name == "" {
			continue
		}
		types := make([]datum.Datum, len(st.params))
		for i, p := range st.params {
			types[i] = datum.Int(int64(p))
		}
		rows = append(rows, []datum.Datum{
			text(st.name), text(st.text), timestamp(st.prepared), datum.NewArray(datum.ByOID(oid.Regtype), types),
			datum.Bool(st.sql), datum.Int(0), datum.Int(0),
		})
	}
	return rows
}

func (x *execution) cursorRows() [][]datum.Datum {
	var rows [][]datum.Datum
	for _, p := range x.session.portals {
		if p.name == "" {
			continue
		}
		hold, scroll, binary := false, false, false
		if p.cursor != nil {
			hold, scroll, binary = p.cursor.hold, p.cursor.scroll, p.cursor.binary
		}
		rows = append(rows, []datum.Datum{
			text(p.name), text(p.st.text), datum.Bool(hold), datum.Bool(binary), datum.Bool(scroll), timestamp(x.started),
		})
	}
	return rows
}

func (x *execution) lockRows() [][]datum.Datum {
	var rows [][]datum.Datum
	for _, l := range x.session.srv.locks.List() {
		relation, classid, objid, objsubid := datum.Null, datum.Null, datum.Null, datum.Null
		switch l.Tag.LockType() {
		case "relation":
			relation = datum.Int(l.Tag.Key)
		case "advisory":
			c, o, sub := l.Tag.Advisory()
			classid, objid, objsubid = datum.Int(int64(c)), datum.Int(int64(o)), datum.Int(int64(sub))
		}
		rows = append(rows, []datum.Datum{
			text(l.Tag.LockType()), datum.Int(databaseOID), relation, datum.Null, datum.Null, datum.Null, datum.Null,
			classid, objid, objsubid, datum.Null, datum.Int(int64(l.PID)), text(l.Mode.String()),
			datum.Bool(l.Granted), datum.Bool(false), timestamp(l.WaitStart),
		})
	}
	return rows
}

// buildRows are the index builds that run, with pgvector's phases.
func (x *execution) buildRows() [][]datum.Datum {
	rows := [][]datum.Datum{}
	for _, s := range x.session.srv.sessions.all() {
		s.status.mu.Lock()
		b := s.status.build
		s.status.mu.Unlock()
		if b.index == nil {
			continue
		}
		zero := datum.Int(0)
		rows = append(rows, []datum.Datum{
			datum.Int(int64(s.pid)), datum.Int(databaseOID), text(s.startup.Database),
			datum.Int(int64(b.index.Index.Table)), datum.Int(int64(b.index.OID)), text(b.command), text("building index: " + b.phase),
			zero, zero, zero, datum.Int(int64(b.total)), datum.Int(int64(b.done)),
			datum.Int(int64(b.total)), datum.Int(int64(b.done)), zero, zero,
		})
	}
	return rows
}
