// Package oid names the object identifiers that Postgres fixes for its own
// types and catalogs, and those that Voronoi fixes for the types of pgvector.
//
// The numbers of Postgres's types are part of its protocol: drivers choose
// their codecs by them. Everything that this project creates itself, and
// everything a user creates, is numbered from [FirstNormal] up, because
// pg_dump, pgAdmin and others tell system objects from user objects that way.
package oid

// OID is an object identifier, unique within its catalog.
type OID uint32

// Types of Postgres, by their names in pg_type.
const (
	Invalid       OID = 0
	Bool          OID = 16
	Bytea         OID = 17
	Char          OID = 18 // "char", one byte
	Name          OID = 19
	Int8          OID = 20
	Int2          OID = 21
	Int2Vector    OID = 22
	Int4          OID = 23
	Regproc       OID = 24
	Text          OID = 25
	OIDType       OID = 26
	TID           OID = 27
	XID           OID = 28
	CID           OID = 29
	OIDVector     OID = 30
	JSON          OID = 114
	XML           OID = 142
	PGNodeTree    OID = 194
	Float4        OID = 700
	Float8        OID = 701
	Unknown       OID = 705
	Money         OID = 790
	MACAddr       OID = 829
	CIDR          OID = 650
	Inet          OID = 869
	ACLItem       OID = 1033
	BPChar        OID = 1042
	VarChar       OID = 1043
	Date          OID = 1082
	Time          OID = 1083
	Timestamp     OID = 1114
	TimestampTZ   OID = 1184
	Interval      OID = 1186
	TimeTZ        OID = 1266
	Bit           OID = 1560
	VarBit        OID = 1562
	Numeric       OID = 1700
	RefCursor     OID = 1790
	Regprocedure  OID = 2202
	Regoper       OID = 2203
	Regoperator   OID = 2204
	Regclass      OID = 2205
	Regtype       OID = 2206
	UUID          OID = 2950
	TSVector      OID = 3614
	TSQuery       OID = 3615
	Regconfig     OID = 3734
	Regdictionary OID = 3769
	JSONB         OID = 3802
	JSONPath      OID = 4072
	Regnamespace  OID = 4089
	Regrole       OID = 4096
	Regcollation  OID = 4191
	XID8          OID = 5069
)

// Pseudo-types.
const (
	Record                OID = 2249
	CString               OID = 2275
	Any                   OID = 2276
	AnyArray              OID = 2277
	Void                  OID = 2278
	Trigger               OID = 2279
	Internal              OID = 2281
	AnyElement            OID = 2283
	RecordArray           OID = 2287
	AnyNonArray           OID = 2776
	AnyEnum               OID = 3500
	AnyRange              OID = 3831
	AnyCompatible         OID = 5077
	AnyCompatibleArray    OID = 5078
	AnyCompatibleNonArray OID = 5079
	AnyCompatibleRange    OID = 5080
)

// Array types.
const (
	BoolArray        OID = 1000
	ByteaArray       OID = 1001
	CharArray        OID = 1002
	NameArray        OID = 1003
	Int2Array        OID = 1005
	Int2VectorArray  OID = 1006
	Int4Array        OID = 1007
	RegprocArray     OID = 1008
	TextArray        OID = 1009
	OIDArray         OID = 1028
	TIDArray         OID = 1010
	XIDArray         OID = 1011
	OIDVectorArray   OID = 1013
	BPCharArray      OID = 1014
	VarCharArray     OID = 1015
	Int8Array        OID = 1016
	Float4Array      OID = 1021
	Float8Array      OID = 1022
	ACLItemArray     OID = 1034
	InetArray        OID = 1041
	TimestampArray   OID = 1115
	DateArray        OID = 1182
	TimeArray        OID = 1183
	TimestampTZArray OID = 1185
	IntervalArray    OID = 1187
	NumericArray     OID = 1231
	TimeTZArray      OID = 1270
	CStringArray     OID = 1263
	BitArray         OID = 1561
	VarBitArray      OID = 1563
	JSONArray        OID = 199
	RegclassArray    OID = 2210
	RegtypeArray     OID = 2211
	UUIDArray        OID = 2951
	JSONBArray       OID = 3807
)

// Types of the vector extension. Postgres numbers an extension's types when
// it is created; clients look them up by name and take what they find, so any
// numbers above the system's range will do as long as they never change.
const (
	Vector         OID = 16385
	VectorArray    OID = 16386
	HalfVec        OID = 16387
	HalfVecArray   OID = 16388
	SparseVec      OID = 16389
	SparseVecArray OID = 16390
)

// Catalogs and schemas whose numbers clients have compiled in.
const (
	PGType       OID = 1247
	PGAttribute  OID = 1249
	PGProc       OID = 1255
	PGClass      OID = 1259
	PGAttrdef    OID = 2604
	PGConstraint OID = 2606
	PGNamespace  OID = 2615
	PGDatabase   OID = 1262
	PGExtension  OID = 3079

	PGCatalogSchema OID = 11
	PGToastSchema   OID = 99
	PublicSchema    OID = 2200
	// InformationSchema is assigned by initdb in Postgres and so varies there.
	InformationSchema OID = 13183

	// BootstrapRole owns everything that no other role owns.
	BootstrapRole OID = 10
	// DefaultCollation is the collation of text columns that name none.
	DefaultCollation OID = 100
	// CCollation compares bytes.
	CCollation OID = 950

	// FirstExtension is where the objects of the vector extension and of
	// Voronoi itself begin, FirstNormal where those of users do.
	FirstExtension OID = 16384
	FirstNormal    OID = 20000
)
