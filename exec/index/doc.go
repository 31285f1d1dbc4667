// Package index holds the vectors of one column in memory and what all indexes
// over them share: which snapshot sees which vector, how a search is asked for
// and how it delivers. The access methods are in the packages below: flat
// (exact), ivf (inverted lists). Nothing here knows SQL or SQLite; a row is
// its hidden key.
//
// # Slots and snapshots
//
// A [Table] gives each vector a slot: its key, the vector, its squared norm,
// and two stamps in commit sequence numbers. A slot is visible to the snapshot
// with sequence seq iff born ≤ seq < died. The stamps of what a transaction
// has not committed are special values, chosen so that the same comparison
// answers for everybody:
//
//	born     never: an insertion that was rolled back; Pending: one that is open
//	died     alive: nobody has deleted it; Pending: an open deletion
//	reader   any sequence number: Pending born is too late, Pending died too
//	writer   [Pending] itself: both have happened
//
// so the transaction that writes searches with the sequence [Pending] and sees
// everything committed and its own changes.
//
// # The writer's side
//
// One transaction writes at a time; the caller holds the lock that makes it
// so. Append, Kill, Mark and RollbackTo follow its statements and savepoints.
// At the end either
//
//	Publish(seq)  stamp everything with seq, before the row store commits: no
//	              snapshot can have seq yet
//	Commit()      once the row store has committed
//
// or Rollback, which also takes Publish back. An UPDATE of a vector is Kill
// and Append. A NULL has no slot.
//
// # Searching
//
// Searches take no lock and wait for nobody: rows are appended behind what a
// search looks at, stamps are atomic, and [Table.Reclaim], which drops dead
// slots, builds new rows beside the old ones and leaves these to the searches
// that still hold them. An index keeps slots, not keys, and is told of every
// new one by the table that it is attached to.
//
// # Vectors that are not in memory
//
// A table of keys ([NewKeyTable]) has slots and stamps and no vectors. An index
// over it is built from a stream ([Vectors]) and given each new vector once, by
// Insert; it keeps codes. What a search has to measure it reads by key from its
// [Source], in its snapshot: a key has one vector there, that of the slot which
// the snapshot sees.
//
// # Invariants
//
//  1. A search reads its sequence number from its row store snapshot first and
//     starts the search afterwards.
//  2. Reclaim is given a sequence number that no live snapshot is older than.
//  3. A [Cursor] delivers exact distances, those of vectorops.Metric.Distance,
//     ties by key and NaN last, in non-decreasing order unless it says that it
//     is Relaxed.
//  4. Dead slots cost memory until they are reclaimed, never results.
package index
