package planner

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/pgerr"
)

var transactionKinds = map[pg_query.TransactionStmtKind]TransactionKind{
	pg_query.TransactionStmtKind_TRANS_STMT_BEGIN:             TransactionBegin,
	pg_query.TransactionStmtKind_TRANS_STMT_START:             TransactionBegin,
	pg_query.TransactionStmtKind_TRANS_STMT_COMMIT:            TransactionCommit,
	pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK:          TransactionRollback,
	pg_query.TransactionStmtKind_TRANS_STMT_SAVEPOINT:         TransactionSavepoint,
	pg_query.TransactionStmtKind_TRANS_STMT_RELEASE:           TransactionRelease,
	pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:       TransactionRollbackTo,
	pg_query.TransactionStmtKind_TRANS_STMT_PREPARE:           TransactionPrepare,
	pg_query.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED:   TransactionCommitPrepared,
	pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED: TransactionRollbackPrepared,
}

func (a *analyzer) transaction(n *pg_query.TransactionStmt) *Transaction {
	t := &Transaction{Kind: transactionKinds[n.Kind], Savepoint: n.SavepointName, Chain: n.Chain, GID: n.Gid, Modes: a.modes(n.Options)}
	if n.Kind == pg_query.TransactionStmtKind_TRANS_STMT_START {
		t.Savepoint = "START TRANSACTION" // its command tag
	}
	return t
}

// modes reads the characteristics of a transaction.
func (a *analyzer) modes(list []*pg_query.Node) TransactionModes {
	var m TransactionModes
	onOff := func(d *pg_query.DefElem) string {
		if v := defString(d); v == "1" || v == "true" {
			return "on"
		}
		return "off"
	}
	for _, o := range list {
		d := o.GetDefElem()
		switch d.Defname {
		case "transaction_isolation":
			m.Isolation = defString(d)
		case "transaction_read_only":
			m.ReadOnly = onOff(d)
		case "transaction_deferrable":
			m.Deferrable = onOff(d)
		}
	}
	return m
}

// listSettings take several values; those that are true quote each of them as a
// name.
var listSettings = map[string]bool{
	"search_path": true, "temp_tablespaces": true, "session_preload_libraries": true, "shared_preload_libraries": true,
	"local_preload_libraries": true, "datestyle": false, "log_destination": false, "wal_consistency_checking": false,
	"listen_addresses": false, "synchronous_standby_names": false, "unix_socket_directories": true,
}

func settingOrAll(name string) string {
	if name == "all" {
		return ""
	}
	return name
}

// variableSet plans SET and RESET.
func (a *analyzer) variableSet(n *pg_query.VariableSetStmt) Utility {
	switch n.Kind {
	case pg_query.VariableSetKind_VAR_RESET:
		return &Reset{Name: n.Name}
	case pg_query.VariableSetKind_VAR_RESET_ALL:
		return &Reset{}
	case pg_query.VariableSetKind_VAR_SET_MULTI:
		switch n.Name {
		case "TRANSACTION":
			return &SetTransaction{Modes: a.modes(n.Args)}
		case "SESSION CHARACTERISTICS":
			return &SetTransaction{Modes: a.modes(n.Args), Session: true}
		case "TRANSACTION SNAPSHOT":
			return &SetTransaction{Modes: TransactionModes{Snapshot: nodeString(n.Args[0])}}
		}
		fail(pgerr.Unsupported("SET %s", n.Name))
	case pg_query.VariableSetKind_VAR_SET_CURRENT:
		fail(pgerr.Unsupported("SET %s FROM CURRENT", n.Name))
	case pg_query.VariableSetKind_VAR_SET_DEFAULT:
		return &Set{Name: n.Name, Local: n.IsLocal}
	}
	value := a.settingValue(n)
	return &Set{Name: n.Name, Value: &value, Local: n.IsLocal}
}

// settingValue is the value of SET as one text.
func (a *analyzer) settingValue(n *pg_query.VariableSetStmt) string {
	quote, list := listSettings[strings.ToLower(n.Name)]
	if len(n.Args) > 1 && !list {
		fail(pgerr.Newf(pgerr.InvalidParameterValue, "SET %s takes only one argument", n.Name))
	}
	var values []string
	for _, arg := range n.Args {
		if cast := arg.GetTypeCast(); cast != nil {
			values = append(values, a.zoneInterval(cast))
			continue
		}
		v := nodeString(arg)
		if quote && arg.GetAConst().GetSval() != nil {
			v = quoteIdent(v)
		}
		values = append(values, v)
	}
	return strings.Join(values, ", ")
}

// zoneInterval is SET TIME ZONE INTERVAL '…' as the setting's text.
func (a *analyzer) zoneInterval(n *pg_query.TypeCast) string {
	return "INTERVAL '" + strings.ReplaceAll(nodeString(n.Arg), "'", "''") + "'"
}
