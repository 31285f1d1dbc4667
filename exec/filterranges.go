package exec

import (
	"fmt"
	"math/bits"
	"slices"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/internal/datum"
	"voronoi/planner"
)

// filterRange is a condition with its values: spans of a column's places.
type filterRange struct {
	column *filterColumn
	spans  []span // ascending, apart
	nulls  bool   // IS NULL: the keys without a value
	count  int    // keys; of nulls, an upper bound
}

// filterRanges are all conditions of a scan at once, which have to hold
// together. The one that fewest keys meet comes first.
type filterRanges struct {
	ranges []filterRange
	last   int64   // what is behind is in late
	late   *keySet // nil as long as nobody has asked
}

// has reports whether a key meets a condition.
func (r *filterRange) has(key int64) bool {
	code := r.column.code(key)
	if r.nulls {
		return code == noValue
	}
	if len(r.spans) == 1 {
		s := r.spans[0]
		return code >= s.from && code < s.to // noValue is in no span
	}
	i, found := slices.BinarySearchFunc(r.spans, code, func(s span, code uint32) int {
		switch {
		case s.to <= code:
			return -1
		case s.from > code:
			return 1
		}
		return 0
	})
	return found && i < len(r.spans)
}

// has reports whether a key passes.
func (f *filterRanges) has(key int64) bool {
	if key > f.last {
		return f.late != nil && f.late.has(key)
	}
	for i := range f.ranges {
		if !f.ranges[i].has(key) {
			return false
		}
	}
	return true
}

// test is has as a function, with as little in it as the conditions allow.
func (f *filterRanges) test() func(key int64) bool {
	first := &f.ranges[0]
	if len(f.ranges) > 1 || first.nulls || len(first.spans) != 1 {
		return f.has
	}
	codes, from, width := first.column.codes, first.spans[0].from, first.spans[0].to-first.spans[0].from
	return func(key int64) bool {
		if uint64(key) < uint64(len(codes)) {
			return codes[key]-from < width
		}
		return f.has(key)
	}
}

// each calls visit with the keys up to last that meet the first condition.
func (f *filterRanges) each(visit func(key uint32)) {
	first := &f.ranges[0]
	if first.nulls {
		for key, code := range first.column.codes {
			if code == noValue {
				visit(uint32(key))
			}
		}
		return
	}
	for _, s := range first.spans {
		for _, key := range first.column.under(s) {
			visit(key)
		}
	}
}

// sampledKeys is how many keys of the first condition are tried to tell how many
// meet the others.
const sampledKeys = 200

// estimate is about how many keys pass. Of one condition that is exact.
func (f *filterRanges) estimate() int {
	first := &f.ranges[0]
	if len(f.ranges) == 1 || first.nulls || first.count == 0 {
		return first.count
	}
	tried, passed := 0, 0
	f.some(sampledKeys, func(key uint32) {
		tried++
		if f.has(int64(key)) {
			passed++
		}
	})
	if tried == 0 {
		return first.count
	}
	return max(first.count*passed/tried, 1)
}

// some calls visit with about n of the keys up to last that meet the first
// condition, evenly drawn.
func (f *filterRanges) some(n int, visit func(key uint32)) {
	first := &f.ranges[0]
	step := max(first.count/n, 1)
	at := step / 2
	if first.nulls {
		for key, code := range first.column.codes {
			if code == noValue {
				if at%step == 0 {
					visit(uint32(key))
				}
				at++
			}
		}
		return
	}
	for _, s := range first.spans {
		keys := first.column.under(s)
		for ; at < len(keys); at += step {
			visit(keys[at])
		}
		at -= len(keys)
	}
}

// bindRange gives a condition its values.
func (x *execution) bindRange(c *planner.Condition, column *filterColumn) (r filterRange, err error) {
	r.column = column
	all := span{0, column.distinct()}
	switch c.Op {
	case "null":
		r.nulls, r.count = true, len(column.codes)-len(column.keys)
		return r, nil
	case "not null":
		r.add(all)
		return r, nil
	}
	for _, e := range c.Values {
		d, err := x.eval(e)
		if err != nil {
			return r, err
		}
		switch {
		case d.IsNull(): // no comparison with it holds
		case c.Op == "any":
			for _, item := range datum.ArrayElems(column.typ, d) {
				if !item.IsNull() {
					r.addValue(item)
				}
			}
		case c.Op == "=" || c.Op == "in":
			r.addValue(d)
		default:
			at, found := column.place(d)
			behind := at
			if found {
				behind++
			}
			switch c.Op {
			case "<":
				r.add(span{0, at})
			case "<=":
				r.add(span{0, behind})
			case ">":
				r.add(span{behind, all.to})
			case ">=":
				r.add(span{at, all.to})
			}
		}
	}
	slices.SortFunc(r.spans, func(a, b span) int { return int(a.from) - int(b.from) })
	r.spans = slices.Compact(r.spans)
	r.count = 0
	for _, s := range r.spans {
		r.count += len(column.under(s))
	}
	return r, nil
}

func (r *filterRange) addValue(d datum.Datum) {
	if at, found := r.column.place(d); found {
		r.add(span{at, at + 1})
	}
}

func (r *filterRange) add(s span) {
	if s.from < s.to {
		r.spans = append(r.spans, s)
		r.count += len(r.column.under(s))
	}
}

