package exec

import (
	"math"
	"slices"
	"time"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/exec/lock"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// sessionFunctions are the functions that ask or change the session: sequences,
// settings, locks, the server's state.
func sessionFunctions() builtin.Table {
	t := builtin.Table{}
	for key, f := range map[string]func(x *execution, args []datum.Datum) (datum.Datum, error){
		"nextval_oid":                    sqlNextval,
		"currval_oid":                    sqlCurrval,
		"lastval":                        sqlLastval,
		"setval_oid":                     func(x *execution, args []datum.Datum) (datum.Datum, error) { return sqlSetval(x, args, true) },
		"setval3_oid":                    func(x *execution, args []datum.Datum) (datum.Datum, error) { return sqlSetval(x, args, args[2].Bool()) },
		"show_config_by_name":            sqlCurrentSetting,
		"show_config_by_name_missing_ok": sqlCurrentSetting,
		"set_config_by_name":             sqlSetConfig,
		"pgsql_version": func(x *execution, _ []datum.Datum) (datum.Datum, error) {
			return text(x.session.srv.versionText()), nil
		},
		"current_database":                      func(x *execution, _ []datum.Datum) (datum.Datum, error) { return text(x.Database()), nil },
		"current_user":                          func(x *execution, _ []datum.Datum) (datum.Datum, error) { return text(x.User()), nil },
		"session_user":                          func(x *execution, _ []datum.Datum) (datum.Datum, error) { return text(x.User()), nil },
		"pg_backend_pid":                        func(x *execution, _ []datum.Datum) (datum.Datum, error) { return datum.Int(int64(x.session.pid)), nil },
		"pg_cancel_backend":                     sqlCancelBackend,
		"pg_terminate_backend":                  sqlTerminateBackend,
		"pg_postmaster_start_time":              func(x *execution, _ []datum.Datum) (datum.Datum, error) { return timestamp(x.session.srv.started), nil },
		"pg_conf_load_time":                     func(x *execution, _ []datum.Datum) (datum.Datum, error) { return timestamp(x.session.srv.started), nil },
		"pg_is_in_recovery":                     func(*execution, []datum.Datum) (datum.Datum, error) { return datum.Bool(false), nil },
		"pg_notify":                             sqlNotify,
		"pg_current_xact_id":                    sqlTransactionID,
		"pg_current_xact_id_if_assigned":        sqlTransactionID,
		"pg_blocking_pids":                      sqlBlockingPIDs,
		"pg_advisory_lock_int8":                 advisory(lock.Exclusive, lock.ForSession, false),
		"pg_advisory_lock_int4":                 advisory(lock.Exclusive, lock.ForSession, false),
		"pg_advisory_lock_shared_int8":          advisory(lock.Share, lock.ForSession, false),
		"pg_advisory_lock_shared_int4":          advisory(lock.Share, lock.ForSession, false),
		"pg_advisory_xact_lock_int8":            advisory(lock.Exclusive, lock.ForTransaction, false),
		"pg_advisory_xact_lock_int4":            advisory(lock.Exclusive, lock.ForTransaction, false),
		"pg_advisory_xact_lock_shared_int8":     advisory(lock.Share, lock.ForTransaction, false),
		"pg_advisory_xact_lock_shared_int4":     advisory(lock.Share, lock.ForTransaction, false),
		"pg_try_advisory_lock_int8":             advisory(lock.Exclusive, lock.ForSession, true),
		"pg_try_advisory_lock_int4":             advisory(lock.Exclusive, lock.ForSession, true),
		"pg_try_advisory_lock_shared_int8":      advisory(lock.Share, lock.ForSession, true),
		"pg_try_advisory_lock_shared_int4":      advisory(lock.Share, lock.ForSession, true),
		"pg_try_advisory_xact_lock_int8":        advisory(lock.Exclusive, lock.ForTransaction, true),
		"pg_try_advisory_xact_lock_int4":        advisory(lock.Exclusive, lock.ForTransaction, true),
		"pg_try_advisory_xact_lock_shared_int8": advisory(lock.Share, lock.ForTransaction, true),
		"pg_try_advisory_xact_lock_shared_int4": advisory(lock.Share, lock.ForTransaction, true),
		"pg_advisory_unlock_int8":               advisoryUnlock(lock.Exclusive),
		"pg_advisory_unlock_int4":               advisoryUnlock(lock.Exclusive),
		"pg_advisory_unlock_shared_int8":        advisoryUnlock(lock.Share),
		"pg_advisory_unlock_shared_int4":        advisoryUnlock(lock.Share),
		"pg_advisory_unlock_all": func(x *execution, _ []datum.Datum) (datum.Datum, error) {
			x.session.locks.UnlockAdvisory()
			return datum.Text(""), nil
		},
		"pg_relation_size":           sqlRelationSize,
		"pg_relation_size(regclass)": sqlRelationSize,
		"inet_client_addr": func(x *execution, _ []datum.Datum) (datum.Datum, error) {
			return addressOf(x.session.startup.RemoteAddr)
		},
		"inet_client_port": func(x *execution, _ []datum.Datum) (datum.Datum, error) { return portOf(x.session.startup.RemoteAddr) },
		"inet_server_addr": func(x *execution, _ []datum.Datum) (datum.Datum, error) {
			return addressOf(x.session.startup.LocalAddr)
		},
		"inet_server_port":       func(x *execution, _ []datum.Datum) (datum.Datum, error) { return portOf(x.session.startup.LocalAddr) },
		"pg_table_size":          sqlTableSize,
		"pg_indexes_size":        sqlIndexesSize,
		"pg_total_relation_size": sqlTotalSize,
		"pg_database_size_name":  sqlDatabaseSize,
		"pg_database_size_oid":   sqlDatabaseSize,
	} {
		t[key] = builtin.Impl{Scalar: func(c *builtin.Call, args []datum.Datum) (datum.Datum, error) {
			x, ok := c.Session.(*execution)
			if !ok {
				return datum.Null, pgerr.Internal("a function of the session is called without one")
			}
			return f(x, args)
		}}
	}
	t["pg_listening_channels"] = builtin.Impl{Set: func(c *builtin.Call, _ []datum.Datum) (builtin.Rows, error) {
		x := c.Session.(*execution)
		list := x.session.srv.channels.of(x.session)
		slices.Sort(list)
		var rows [][]datum.Datum
		for _, name := range list {
			rows = append(rows, []datum.Datum{text(name)})
		}
		return &setRows{rows: rows}, nil
	}}
	return t
}

// addressOf and portOf are the halves of a connection's end, NULL where there is
// none.
func addressOf(end string) (datum.Datum, error) {
	host, _, ok := cutAddress(end)
	if !ok {
		return datum.Null, nil
	}
	return datum.ByOID(oid.Inet).Input(datum.DefaultEnv(), host)
}

func portOf(end string) (datum.Datum, error) {
	_, port, ok := cutAddress(end)
	if !ok {
		return datum.Null, nil
	}
	return datum.Int(int64(port)), nil
}

// setRows are the rows of a set-returning function, all in memory.
type setRows struct {
	rows [][]datum.Datum
	at   int
}

// Next gives the next row.
func (r *setRows) Next() ([]datum.Datum, error) {
	if r.at == len(r.rows) {
		return nil, nil
	}
	r.at++
	return r.rows[r.at-1], nil
}

// sequence finds the sequence that an argument of type regclass names.
func (x *execution) sequence(d datum.Datum) (*catalog.Relation, error) {
	id := oid.OID(d.Int())
	rel := x.catalog.Relation(id)
	if x.session.tx.defined {
		rel = x.session.tx.catalog.Relation(id)
	}
	if rel == nil {
		return nil, pgerr.Newf(pgerr.UndefinedTable, "could not open relation with OID %d", id)
	}
	if rel.Sequence == nil {
		return nil, pgerr.Newf(pgerr.WrongObjectType, "%q is not a sequence", rel.Name)
	}
	return rel, nil
}

func sqlNextval(x *execution, args []datum.Datum) (datum.Datum, error) {
	rel, err := x.sequence(args[0])
	if err != nil {
		return datum.Null, err
	}
	v, err := x.nextval(rel)
	return datum.Int(v), err
}

func sqlCurrval(x *execution, args []datum.Datum) (datum.Datum, error) {
	rel, err := x.sequence(args[0])
	if err != nil {
		return datum.Null, err
	}
	v, ok := x.session.currval[rel.OID]
	if !ok {
		return datum.Null, pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "currval of sequence %q is not yet defined in this session", rel.Name)
	}
	return datum.Int(v), nil
}

