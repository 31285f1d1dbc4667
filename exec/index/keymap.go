package index

// keyMap maps keys to slots. Keys come from a counter and are not used again,
// so those of a table lie close together: pages of slots, found by the upper
// bits of the key, take four bytes a key, where a map takes thirty. The zero
// value is an empty map. Any number may read it while nobody writes.
type keyMap struct {
	pages map[int64]*keyPage
	n     int
	// The page written last: keys mostly come in order.
	last   *keyPage
	lastID int64
}

const keyPageShift = 9

// keyPage holds the slots of 512 consecutive keys, Gone for keys without one.
type keyPage struct {
	slots [1 << keyPageShift]Slot
	used  int
}

const keyPageBytes = 4<<keyPageShift + 8 + 32 // with its share of the map of pages

func (m *keyMap) page(key int64) *keyPage {
	id := key >> keyPageShift
	if m.last != nil && m.lastID == id {
		return m.last
	}
	return m.pages[id]
}

func (m *keyMap) get(key int64) (Slot, bool) {
	p := m.page(key)
	if p == nil {
		return 0, false
	}
	s := p.slots[key&(1<<keyPageShift-1)]
	return s, s != Gone
}

func (m *keyMap) set(key int64, s Slot) {
	p := m.page(key)
	if p == nil {
		p = new(keyPage)
		for i := range p.slots {
			p.slots[i] = Gone
		}
		if m.pages == nil {
			m.pages = map[int64]*keyPage{}
		}
		m.pages[key>>keyPageShift] = p
	}
	m.last, m.lastID = p, key>>keyPageShift
	at := &p.slots[key&(1<<keyPageShift-1)]
	if *at == Gone {
		p.used++
		m.n++
	}
	*at = s
}

func (m *keyMap) remove(key int64) {
	p := m.page(key)
	if p == nil {
		return
	}
	at := &p.slots[key&(1<<keyPageShift-1)]
	if *at == Gone {
		return
	}
	*at = Gone
	m.n--
	if p.used--; p.used == 0 {
		delete(m.pages, key>>keyPageShift)
		m.last = nil
	}
}

// renumber gives every key the slot that its own has become.
func (m *keyMap) renumber(moved []Slot) {
	for _, p := range m.pages {
		for i, s := range p.slots {
			if s != Gone {
				p.slots[i] = moved[s]
			}
		}
	}
}

func (m *keyMap) len() int { return m.n }

func (m *keyMap) bytes() int64 { return int64(len(m.pages)) * keyPageBytes }
