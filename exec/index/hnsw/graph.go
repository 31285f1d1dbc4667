package hnsw

import (
	"math"
	"sync/atomic"

	"voronoi/exec/index"
)

// graph is who is a neighbor of whom. Blocks of neighbors begin with their
// number; layer 0 has a block per slot, the layers above are in one arena.
type graph struct {
	m      int
	chunks atomic.Pointer[[]*nodeChunk]
	arena  atomic.Pointer[[]*arenaChunk]
	used   int           // words of the arena, by the writer
	entry  atomic.Uint64 // entry point: level+1 in the high word, slot in the low; 0 is none
}

const (
	chunkShift = 10
	arenaShift = 16
	maxLevel   = 15
)

// nodeChunk is 1<<chunkShift nodes.
type nodeChunk struct {
	base  []atomic.Uint32 // layer 0: a count and room for 2m slots each
	upper []atomic.Uint32 // where the blocks of the upper layers begin in the arena, plus one; 0 is nowhere
	level []atomic.Int32  // -1: not in the graph
}

type arenaChunk [1 << arenaShift]atomic.Uint32

func newGraph(m int) *graph {
	g := &graph{m: m}
	g.chunks.Store(new([]*nodeChunk))
	g.arena.Store(new([]*arenaChunk))
	return g
}

// room is how many neighbors a node may have on a layer.
func (g *graph) room(layer int) int {
	if layer == 0 {
		return 2 * g.m
	}
	return g.m
}

func (g *graph) chunk(s index.Slot) *nodeChunk { return (*g.chunks.Load())[s>>chunkShift] }

// grow makes room for the nodes of slots below n.
func (g *graph) grow(n int) {
	chunks := *g.chunks.Load()
	for len(chunks)<<chunkShift < n {
		c := &nodeChunk{
			base:  make([]atomic.Uint32, (1+2*g.m)<<chunkShift),
			upper: make([]atomic.Uint32, 1<<chunkShift),
			level: make([]atomic.Int32, 1<<chunkShift),
		}
		for i := range c.level {
			c.level[i].Store(-1)
		}
		chunks = append(chunks, c)
	}
	g.chunks.Store(&chunks)
}

// bytes is the memory of the graph.
func (g *graph) bytes() int64 {
	perNode := int64(4 * (1 + 2*g.m + 1 + 1))
	return int64(len(*g.chunks.Load()))<<chunkShift*perNode + int64(len(*g.arena.Load()))<<arenaShift*4
}

// place makes s a node with empty lists up to a level. One goroutine at a time.
func (g *graph) place(s index.Slot, level int) {
	if level > 0 {
		words := level * (1 + g.m)
		if g.used>>arenaShift != (g.used+words-1)>>arenaShift {
			g.used = (g.used + words - 1) &^ (1<<arenaShift - 1) // a node lies in one chunk
		}
		arena := *g.arena.Load()
		for len(arena)<<arenaShift < g.used+words {
			arena = append(arena, new(arenaChunk))
		}
		g.arena.Store(&arena)
		g.chunk(s).upper[s&(1<<chunkShift-1)].Store(uint32(g.used) + 1)
		g.used += words
	}
	g.chunk(s).level[s&(1<<chunkShift-1)].Store(int32(level))
}

// level is the top layer of a node; -1 if s is none.
func (g *graph) level(s index.Slot) int {
	chunks := *g.chunks.Load()
	if int(s>>chunkShift) >= len(chunks) {
		return -1
	}
	return int(chunks[s>>chunkShift].level[s&(1<<chunkShift-1)].Load())
}

// block is the neighbors of a node on a layer that it is on.
func (g *graph) block(s index.Slot, layer int) []atomic.Uint32 {
	c, at := g.chunk(s), int(s&(1<<chunkShift-1))
	if layer == 0 {
		words := 1 + 2*g.m
		return c.base[at*words : (at+1)*words]
	}
	words := 1 + g.m
	from := int(c.upper[at].Load()) - 1 + (layer-1)*words
	a := (*g.arena.Load())[from>>arenaShift]
	from &= 1<<arenaShift - 1
	return a[from : from+words]
}

// neighbors appends the neighbors of a node on a layer to dst.
func (g *graph) neighbors(dst []index.Slot, s index.Slot, layer int) []index.Slot {
	b := g.block(s, layer)
	n := b[0].Load()
	for i := range b[1 : 1+n] {
		dst = append(dst, b[1+i].Load())
	}
	return dst
}

// setNeighbors replaces the neighbors of a node on a layer.
func (g *graph) setNeighbors(s index.Slot, layer int, to []index.Slot) {
	b := g.block(s, layer)
	for i, n := range to {
		b[1+i].Store(n)
	}
	b[0].Store(uint32(len(to)))
}

// addNeighbor appends a neighbor, if there is room.
func (g *graph) addNeighbor(s index.Slot, layer int, to index.Slot) bool {
	b := g.block(s, layer)
	n := b[0].Load()
	if int(n) == g.room(layer) {
		return false
	}
	b[1+n].Store(to)
	b[0].Store(n + 1)
	return true
}

// entryPoint is where searches begin; ok is false for an empty graph.
func (g *graph) entryPoint() (s index.Slot, level int, ok bool) {
	e := g.entry.Load()
	return index.Slot(e & math.MaxUint32), int(e>>32) - 1, e != 0
}

func (g *graph) setEntryPoint(s index.Slot, level int) {
	g.entry.Store(uint64(level+1)<<32 | uint64(s))
}

// drawLevel is the level of a slot: geometric, by a hash of seed and slot
// (splitmix64), so that it does not depend on the order of draws.
func (g *graph) drawLevel(seed uint64, s index.Slot) int {
	x := seed*0x9e3779b97f4a7c15 + uint64(s+1)*0xbf58476d1ce4e5b9
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	u := (float64(x>>11) + 1) / (1 << 53)
	return min(int(-math.Log(u)/math.Log(float64(max(g.m, 2)))), maxLevel)
}
