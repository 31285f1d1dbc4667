package main

import (
	"math"
	"slices"
)

// noteRun notes what run has measured: the facts, what was reached at each
// recall, and how subjects compare, which is the median over the runs of a
// quotient or difference within one run.
func noteRun(out *output, c *config, subjects []subject, all []*series) {
	for _, s := range subjects {
		noteFacts(out, s)
	}
	for _, s := range subjects {
		noteReached(out, c, s, all)
	}
	for _, ours := range subjects {
		for _, theirs := range subjects {
			if other, ok := theirs.(*peer); ok && !isPeer(ours) {
				notePeer(out, c, ours, other, all)
			}
		}
	}
	noteWire(out, c, all)
}

func isPeer(s subject) bool {
	_, is := s.(*peer)
	return is
}

// label is a subject's name without a version.
func label(s subject) string {
	if p, ok := s.(*peer); ok {
		return p.kind
	}
	return s.name()
}

func noteFacts(out *output, s subject) {
	f := s.facts()
	for _, fact := range []struct {
		name  string
		value float64
	}{
		{"COPY rows/s", f.copyRows}, {"build s", f.build.Seconds()}, {"index bytes/vector", f.index},
		{"RSS MiB", float64(f.resident) / (1 << 20)}, {"first answer s", f.firstTime.Seconds()}, {"SELECT 1 µs", microseconds(f.roundTrip)},
	} {
		if fact.value > 0 {
			out.note(fact.value, "%s %s", label(s), fact.name)
		}
	}
}

// rates are what can be compared.
var rates = []struct {
	of string
	by func(sample) float64
}{{"QPS", rateOf}, {"QPS per CPU", perCPUOf}}

// noteReached notes the best of one client at each recall, and what a query
// allocates.
func noteReached(out *output, c *config, s subject, all []*series) {
	for _, floor := range c.floors {
		for _, r := range rates {
			var reached []float64
			for run := range c.runs {
				if rate, _ := best(all, s, run, floor, r.by); rate > 0 {
					reached = append(reached, rate)
				}
			}
			if len(reached) > 0 {
				out.note(middle(reached), "%s %s at recall %g", label(s), r.of, floor)
			}
		}
	}
	least, most := math.Inf(1), 0.0
	for _, one := range all {
		if one.subject == s && one.at.clients == 1 {
			n := median(one.samples, func(s sample) float64 { return s.allocs })
			least, most = min(least, n), max(most, n)
		}
	}
	if most > 0 {
		out.note(most, "%s allocations per query", label(s))
		out.note(most-least, "%s allocations per query, what more work adds", label(s))
	}
}

// notePeer compares one of ours with a peer: the best of both at each recall, at
// the setting of --against, and at equal recall; recall at equal settings;
// builds.
func notePeer(out *output, c *config, ours subject, theirs *peer, all []*series) {
	mine, other := label(ours), label(theirs)
	if a, b := ours.facts(), theirs.facts(); a.build > 0 && b.build > 0 {
		out.note(a.build.Seconds()/b.build.Seconds(), "build: %s / %s", mine, other)
		out.note(a.buildCPU.Seconds()/max(b.buildCPU.Seconds(), 1e-9), "build, CPU s: %s / %s", mine, other)
	}
	ratio := func(r func(sample) float64, run int, floor float64, rate float64) float64 {
		if m, _ := best(all, ours, run, floor, r); m > 0 && rate > 0 {
			return m / rate
		}
		return 0
	}
	for _, r := range rates {
		for _, floor := range c.floors {
			var atFloor, against []float64
			for run := range c.runs {
				rate, _ := best(all, theirs, run, floor, r.by)
				atFloor = append(atFloor, ratio(r.by, run, floor, rate))
				for _, one := range all {
					if c.against > 0 && one.subject == subject(theirs) && one.at.setting == c.against {
						against = append(against, ratio(r.by, run, floor, r.by(one.samples[run])))
					}
				}
			}
			noteRatio(out, atFloor, "%s: %s / %s at recall %g", r.of, mine, other, floor)
			if len(against) > 0 {
				noteRatio(out, against, "%s: %s at recall %g / %s at %d", r.of, mine, floor, other, c.against)
			}
		}
		noteEqual(out, c, ours, theirs, all, r.of, r.by)
	}
	worst, same := 1.0, false
	for _, x := range all {
		for _, y := range all {
			if x.subject == ours && y.subject == subject(theirs) && x.at == y.at && theirs.method == c.index && c.index != "exact" {
				worst, same = min(worst, median(x.samples, recallOf)-median(y.samples, recallOf)), true
			}
		}
	}
	if same {
		out.note(worst, "recall at equal settings: %s - %s, worst", mine, other)
	}
}

