// Package datum is the vocabulary of values: what a value of each SQL type
// looks like in storage, how its text and binary forms are read and written,
// and how two of them compare.
//
// There is one representation. A [Datum] is a SQLite value (NULL, integer,
// float, text or blob), the same in a table's column, in the argument of a
// function, in a bound parameter and in a row on its way to the client. Which
// SQL type it belongs to is known statically, from the plan; the [Type] of an
// OID says everything that depends on it.
//
//	type                     stored as                                     compared by
//	bool                     integer 0, 1                                  SQLite
//	int2 int4 int8 oid reg*  integer                                       SQLite
//	xid cid xid8 tid         integer                                       SQLite
//	float4 float8            float; NaN is the blob "NaN"                  SQLite
//	numeric                  text, Postgres's own output                   collation pg_numeric
//	text varchar name "char" text                                          SQLite (BINARY)
//	bpchar                   text, blank-padded to its length              collation RTRIM
//	json xml jsonpath        text, as it was written                       nothing
//	bytea uuid               blob                                          SQLite
//	bit varbit               blob, packed, then the count of spare bits    key function
//	inet cidr                text, Postgres's own output                   key function
//	date                     integer, days since 2000-01-01                SQLite
//	time                     integer, microseconds since midnight          SQLite
//	timestamp timestamptz    integer, microseconds since 2000-01-01 (UTC)  SQLite
//	timetz                   text "micros zone", zone in seconds west      collation pg_timetz
//	interval                 text "months days micros"                     collation pg_interval
//	jsonb                    text, Postgres's own output                   collation pg_jsonb
//	arrays                   blob, Postgres's binary array format          key function
//	record                   blob, Postgres's binary record format         key function
//	vector halfvec           blob, little-endian float32 or float16        key function
//	sparsevec                blob, little-endian counts, indices, values   key function
//
// Infinite dates are the extremes of int32, infinite timestamps those of int64.
// An array's elements and a record's fields are in the binary form of their
// own types, so the blob is at once the storage form and the binary wire form.
//
// What a type's functions do with a value is held against PostgreSQL itself by
// the tests: texts, binary forms, and the wording of errors. Arithmetic that
// depends on a type's representation is here too, for numerics and for dates
// and times; functions of SQL that need no more than values are not.
package datum
