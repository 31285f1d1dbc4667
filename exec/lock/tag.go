package lock

import "fmt"

// Kind is what a lock is about.
type Kind uint8

// Kinds of locks.
const (
	KindWriter       Kind = iota // being the one writer of the database
	KindRelation                 // Key is the relation's OID
	KindAdvisory                 // Key is a bigint
	KindAdvisoryPair             // Key is two integers, the first one high
)

// Tag names a lock.
type Tag struct {
	Kind Kind
	Key  int64
}

// Writer is the lock that whoever writes must hold.
var Writer = Tag{Kind: KindWriter}

// Relation is the lock of a table.
func Relation(oid uint32) Tag { return Tag{KindRelation, int64(oid)} }

// Advisory is the advisory lock of one bigint.
func Advisory(key int64) Tag { return Tag{KindAdvisory, key} }

// AdvisoryPair is the advisory lock of two integers: another space of keys.
func AdvisoryPair(a, b int32) Tag { return Tag{KindAdvisoryPair, int64(a)<<32 | int64(uint32(b))} }

// LockType is pg_locks.locktype.
func (t Tag) LockType() string {
	switch t.Kind {
	case KindRelation:
		return "relation"
	case KindAdvisory, KindAdvisoryPair:
		return "advisory"
	default:
		return "writer"
	}
}

// Advisory gives the columns of an advisory lock in pg_locks: the halves of its
// key and whether it was one bigint (1) or two integers (2).
func (t Tag) Advisory() (classid, objid uint32, objsubid int16) {
	objsubid = 1
	if t.Kind == KindAdvisoryPair {
		objsubid = 2
	}
	return uint32(uint64(t.Key) >> 32), uint32(t.Key), objsubid
}

// describe is the lock as a deadlock's detail names it.
func (t Tag) describe(database uint32) string {
	switch t.Kind {
	case KindRelation:
		return fmt.Sprintf("relation %d of database %d", uint32(t.Key), database)
	case KindAdvisory, KindAdvisoryPair:
		classid, objid, objsubid := t.Advisory()
		return fmt.Sprintf("advisory lock [%d,%d,%d,%d]", database, classid, objid, objsubid)
	default:
		return fmt.Sprintf("writer of database %d", database)
	}
}
