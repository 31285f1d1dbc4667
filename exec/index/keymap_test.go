package index

import (
	"math/rand/v2"
	"testing"
)

func TestKeyMapIsAMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var m keyMap
	want := map[int64]Slot{}
	for step := range 200000 {
		// Keys in a few thick places, negative ones among them.
		key := rng.Int64N(900) + (rng.Int64N(7)-2)*1e12
		switch rng.IntN(5) {
		case 0, 1:
			m.set(key, Slot(step))
			want[key] = Slot(step)
		case 2, 3:
			m.remove(key)
			delete(want, key)
		}
		s, ok := m.get(key)
		if w, has := want[key]; ok != has || ok && s != w || m.len() != len(want) {
			t.Fatalf("step %d: key %d is %d, %t of %d; want %d, %t of %d", step, key, s, ok, m.len(), w, has, len(want))
		}
	}
	for key := range want {
		m.remove(key)
	}
	if m.len() != 0 || m.bytes() != 0 {
		t.Errorf("%d keys and %d bytes are left of nothing", m.len(), m.bytes())
	}
}

// TestKeyMapIsSmall: a million keys in order, half of which go.
func TestKeyMapIsSmall(t *testing.T) {
	var m keyMap
	const n = 1 << 20
	for key := range int64(n) {
		m.set(key+1, Slot(key))
	}
	if perKey := float64(m.bytes()) / n; perKey > 4.5 {
		t.Errorf("%.1f bytes a key", perKey)
	}
	moved := make([]Slot, n)
	for key := range int64(n) {
		if key%2 == 0 {
			m.remove(key + 1)
			moved[key] = Gone
		} else {
			moved[key] = Slot(key / 2)
		}
	}
	m.renumber(moved)
	for key := range int64(n) {
		if s, ok := m.get(key + 1); ok != (key%2 == 1) || ok && s != Slot(key/2) {
			t.Fatalf("key %d is %d, %t", key+1, s, ok)
		}
	}
}