func sqlLastval(x *execution, _ []datum.Datum) (datum.Datum, error) {
	if !x.session.lastval.set {
		return datum.Null, pgerr.New(pgerr.ObjectNotInPrerequisiteState, "lastval is not yet defined in this session")
	}
	return datum.Int(x.session.lastval.value), nil
}

func sqlSetval(x *execution, args []datum.Datum, called bool) (datum.Datum, error) {
	rel, err := x.sequence(args[0])
	if err != nil {
		return datum.Null, err
	}
	return args[1], x.setval(rel, args[1].Int(), called)
}

func sqlCurrentSetting(x *execution, args []datum.Datum) (datum.Datum, error) {
	v, err := x.session.show(args[0].Str())
	if err != nil {
		if len(args) > 1 && args[1].Bool() && pgerr.Code(err) == pgerr.UndefinedObject {
			return datum.Null, nil
		}
		return datum.Null, err
	}
	return text(v), nil
}

// sqlSetConfig is not strict: a NULL value resets the setting.
func sqlSetConfig(x *execution, args []datum.Datum) (datum.Datum, error) {
	if args[0].IsNull() {
		return datum.Null, pgerr.New(pgerr.NullValueNotAllowed, "SET requires parameter name")
	}
	name := args[0].Str()
	var value *string
	if !args[1].IsNull() {
		v := args[1].Str()
		value = &v
	}
	if err := x.session.set(name, value, !args[2].IsNull() && args[2].Bool()); err != nil {
		return datum.Null, err
	}
	v, err := x.session.show(name)
	return text(v), err
}

