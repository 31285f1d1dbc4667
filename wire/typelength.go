package wire

import "voronoi/internal/oid"

// typeLengths are the types whose values have a fixed size in Postgres
// (pg_type.typlen), which RowDescription reports and some drivers show as a
// column's size. All other types vary, which is -1.
var typeLengths = map[oid.OID]int16{
	oid.Bool: 1, oid.Char: 1,
	oid.Int2: 2,
	oid.Int4: 4, oid.Float4: 4, oid.Date: 4, oid.OIDType: 4, oid.XID: 4, oid.CID: 4, oid.Void: 4,
	oid.Regproc: 4, oid.Regprocedure: 4, oid.Regoper: 4, oid.Regoperator: 4, oid.Regclass: 4,
	oid.Regtype: 4, oid.Regconfig: 4, oid.Regdictionary: 4, oid.Regnamespace: 4, oid.Regrole: 4,
	oid.Regcollation: 4,
	oid.TID:          6, oid.MACAddr: 6,
	oid.Int8: 8, oid.Float8: 8, oid.Money: 8, oid.Time: 8, oid.Timestamp: 8, oid.TimestampTZ: 8, oid.XID8: 8,
	oid.TimeTZ:   12,
	oid.Interval: 16, oid.UUID: 16,
	oid.Name:    64,
	oid.ACLItem: 12,
	oid.CString: -2, oid.Unknown: -2,
}

func typeLength(id oid.OID) int16 {
	if n, ok := typeLengths[id]; ok {
		return n
	}
	return -1
}