// noteRatio notes the median of ratios and their range; a 0 says that a side did
// not get so far.
func noteRatio(out *output, ratios []float64, name string, args ...any) {
	if slices.Contains(ratios, 0) {
		return
	}
	out.note(middle(ratios), name, args...)
	if len(ratios) > 2 {
		out.note(ratios[0], name+", least", args...)
		out.note(ratios[len(ratios)-1], name+", most", args...)
	}
}

// noteEqual notes how our rate compares with the peer's at each recall that the
// peer reached and ours has settings on both sides of: the worst of these.
func noteEqual(out *output, c *config, ours subject, theirs *peer, all []*series, of string, by func(sample) float64) {
	worst, found := math.Inf(1), false
	for _, one := range all {
		if one.subject != subject(theirs) {
			continue
		}
		var ratios []float64
		for run := range c.runs {
			if rate := rateAt(all, ours, run, one.samples[run].recall, by); rate > 0 && by(one.samples[run]) > 0 {
				ratios = append(ratios, rate/by(one.samples[run]))
			}
		}
		if len(ratios) == c.runs {
			worst, found = min(worst, middle(ratios)), true
		}
	}
	if found {
		out.note(worst, "%s: %s / %s at equal recall, worst", of, label(ours), label(theirs))
	}
}

// rateAt is the rate of one client at a recall, between the settings below and
// above it; 0 if there are none. Rates fall by a factor where recall rises, so
// their logarithms are interpolated.
func rateAt(all []*series, of subject, run int, recall float64, by func(sample) float64) float64 {
	var below, above *sample
	for _, one := range all {
		if one.subject != of || one.at.clients != 1 {
			continue
		}
		s := &one.samples[run]
		if s.recall <= recall && (below == nil || s.recall > below.recall) {
			below = s
		}
		if s.recall >= recall && (above == nil || s.recall < above.recall) {
			above = s
		}
	}
	if below == nil || above == nil {
		return 0
	}
	if above.recall == below.recall {
		return max(by(*above), by(*below))
	}
	part := (recall - below.recall) / (above.recall - below.recall)
	return math.Exp((1-part)*math.Log(by(*below)) + part*math.Log(by(*above)))
}

// noteWire notes what the wire adds to a session at the median, and what more
// clients have, at the settings with which the floors are first reached.
func noteWire(out *output, c *config, all []*series) {
	at := func(name string, p point) *series {
		for _, one := range all {
			if one.subject.name() == name && one.at == p {
				return one
			}
		}
		return nil
	}
	for _, floor := range c.floors {
		for _, setting := range c.settings() {
			wire := at("wire", point{setting, 1})
			if wire == nil || median(wire.samples, recallOf) < floor {
				continue
			}
			out.note(microseconds(median(wire.samples, p50Of)), "wire p50 µs at recall %g", floor)
			if session := at("session", point{setting, 1}); session != nil {
				var adds []float64
				for run := range c.runs {
					adds = append(adds, microseconds(wire.samples[run].p50-session.samples[run].p50))
				}
				out.note(middle(adds), "p50 µs that the wire adds at recall %g", floor)
			}
			for _, n := range c.clients {
				if many := at("wire", point{setting, n}); n > 1 && many != nil {
					var more []float64
					for run := range c.runs {
						more = append(more, many.samples[run].qps/wire.samples[run].qps)
					}
					out.note(middle(more), "QPS: wire by %d clients / by one at recall %g", n, floor)
				}
			}
			break
		}
	}
}

// middle is the median; it sorts the values.
func middle(values []float64) float64 {
	slices.Sort(values)
	return values[(len(values)-1)/2]
}