func sqlCancelBackend(x *execution, args []datum.Datum) (datum.Datum, error) {
	other := x.session.srv.sessions.find(int32(args[0].Int()))
	if other == nil {
		x.session.notice(pgerr.Warning(pgerr.WarningCode, "PID %d is not a PostgreSQL server process", args[0].Int()))
		return datum.Bool(false), nil
	}
	other.interrupt(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	return datum.Bool(true), nil
}

func sqlTerminateBackend(x *execution, args []datum.Datum) (datum.Datum, error) {
	other := x.session.srv.sessions.find(int32(args[0].Int()))
	if other == nil {
		x.session.notice(pgerr.Warning(pgerr.WarningCode, "PID %d is not a PostgreSQL server process", args[0].Int()))
		return datum.Bool(false), nil
	}
	other.terminate(pgerr.New(pgerr.AdminShutdown, "terminating connection due to administrator command").WithSeverity(pgerr.SeverityFatal))
	return datum.Bool(true), nil
}

// sqlNotify is not strict: a NULL channel is an error, a NULL payload is empty.
func sqlNotify(x *execution, args []datum.Datum) (datum.Datum, error) {
	return datum.Text(""), x.session.notify(args[0].Str(), args[1].Str())
}

// sqlTransactionID numbers transactions by commit sequence, the nearest thing
// that there is.
func sqlTransactionID(x *execution, _ []datum.Datum) (datum.Datum, error) {
	return datum.Int(x.seq + 1), nil
}

func sqlBlockingPIDs(x *execution, args []datum.Datum) (datum.Datum, error) {
	var list []datum.Datum
	for _, pid := range x.session.srv.locks.Blocking(int32(args[0].Int())) {
		list = append(list, datum.Int(int64(pid)))
	}
	return datum.NewArray(datum.ByOID(oid.Int4), list), nil
}

func advisoryTag(args []datum.Datum) lock.Tag {
	if len(args) == 2 {
		return lock.AdvisoryPair(int32(args[0].Int()), int32(args[1].Int()))
	}
	return lock.Advisory(args[0].Int())
}

// advisory takes an advisory lock, or tries to.
func advisory(mode lock.Mode, scope lock.Scope, try bool) func(x *execution, args []datum.Datum) (datum.Datum, error) {
	return func(x *execution, args []datum.Datum) (datum.Datum, error) {
		s := x.session
		if try {
			return datum.Bool(s.locks.TryLock(advisoryTag(args), mode, scope)), nil
		}
		s.setWaiting("advisory")
		defer s.setWaiting("")
		return datum.Text(""), s.locks.Lock(x.ctx, advisoryTag(args), mode, scope, s.milliseconds("lock_timeout"))
	}
}

func advisoryUnlock(mode lock.Mode) func(x *execution, args []datum.Datum) (datum.Datum, error) {
	return func(x *execution, args []datum.Datum) (datum.Datum, error) {
		held := x.session.locks.Unlock(advisoryTag(args), mode)
		if !held {
			x.session.notice(pgerr.Warning(pgerr.WarningCode, "you don't own a lock of type %s", lockTypeName(mode)))
		}
		return datum.Bool(held), nil
	}
}

func lockTypeName(mode lock.Mode) string {
	if mode == lock.Share {
		return "ShareLock"
	}
	return "ExclusiveLock"
}

// randomSource seeds random() for a session (setseed).
type randomSource struct{ state uint64 }

func (r *randomSource) next() float64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}

// Random is the session's random number in [0, 1).
func (x *execution) Random() float64 {
	if x.session.seed == nil {
		x.session.seed = &randomSource{uint64(time.Now().UnixNano()) ^ uint64(x.session.pid)<<48}
	}
	return x.session.seed.next()
}

// SetSeed makes the session's random numbers repeatable.
func (x *execution) SetSeed(seed float64) { x.session.seed = &randomSource{math.Float64bits(seed)} }
