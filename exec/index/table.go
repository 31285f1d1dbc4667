package index

import (
	"fmt"
	"sync/atomic"

	"voronoi/vectorops"
)

// Index is an access method over the slots of a table, kept up by it.
type Index interface {
	// Insert takes in a slot, which view has and which is not yet visible to
	// any snapshot, and its vector, which view need not have. Called by the
	// writer only; vec is good during the call.
	Insert(view View, s Slot, vec []float32)
	// Remap follows a Reclaim: slot i of the rows so far is moved[i] in view,
	// or gone if that is [Gone]. Searches that run keep what they have.
	Remap(view View, moved []Slot)
	// Search looks for the vectors nearest to query that the snapshot seq sees.
	Search(seq Seq, query []float32, o SearchOptions) (Cursor, error)
	// Covered is a view with the slots that the index has taken in.
	Covered() View
}

// Gone marks a slot that Reclaim dropped.
const Gone Slot = maxSlots

// DimensionError says that a vector does not have the length of the others.
type DimensionError struct{ Want, Have int }

func (e *DimensionError) Error() string {
	return fmt.Sprintf("different vector dimensions %d and %d", e.Want, e.Have)
}

// Table is the vectors of one column, and the writer of the indexes on it.
// Dims, View and Search… by an index may be called at any time; all else is for
// the one transaction that holds the writer lock.
type Table struct {
	rows    atomic.Pointer[rows]
	live    keyMap // by key, the slot that the writer sees
	undo    []change
	dead    int // slots that died or were rolled back, until reclaimed
	indexes []Index
}

// change is one step of the open transaction.
type change struct {
	key   int64
	slot  Slot
	birth bool
}

// Mark is a point in the open transaction that RollbackTo returns to.
type Mark int

// NewTable returns an empty table for vectors of length dims.
func NewTable(dims int) *Table { return NewTableOf(vectorops.Float32, dims) }

// NewTableOf is NewTable for vectors that are kept in another format.
func NewTableOf(format vectorops.Format, dims int) *Table {
	t := new(Table)
	t.rows.Store(newRows(format, dims, true))
	return t
}

// NewKeyTable returns an empty table that knows which keys have vectors of
// length dims, and not the vectors: some 36 bytes a row instead of 4 a
// dimension. Its indexes get each vector once, by Insert; to measure they need
// SearchOptions.Source.
func NewKeyTable(dims int) *Table {
	t := new(Table)
	t.rows.Store(newRows(vectorops.Float32, dims, false))
	return t
}

// Format is the form in which the vectors are kept.
func (t *Table) Format() vectorops.Format { return t.rows.Load().format }

// Dims is the length of each vector.
func (t *Table) Dims() int { return t.rows.Load().dims }

// HasVectors reports whether the vectors are in the table.
func (t *Table) HasVectors() bool { return t.rows.Load().vectors.Load() != nil }

// ForgetVectors makes t a table of keys: its indexes have to do without what they
// were built from. Between transactions only. Searches that run keep what they
// have.
func (t *Table) ForgetVectors() {
	t.rows.Load().forget()
	// Indexes hold views, and with them the vectors.
	now := t.View()
	same := make([]Slot, now.Len())
	for s := range same {
		same[s] = Slot(s)
	}
	for _, x := range t.indexes {
		x.Remap(now, same)
	}
}

// Bytes is the memory that the table has allocated for its slots and keys,
// without what earlier generations of rows, held by searches, and the indexes
// have.
func (t *Table) Bytes() int64 { return t.rows.Load().bytes() + t.live.bytes() }

// View is the slots as they are now.
func (t *Table) View() View { return t.rows.Load().view() }

// Committed is View without the slots of the open transaction.
func (t *Table) Committed() View { return t.rows.Load().committed() }

