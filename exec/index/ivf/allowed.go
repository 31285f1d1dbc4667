package ivf

import "math"

// A search that is restricted to a part of the keys has to look at lists that
// hold some of them: where the keys lie together, the lists nearest to a query
// that lies elsewhere hold none. SearchOptions.Drawn says how many each list
// holds, about. The lists are then taken in the order of their distances, each
// lengthened where the list holds few of what is allowed, and more of them are:
// the less evenly the keys lie, and the fewer of them where the query does, the
// more lists the nearest of them are in.

const (
	// lengthened is by what part distances grow for each time that a list holds e
	// times fewer, if the lists differ.
	lengthened = 0.1
	// differing is the part of the greatest variance possible from which on lists
	// differ as much as matters, and alike that below which they do not.
	differing, alike = 0.1, 0.01
	// wider is by what part more lists are probed for each halving of the keys: what
	// is nearest among a share s is as far as the nearest 1/s times as many of all.
	wider = 0.4
	// further is by what part more of these are where the lists differ and the query
	// lies where nothing is allowed.
	further = 4.5
	// unseen is how many keys a list is taken to hold beside those drawn.
	unseen = 0.1
)

// survey counts what was drawn by lists, and orders the lists by it.
func (c *cursor) survey() {
	lists, drawn, share := c.state.lists, c.options.Drawn, c.options.Share
	scale := 1 - wider*math.Log2(share)
	defer func() { c.probes = int(float64(c.probes)*scale + 0.5) }()
	if len(drawn) == 0 || share >= 1 {
		return
	}
	c.held = append(c.held[:0], make([]float32, len(lists))...)
	homes := c.state.homesOf(&c.view)
	for _, s := range drawn {
		if int(s) < len(homes) {
			c.held[homes[s]]++
		}
	}
	// The variance of the density in a list, beside what the draw makes of it,
	// relative to that of lists which hold either what is allowed or what is not.
	each := c.options.Share * float64(c.view.Len()) / float64(len(drawn))
	squares := 0.0
	for l, n := range c.held {
		if size := len(lists[l].load().slots); size > 0 {
			squares += float64(n*(n-1)) / float64(size)
			c.held[l] = (n + unseen) / float32(size)
		}
	}
	squares *= each * each / float64(c.view.Len())
	apart := (squares - share*share) / (share - share*share)
	if !(apart > alike) {
		return
	}
	apart = min(apart/differing, 1)
	here := c.densityHere(each)
	scale *= 1 + further*apart*(1-here*here)
	c.order.lengthen(func(l int) float64 {
		if density := float64(c.held[l]) * each; density > 0 {
			return 1 + lengthened*apart*max(-math.Log(density), 0)
		}
		return 1
	})
}

// densityHere is the part of the vectors of the nearest lists that is allowed.
func (c *cursor) densityHere(each float64) float64 {
	const around = 64
	allowed, all := 0.0, 0
	c.order.want(around)
	for _, e := range c.order.entries[:c.order.sorted] {
		size := len(c.state.lists[uint32(e)].load().slots)
		allowed += float64(c.held[uint32(e)]) * each * float64(size)
		all += size
	}
	return min(allowed/float64(max(all, 1)), 1)
}
