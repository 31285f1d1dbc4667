package exec

import (
	"strconv"

	"voronoi/exec/index"
)

// pgvector stops a search after the first candidates or lists, and goes on only
// if iterative_scan is on. Here a search goes on until the query has its rows,
// as long as nobody has said otherwise: a setting counts once it has been set,
// be it to its default, and means then what it means to pgvector.

// scanBounds are the settings of iterative scans, for one scan.
type scanBounds struct {
	off    bool // the first candidates or lists are all
	strict bool // a row that is nearer than one before it is left out
	// candidates bounds what a graph measures, probes the lists that are looked
	// at, rows what is delivered; 0 is no bound.
	candidates, probes, rows int
}

// scanSettings are the names of an access method's settings; "" where it has
// none.
type scanSettings struct{ iterative, tuples, memory, probes string }

var scanSettingsOf = map[string]scanSettings{
	"hnsw":    {iterative: "hnsw.iterative_scan", tuples: "hnsw.max_scan_tuples", memory: "hnsw.scan_mem_multiplier"},
	"ivfflat": {iterative: "ivfflat.iterative_scan", probes: "ivfflat.max_probes"},
}

// scannedNodeBytes is what a graph search keeps in memory for a vector that it
// has measured: its place in the queues of what to look at and to deliver.
const scannedNodeBytes = 16

// readBounds reads the settings of the scan's access method. Methods other than hnsw
// have lists.
func (s *scan) readBounds() scanBounds {
	var b scanBounds
	if s.plan.Index == nil {
		return b
	}
	g := &s.x.session.settings
	names, ok := scanSettingsOf[s.plan.Index.Index.Method]
	if !ok {
		names = scanSettingsOf["ivfflat"]
	}
	if g.given(names.iterative) {
		b.off, b.strict = g.get(names.iterative) == "off", g.get(names.iterative) == "strict_order"
	}
	if b.off && names.tuples != "" {
		b.rows = s.efSearch()
	}
	if names.tuples != "" && g.given(names.tuples) {
		b.candidates = atoi(g.get(names.tuples))
	}
	if names.memory != "" && g.given(names.memory) {
		multiple, _ := strconv.ParseFloat(g.get(names.memory), 64) // checked when it was set
		bytes := multiple * float64(atoi(g.get("work_mem"))) * 1024
		n := int(min(bytes/scannedNodeBytes, 1<<40))
		if b.candidates == 0 || n < b.candidates {
			b.candidates = n
		}
	}
	if names.probes != "" && g.given(names.probes) {
		b.probes = max(atoi(g.get(names.probes)), s.probes)
	}
	return b
}

// cut reports whether the bounds may end a search while there are rows left.
// Rows without a vector come after all others, so that there are none then.
func (b *scanBounds) cut() bool { return b.off || b.candidates > 0 || b.probes > 0 }

// apply makes search options of the bounds.
func (b *scanBounds) apply(o *index.SearchOptions) {
	o.Strict, o.MaxCandidates, o.MaxProbes = b.off, b.candidates, b.probes
}
