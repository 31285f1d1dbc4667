package planner

import (
	"strings"
	"unicode"

	pg_query "github.com/pganalyze/pg_query_go/v5"
)

// statementName is what a statement is called in messages: CREATE TRIGGER for a
// CreateTrigStmt where no better name is known.
func statementName(n *pg_query.Node) string {
	if n.GetNode() == nil {
		return "this statement"
	}
	m := n.ProtoReflect()
	field := m.WhichOneof(m.Descriptor().Oneofs().ByName("node"))
	kind := strings.TrimSuffix(string(field.Message().Name()), "Stmt")
	if name, ok := statementNames[kind]; ok {
		return name
	}
	var b strings.Builder
	for i, r := range kind {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// statementNames are those whose node's name says something else.
var statementNames = map[string]string{
	"CreateTrig": "CREATE TRIGGER", "CreatePLang": "CREATE LANGUAGE", "CreateFunction": "CREATE FUNCTION",
	"CreatedbStmt": "CREATE DATABASE", "Createdb": "CREATE DATABASE", "Dropdb": "DROP DATABASE",
	"CreateTableSpace": "CREATE TABLESPACE", "DropTableSpace": "DROP TABLESPACE", "CreateEventTrig": "CREATE EVENT TRIGGER",
	"Rule": "CREATE RULE", "CreateOpClass": "CREATE OPERATOR CLASS", "CreateOpFamily": "CREATE OPERATOR FAMILY",
	"CreateFdw": "CREATE FOREIGN DATA WRAPPER", "CreateForeignServer": "CREATE SERVER", "CreateForeignTable": "CREATE FOREIGN TABLE",
	"CreateUserMapping": "CREATE USER MAPPING", "CreateCast": "CREATE CAST", "CreateConversion": "CREATE CONVERSION",
	"CreateTransform": "CREATE TRANSFORM", "CreateAm": "CREATE ACCESS METHOD", "CreateRange": "CREATE TYPE AS RANGE",
	"CreatePublication": "CREATE PUBLICATION", "CreateSubscription": "CREATE SUBSCRIPTION", "CreateStats": "CREATE STATISTICS",
	"CreatePolicy": "CREATE POLICY", "Define": "CREATE AGGREGATE, OPERATOR or base TYPE", "Cluster": "CLUSTER",
	"RefreshMatView": "REFRESH MATERIALIZED VIEW", "Load": "LOAD", "Call": "CALL", "ImportForeignSchema": "IMPORT FOREIGN SCHEMA",
	"AlterFunction": "ALTER FUNCTION", "AlterSystem": "ALTER SYSTEM", "ReassignOwned": "REASSIGN OWNED", "DropOwned": "DROP OWNED",
	"Return": "RETURN", "PlassignStmt": "assignment",
}
