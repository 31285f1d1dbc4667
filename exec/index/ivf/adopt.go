package ivf

import (
	"cmp"
	"context"
	"slices"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// adopt turns lists of rows of a roster into lists of slots: row i is slot
// moved[i] or gone, and fresh slots go where they belong.
func (st *state) adopt(ctx context.Context, to *index.Restoring, moved, fresh []index.Slot) error {
	if len(fresh) == 0 && index.InPlace(moved) {
		return nil
	}
	added, err := st.place(ctx, to, fresh)
	if err != nil {
		return err
	}
	return vectorops.InBlocks(ctx, len(st.lists), 1, func(l, _ int) {
		was := st.lists[l].load()
		members := make([]member, 0, len(was.slots)+len(added[l].slots))
		for at, row := range was.slots {
			if s := moved[row]; s != index.Gone {
				members = append(members, member{s, was, at})
			}
		}
		for at, s := range added[l].slots {
			members = append(members, member{s, &added[l], at})
		}
		// Searches want lists that ascend.
		slices.SortFunc(members, func(a, b member) int { return cmp.Compare(a.slot, b.slot) })
		st.lists[l].store(st.coder.gather(members))
	})
}

// member is one vector of a list that is put together from others, and where it
// is in one of those.
type member struct {
	slot index.Slot
	from *posting
	at   int
}

// gather is the list of the given members.
func (c *coder) gather(members []member) posting {
	p := posting{slots: make([]index.Slot, len(members))}
	for i, m := range members {
		p.slots[i] = m.slot
	}
	if c == nil {
		return p
	}
	p.codes = make([]byte, c.codeBytes(len(members)))
	for i, m := range members {
		c.move(p.codes, i, m.from.codes, m.at)
	}
	return p
}

// place makes lists of slots alone, with their codes.
func (st *state) place(ctx context.Context, to *index.Restoring, slots []index.Slot) ([]posting, error) {
	const atOnce = 4096
	lists := make([]posting, len(st.lists))
	assigner := vectorops.NewAssigner(st.coarse.centroids)
	block := vectorops.NewMatrix(min(atOnce, len(slots)), st.view.Dims())
	placed := vectorops.NewMatrix(block.Rows(), block.Dims)
	assignment, distance := make([]uint32, block.Rows()), make([]float32, block.Rows())
	found := make([]bool, block.Rows())
	for len(slots) > 0 {
		n := min(atOnce, len(slots))
		if err := to.Fetch(block, slots[:n], found); err != nil {
			return nil, err
		}
		for i := range n {
			copy(placed.Row(i), st.coarse.place(block.Row(i)))
		}
		if err := assigner.Assign(ctx, assignment[:n], distance[:n], placed.Slice(0, n)); err != nil {
			return nil, err
		}
		members := make([][]int, len(lists))
		for i, l := range assignment[:n] {
			if found[i] {
				members[l] = append(members[l], i)
			}
		}
		err := vectorops.InBlocks(ctx, len(lists), 8, func(lo, hi int) {
			var code *encoder
			if st.coder != nil {
				code = st.coder.encoder(st.view.Dims())
			}
			for l := lo; l < hi; l++ {
				p := &lists[l]
				for _, i := range members[l] {
					if code != nil {
						p.codes = code.append(p.codes, len(p.slots), l, block.Row(i))
					}
					p.slots = append(p.slots, slots[i])
				}
			}
		})
		if err != nil {
			return nil, err
		}
		slots = slots[n:]
	}
	return lists, nil
}
