package catalog

import (
	"slices"
	"strings"
	"time"

	"voronoi/internal/datum"
)

var zoneSources = map[string]source{
	"pg_timezone_names":   {session: zoneNameRows},
	"pg_timezone_abbrevs": {session: zoneAbbrevRows},
}

// zoneNameRows tells of every zone what holds there now.
func zoneNameRows(b *rowBuilder, _ *SystemContext) {
	now := time.Now()
	for _, name := range datum.ZoneNames() {
		zone, _, ok := datum.LookupZone(name)
		if !ok {
			continue
		}
		there := now.In(zone)
		abbrev, offset := there.Zone()
		b.next()
		b.text("name", name)
		b.text("abbrev", abbrev)
		b.set("utc_offset", offsetInterval(offset))
		b.bool("is_dst", there.IsDST())
	}
}

func zoneAbbrevRows(b *rowBuilder, _ *SystemContext) {
	now := time.Now()
	all := datum.ZoneAbbrevs()
	var abbrevs []string
	for abbrev := range all {
		abbrevs = append(abbrevs, abbrev)
	}
	slices.Sort(abbrevs)
	for _, abbrev := range abbrevs {
		zone := all[abbrev]
		b.next()
		b.text("abbrev", strings.ToUpper(abbrev))
		offset, daylight := zone.Offset, zone.Daylight
		if zone.Zone != "" {
			where, _, ok := datum.LookupZone(zone.Zone)
			if !ok {
				continue
			}
			there := now.In(where)
			_, offset = there.Zone()
			daylight = there.IsDST()
		}
		b.set("utc_offset", offsetInterval(offset))
		b.bool("is_dst", daylight)
	}
}

// offsetInterval is a number of seconds as an interval.
func offsetInterval(seconds int) datum.Datum {
	return datum.Interval{Usec: int64(seconds) * 1e6}.Datum()
}