// Append adds the vector of key, which must have none, and tells the indexes.
// It stays invisible to others until Publish. A vector of another length than
// the table's is a *DimensionError.
func (t *Table) Append(key int64, vec []float32) (Slot, error) {
	r := t.rows.Load()
	if err := r.check(vec); err != nil {
		return 0, err
	}
	if _, ok := t.live.get(key); ok {
		return 0, fmt.Errorf("key %d has a vector already", key)
	}
	if r.len() >= maxSlots {
		return 0, fmt.Errorf("table of vectors is full at %d slots", uint32(maxSlots))
	}
	// Before the slot can be seen (committed).
	if s := int64(r.len()); s < r.pendingFrom.Load() {
		r.pendingFrom.Store(s)
	}
	s := r.append(key, vec, Pending)
	t.live.set(key, s)
	t.undo = append(t.undo, change{key: key, slot: s, birth: true})
	if len(t.indexes) > 0 {
		v := r.view()
		for _, x := range t.indexes {
			x.Insert(v, s, vec)
		}
	}
	return s, nil
}

// Load adds the vector of a committed row while the table is filled from the
// row store, before any search: no transaction, visible to all.
func (t *Table) Load(key int64, vec []float32) error {
	r := t.rows.Load()
	if err := r.check(vec); err != nil {
		return err
	}
	if _, ok := t.live.get(key); ok {
		return fmt.Errorf("key %d has a vector already", key)
	}
	t.live.set(key, r.append(key, vec, 0))
	return nil
}

// Kill deletes the vector of key; false if it has none.
func (t *Table) Kill(key int64) bool {
	s, ok := t.live.get(key)
	if !ok {
		return false
	}
	t.live.remove(key)
	v := t.View()
	v.setDied(s, Pending)
	v.rows.unseen.Add(1)
	t.undo = append(t.undo, change{key: key, slot: s})
	return true
}

// Lookup is the vector that the writer sees for key, not a copy. The table must
// have vectors.
func (t *Table) Lookup(key int64) ([]float32, bool) {
	s, ok := t.live.get(key)
	if !ok {
		return nil, false
	}
	v := t.View()
	return v.Vector(s), true
}

// Slot is the slot that the writer sees for key.
func (t *Table) Slot(key int64) (Slot, bool) {
	return t.live.get(key)
}

// Len is the number of vectors that the writer sees.
func (t *Table) Len() int { return t.live.len() }

// Changed reports whether the open transaction has changed the table.
func (t *Table) Changed() bool { return t.Changes() > 0 }

// Changes is the number of insertions and deletions of the open transaction.
func (t *Table) Changes() int { return len(t.undo) }

// Mark remembers this point of the transaction.
func (t *Table) Mark() Mark { return Mark(len(t.undo)) }

// RollbackTo undoes what happened after m.
func (t *Table) RollbackTo(m Mark) {
	v := t.View()
	for len(t.undo) > int(m) {
		c := t.undo[len(t.undo)-1]
		t.undo = t.undo[:len(t.undo)-1]
		if c.birth {
			v.setBorn(c.slot, never)
			v.rows.unseen.Add(1)
			t.live.remove(c.key)
			t.dead++
		} else {
			v.setDied(c.slot, alive)
			v.rows.unseen.Add(-1)
			t.live.set(c.key, c.slot)
		}
	}
}

// Rollback undoes the whole transaction, published or not.
func (t *Table) Rollback() {
	t.RollbackTo(0)
	t.rows.Load().pendingFrom.Store(maxSlots)
}

// Publish stamps the transaction's changes with the sequence number of its
// commit. It comes before the commit of the row store, so that a snapshot with
// that number finds them; until Commit, Rollback still undoes them.
func (t *Table) Publish(seq Seq) {
	v := t.View()
	if uint64(seq) > v.rows.latest.Load() {
		v.rows.latest.Store(uint64(seq))
	}
	for _, c := range t.undo {
		if c.birth {
			v.setBorn(c.slot, seq)
		} else {
			v.setDied(c.slot, seq)
		}
	}
}