// meet is the places that are in both of two lists of spans.
func meet(a, b []span) (both []span) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if s := (span{max(a[i].from, b[j].from), min(a[i].to, b[j].to)}); s.from < s.to {
			both = append(both, s)
		}
		if a[i].to < b[j].to {
			i++
		} else {
			j++
		}
	}
	return both
}

// newRanges answers the scan's conditions from columns; nil where those are not
// to be had. spent is what finding the rows would cost otherwise.
func (s *scan) newRanges(rows, spent int) (*filterRanges, error) {
	conditions := s.plan.Conditions
	if len(conditions) == 0 || s.column.vectors == nil || s.writing() && len(s.x.session.tx.answers) > 0 {
		return nil, nil
	}
	f := &filterRanges{last: 1 << 62}
	for i := range conditions {
		c := &conditions[i]
		column, err := s.filterColumn(c.Column, rows, spent)
		if column == nil || err != nil {
			return nil, err
		}
		r, err := s.x.bindRange(c, column)
		if err != nil {
			return nil, err
		}
		f.last = min(f.last, column.last)
		// Two conditions on a column are one: 3 <= price AND price < 5.
		same := slices.IndexFunc(f.ranges, func(o filterRange) bool { return o.column == column && !o.nulls && !r.nulls })
		if same < 0 {
			f.ranges = append(f.ranges, r)
			continue
		}
		o := &f.ranges[same]
		o.spans, o.count = meet(o.spans, r.spans), 0
		for _, s := range o.spans {
			o.count += len(column.under(s))
		}
	}
	slices.SortStableFunc(f.ranges, func(a, b filterRange) int { return a.count - b.count })
	return f, nil
}

// filterColumn finds a column or, where it is due, makes it.
func (s *scan) filterColumn(c *catalog.Column, rows, spent int) (*filterColumn, error) {
	x, all := s.x, &s.x.session.srv.filterColumns
	id := columnID{s.plan.Table.OID, c.Attnum}
	column := all.find(id, x.seq)
	switch {
	case column != nil && s.column.slots().newest() <= column.last+max(column.last>>lateShift, leastLate):
		return column, nil
	case s.writing():
		return nil, nil // what others make of it would be wrong
	case column == nil && !all.due(id, x.seq, spent, 2*rows):
		return nil, nil
	}
	column, err := readFilterColumn(x.ctx, x.conn, s.plan.Table, c, x.seq)
	if column == nil || err != nil {
		return nil, err
	}
	all.put(id, column)
	x.session.srv.vectors.cacheGrown()
	return column, nil
}

// A column that lacks more keys than this is made anew: one in 64, or 256.
const (
	lateShift = 6
	leastLate = 256
)

// readLate finds which of the keys behind last pass.
func (f *scanFilter) readLate() error {
	r := f.ranges
	if r.late != nil || f.slots.newest() <= r.last {
		return nil
	}
	p := *f.scan.plan.Filter
	at := p.Inputs + len(p.Binds) + 1
	p.SQL = fmt.Sprintf("SELECT * FROM (%s) WHERE %s > ?%d", p.SQL, catalog.KeyColumn, at)
	src, err := f.scan.x.query(&p, nil)
	if err != nil {
		return err
	}
	defer src.close()
	rows, ok := src.(*queryRows)
	if !ok {
		return nil
	}
	rows.st.Bind(at, datum.Int(r.last))
	late := new(keySet)
	for {
		row, err := rows.next()
		if err != nil {
			return err
		}
		if row == nil {
			r.late = late
			return nil
		}
		late.add(row[0].Int())
	}
}

// drawnSlots is how many slots tell an index where what passes lies.
const drawnSlots = 4096

// drawn is some slots of the keys that pass.
func (f *scanFilter) drawn() []index.Slot {
	r, m := f.ranges, f.slots
	slots := make([]index.Slot, 0, drawnSlots+drawnSlots/8)
	alone := len(r.ranges) == 1
	r.some(drawnSlots*max(r.ranges[0].count/max(f.passed, 1), 1), func(key uint32) {
		if !alone && !r.has(int64(key)) {
			return
		}
		if s := m.slot(int64(key)); s != index.Gone {
			slots = append(slots, s)
		}
	})
	return slots
}

// survivingSlots lists the slots of the keys that pass, ascending, so that their
// vectors are read in the order of memory. keys is how many passed.
func (f *scanFilter) survivingSlots() (slots []index.Slot, keys int) {
	r, m := f.ranges, f.slots
	view := m.view
	words := make([]uint64, (view.Len()+63)/64)
	mark := func(s index.Slot) { words[s>>6] |= 1 << (s & 63) }
	others := filterRanges{ranges: r.ranges[1:], last: r.last}
	r.each(func(key uint32) {
		if int64(key) > r.last || len(others.ranges) > 0 && !others.has(int64(key)) {
			return
		}
		keys++
		if s := m.slot(int64(key)); s != index.Gone {
			mark(s)
		}
	})
	check := func(s index.Slot) {
		if r.has(view.Key(s)) {
			mark(s)
		}
	}
	for _, s := range m.older {
		check(s)
	}
	for s := index.Slot(m.n); int(s) < view.Len(); s++ {
		check(s)
	}
	if r.late != nil { // the map may be younger than the columns, and have them
		keys += r.late.count
		for key := range r.late.all() {
			if s := m.slot(key); s != index.Gone {
				mark(s)
			}
		}
	}
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			slots = append(slots, index.Slot(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return slots, keys
}
