package are

// dissect distributes the text from i to j over the parts of n, which its
// automaton says it matches, and notes what each group has. It fails only
// where a reference does not fit.
func (m *matcher) dissect(n *node, i, j int) bool {
	if !n.captures {
		return true
	}
	switch n.kind {
	case group:
		if !m.dissect(n.subs[0], i, j) {
			return false
		}
		if n.n > 0 {
			m.groups[2*n.n], m.groups[2*n.n+1] = i, j
		}
		return true
	case reference:
		k, l := m.groups[2*n.n], m.groups[2*n.n+1]
		if k < 0 {
			return false
		}
		if m.re.fold {
			return equalFold(m.s[k:l], m.s[i:j])
		}
		return m.s[k:l] == m.s[i:j]
	case sequence:
		return m.dissectSequence(n, i, j)
	case either:
		for _, sub := range n.subs {
			if m.spans(sub, i, j) && m.dissect(sub, i, j) {
				return true
			}
		}
		return false
	case repeat:
		return (&iteration{m: m, n: n, end: j, failed: map[[2]int]bool{}}).from(i, 0)
	}
	return true
}

// dissectSequence gives the left part as much, or as little, as it prefers and
// the right part can do without.
func (m *matcher) dissectSequence(n *node, i, j int) bool {
	a, b := n.subs[0], n.subs[1]
	ends := m.ends(a, i, j, false)
	for k := range ends {
		mid := ends[k]
		if a.prefers != shortest {
			mid = ends[len(ends)-1-k]
		}
		if m.spans(b, mid, j) && m.dissect(a, i, mid) && m.dissect(b, mid, j) {
			return true
		}
	}
	return false
}

// iteration finds the rounds of a repetition.
type iteration struct {
	m      *matcher
	n      *node
	end    int
	failed map[[2]int]bool // places and rounds from which there is no way
}

func (it *iteration) from(at, rounds int) bool {
	if at == it.end && rounds >= it.n.min {
		return true
	}
	if it.n.max != infinite && rounds >= it.n.max {
		return false
	}
	// Beyond the least number their count does not matter.
	key := [2]int{at, rounds}
	if it.n.max == infinite {
		key[1] = min(rounds, it.n.min)
	}
	if it.failed[key] {
		return false
	}
	sub := it.n.subs[0]
	it.forget(sub)
	ends := it.m.ends(sub, at, it.end, false)
	for k := range ends {
		mid := ends[k]
		if it.n.prefers != shortest {
			mid = ends[len(ends)-1-k]
		}
		if mid == at && rounds >= it.n.min {
			continue
		}
		if it.m.dissect(sub, at, mid) && it.from(mid, rounds+1) {
			return true
		}
	}
	it.failed[key] = true
	return false
}

// forget empties the groups inside a node: each round begins without them.
func (it *iteration) forget(n *node) {
	if n.kind == group && n.n > 0 {
		it.m.groups[2*n.n], it.m.groups[2*n.n+1] = -1, -1
	}
	for _, sub := range n.subs {
		it.forget(sub)
	}
}