// Commit ends a transaction that was published.
func (t *Table) Commit() {
	for _, c := range t.undo {
		if !c.birth {
			t.dead++
		}
	}
	t.undo = t.undo[:0]
	t.rows.Load().pendingFrom.Store(maxSlots)
}

// Attach makes an index follow the table, after it has taken in the slots that
// were added since it was built. The index must have been built on t's slots;
// false if a Reclaim has come between, or if the table does not have the vectors
// that the index lacks (AttachFrom), and the index is of no use.
func (t *Table) Attach(x Index) bool {
	now, have := t.View(), x.Covered()
	if !have.SameSlots(&now) || !now.HasVectors() && have.Len() < now.Len() {
		return false
	}
	for s := Slot(have.Len()); s < Slot(now.Len()); s++ {
		x.Insert(now, s, now.Vector(s))
	}
	t.indexes = append(t.indexes, x)
	return true
}

// AttachFrom is Attach for a table of keys: what the index lacks is read from
// src, which must see what the writer sees.
func (t *Table) AttachFrom(x Index, src Source) (bool, error) {
	now, have := t.View(), x.Covered()
	if now.HasVectors() {
		return t.Attach(x), nil
	}
	if !have.SameSlots(&now) {
		return false, nil
	}
	var keys []int64
	var slots []Slot
	for s := Slot(have.Len()); s < Slot(now.Len()); s++ {
		// A slot that is not the writer's for its key has died: no vector is
		// left of it.
		if at, ok := t.live.get(now.Key(s)); ok && at == s {
			keys, slots = append(keys, now.Key(s)), append(slots, s)
		}
	}
	vectors := vectorops.NewMatrix(len(keys), now.Dims())
	found := 0
	err := src.Fetch(keys, func(at int, vec []float32) {
		if copy(vectors.Row(at), vec) == len(vec) {
			found++
		}
	})
	if err == nil && found < len(keys) {
		err = fmt.Errorf("%d of %d vectors are not in the row store", len(keys)-found, len(keys))
	}
	if err != nil {
		return false, err
	}
	for i, s := range slots {
		x.Insert(now, s, vectors.Row(i))
	}
	t.indexes = append(t.indexes, x)
	return true, nil
}

// Detach ends Attach.
func (t *Table) Detach(x Index) {
	kept := make([]Index, 0, len(t.indexes))
	for _, have := range t.indexes {
		if have != x {
			kept = append(kept, have)
		}
	}
	t.indexes = kept
}

// Indexes is the attached indexes.
func (t *Table) Indexes() []Index { return t.indexes }

// Dead is how many slots nobody will want, or not for long: deleted or rolled
// back, and not reclaimed.
func (t *Table) Dead() int { return t.dead }

// Reclaim drops the slots that no snapshot from oldest on can see, and returns
// how many. It copies what remains, so it is for when enough has died. Between
// transactions only: with changes pending it does nothing.
func (t *Table) Reclaim(oldest Seq) int {
	if len(t.undo) > 0 {
		return 0
	}
	old := t.View()
	if !old.anyDeadBefore(oldest) {
		return 0 // which a snapshot that stays open makes the common case
	}
	moved := make([]Slot, old.Len())
	fresh := newRows(old.rows.format, old.Dims(), old.HasVectors())
	fresh.latest.Store(old.rows.latest.Load())
	dropped, dying := 0, 0
	for s := range Slot(old.Len()) {
		if old.deadBefore(s, oldest) {
			moved[s] = Gone
			dropped++
			continue
		}
		born, died := old.stamps(s)
		moved[s] = fresh.move(&old, s, born)
		if died != alive {
			v := fresh.view()
			v.setDied(moved[s], died)
			fresh.unseen.Add(1)
			dying++
		}
	}
	t.dead = dying
	t.live.renumber(moved)
	now := fresh.view()
	for _, x := range t.indexes {
		x.Remap(now, moved)
	}
	t.rows.Store(fresh)
	return dropped
}

// CheckQuery is what every search asks of its query.
func (v *View) CheckQuery(query []float32) error {
	return v.rows.check(query)
}
