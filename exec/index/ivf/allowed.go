package ivf

// A search that is restricted to a part of the keys has to look at lists that
// hold some of them: where the keys lie together, the lists nearest to a query
// that lies elsewhere hold none, and probing them would find nothing. So a list
// is tried first, at some of its slots; one where none is allowed comes last and
// does not count as probed.

const (
	// leastTries are made in each list.
	leastTries = 16
	// sortedAtOnce is how many lists are put in order at a time.
	sortedAtOnce = 32
	// surveyLists and surveyTries are what the survey looks at.
	surveyLists, surveyTries = 64, 16
	// sureTries, times one over the density, find something where there is
	// something, but for one list in 150.
	sureTries = 5
)

// survey estimates two things. The density of what is allowed in the lists that
// hold some of it is the share over all where it is spread evenly, and up to 1
// where it lies together. How much the lists differ, beside what chance makes of
// it (the index of dispersion, which is 1 then), says how many more lists are to
// be probed: what is nearest among keys that lie together is less likely to be
// in the lists that are nearest.
func (c *cursor) survey() {
	tried, found, squares, all, n := 0, 0, 0, 0, 0
	lists := c.state.lists
	step := max(len(lists)/surveyLists, 1)
	for l := 0; l < len(lists); l += step {
		slots := lists[l].load().slots
		if len(slots) < surveyTries {
			continue
		}
		here := c.allowedAmong(slots, surveyTries, surveyTries)
		n++
		all += here
		squares += here * here
		if here > 0 {
			tried += surveyTries
			found += here
		}
	}
	c.density, c.wider = c.options.Share, 1
	if tried == 0 || n < 2 {
		return
	}
	c.density = max(c.density, float64(found)/float64(tried))
	mean := float64(all) / float64(n)
	share := mean / surveyTries
	if share < 1 {
		variance := (float64(squares) - mean*float64(all)) / float64(n-1)
		dispersion := variance / (mean * (1 - share))
		c.wider += (1 - share) * widerFactor * max(dispersion-chance, 0)
	}
}

const (
	// chance is the dispersion of what is spread evenly, at most.
	chance = 1.5
	// widerFactor is how many times the usual lists are probed beside them for
	// each unit of dispersion beyond that, if none may pass; fewer where more do.
	widerFactor = 12
)

// allowedAmong tries some of the slots, evenly drawn, and counts those that are
// allowed, up to enough.
func (c *cursor) allowedAmong(slots []uint32, tries, enough int) (found int) {
	if tries = min(tries, len(slots)); tries == 0 {
		return 0
	}
	for i := range tries {
		if c.options.Allowed(c.view.Key(slots[i*len(slots)/tries])) {
			if found++; found == enough {
				break
			}
		}
	}
	return found
}

// promising reports whether a list holds something that is allowed, as far as
// trying tells.
func (c *cursor) promising(l int) bool {
	slots := c.state.lists[l].load().slots
	n := min(len(slots), leastTries)
	found := c.allowedAmong(slots, n, n)
	c.tried += n
	c.hit += found
	return found > 0 || c.allowedAmong(slots, int(sureTries/c.density), 1) > 0
}

// nextList is the nearest list that was not delivered, of those that are
// promising as long as there are any.
func (c *cursor) nextList() (l int, squared float32, ok bool) {
	if c.density == 0 {
		return c.order.list()
	}
	for {
		if c.order.next == c.order.sorted {
			c.order.want(max(c.probes, sortedAtOnce))
		}
		l, squared, ok = c.order.list()
		switch {
		case !ok && len(c.empty) > 0:
			last := c.empty[0]
			c.empty = c.empty[1:]
			return last.list, last.squared, true
		case !ok:
			return 0, 0, false
		case c.promising(l):
			return l, squared, true
		}
		c.empty = append(c.empty, emptyList{l, squared})
	}
}

const (
	// apartFactor is how many lists more are probed for each list's worth of
	// allowed keys that the nearest lists lack.
	apartFactor = 6
	// usual is the part of its share that may be lacking by chance.
	usual = 0.8
)

// toProbe is how many lists the search is to look at now. Where the nearest
// lists hold less of what is allowed than other lists, the query lies apart from
// it. The nearest of what is allowed are then about as far as many others, and
// lie in many lists.
func (c *cursor) toProbe() int {
	if c.density == 0 {
		return c.probes
	}
	if c.tried == 0 {
		return max(c.probes, 1)
	}
	density := float64(c.hit) / float64(c.tried)
	lacking := max(1-density/(c.options.Share*usual), 0) * float64(c.tried) / leastTries
	n := float64(c.probes)
	if density < usual*c.density {
		n *= c.wider // the query does not lie where most of what is allowed does
	}
	return int(n + apartFactor*lacking)
}

// emptyList is a list that did not seem to hold anything that is allowed.
type emptyList struct {
	list    int
	squared float32
}
