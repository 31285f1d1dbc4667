package ivf

import "voronoi/exec/index"

// missingShift is what part of the slots homes may lack: one in 64.
const missingShift = 6

// homesOf is the list of each slot, for searches that are told of slots. It is
// made when it is first wanted, and again when slots have come that it lacks;
// lists that adapt in between are few, and a search needs no more than about how
// many slots each has.
func (st *state) homesOf(view *index.View) []uint32 {
	if have := st.homes.Load(); have != nil && len(*have) >= view.Len()-view.Len()>>missingShift {
		return *have
	}
	homes := make([]uint32, view.Len())
	for l := range st.lists {
		for _, s := range st.lists[l].load().slots {
			if int(s) < len(homes) {
				homes[s] = uint32(l)
			}
		}
	}
	st.homes.Store(&homes)
	return homes
}
