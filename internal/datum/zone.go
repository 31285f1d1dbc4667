package datum

import (
	_ "embed" // the two lists
	"encoding/binary"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the binary must not depend on the machine's zones

	"voronoi/internal/pgerr"
)

//go:generate go run gen_zones.go

var (
	//go:embed zone_names.txt
	zoneNameList string
	//go:embed zone_abbrevs.txt
	zoneAbbrevList string
)

// zoneNames maps the folded names of zones to the real ones.
var zoneNames = sync.OnceValue(func() map[string]string {
	names := make(map[string]string, 600)
	for name := range strings.Lines(zoneNameList) {
		name = strings.TrimSuffix(name, "\n")
		names[fold(name)] = name
	}
	return names
})

// ZoneNames is the list of all named zones.
func ZoneNames() []string { return strings.Fields(zoneNameList) }

// ZoneAbbrev is a time zone abbreviation as input knows it: a fixed offset or,
// where Zone is set, whatever that zone's history says.
type ZoneAbbrev struct {
	Offset   int // seconds east
	Daylight bool
	Zone     string
}

// ZoneAbbrevs is the set of abbreviations, by their lower-case spelling.
var ZoneAbbrevs = sync.OnceValue(func() map[string]ZoneAbbrev {
	abbrevs := make(map[string]ZoneAbbrev, 200)
	for line := range strings.Lines(zoneAbbrevList) {
		fields := strings.Fields(line)
		offset, err := strconv.Atoi(fields[1])
		if err != nil {
			abbrevs[fields[0]] = ZoneAbbrev{Zone: fields[1]}
			continue
		}
		abbrevs[fields[0]] = ZoneAbbrev{Offset: offset, Daylight: len(fields) > 2}
	}
	return abbrevs
})

// zones caches what has been loaded, by folded name: an [*time.Location], nil
// where there is none.
var zones sync.Map

// LookupZone finds a zone by its name in the time zone database, whatever the
// case, or by a POSIX description such as EST5EDT or <+03>-3. The name is the
// zone's own spelling.
func LookupZone(name string) (loc *time.Location, spelling string, ok bool) {
	key := fold(name)
	if v, found := zones.Load(key); found {
		loc = v.(*time.Location)
		return loc, zoneSpelling(loc, name), true
	}
	if real, found := zoneNames()[key]; found {
		loc, err := time.LoadLocation(real)
		if err != nil {
			return nil, "", false
		}
		zones.Store(key, loc)
		return loc, real, true
	}
	if loc = posixZone(name); loc == nil {
		return nil, "", false
	}
	return loc, strings.ToUpper(name), true
}

func zoneSpelling(loc *time.Location, name string) string {
	if real, ok := zoneNames()[fold(name)]; ok {
		return real
	}
	return loc.String()
}

// usRules are the daylight rules that a POSIX description without any has.
const usRules = ",M3.2.0,M11.1.0"

// posixZone makes a zone out of a POSIX description, by wrapping it into the
// smallest file that Go's reader of zone files takes. It is nil where the
// description is none. Like Postgres it takes any name, even an empty one.
func posixZone(name string) *time.Location {
	upper := strings.ToUpper(name)
	std, rest := posixName(upper)
	west, rest, ok := posixOffset(rest)
	if !ok {
		return nil
	}
	description := "<" + std + ">" + posixNumber(west)
	if rest != "" {
		dst, rules := posixName(rest)
		if dst == "" {
			return nil
		}
		description += "<" + dst + ">"
		if after, tail, ok := posixOffset(rules); ok {
			description += posixNumber(after)
			rules = tail
		}
		switch {
		case rules == "":
			description += usRules
		case rules[0] == ',':
			description += rules
		default:
			return nil
		}
	}
	loc, err := time.LoadLocationFromTZData(upper, zoneFile(std, -west, description))
	if err != nil {
		return nil
	}
	return loc
}

// posixName takes the name at the beginning of s off, in angle brackets or up
// to what can begin an offset or rules.
func posixName(s string) (name, rest string) {
	if s != "" && s[0] == '<' {
		if end := strings.IndexByte(s, '>'); end > 0 {
			return s[1:end], s[end+1:]
		}
	}
	if end := strings.IndexAny(s, "0123456789,+-"); end >= 0 {
		return s[:end], s[end:]
	}
	return s, ""
}

// posixNumber writes an offset.
func posixNumber(west int) string {
	sign := ""
	if west < 0 {
		sign, west = "-", -west
	}
	return sign + strconv.Itoa(west/3600) + ":" + strconv.Itoa(west/60%60) + ":" + strconv.Itoa(west%60)
}

// posixOffset reads hours[:minutes[:seconds]] west of Greenwich.
func posixOffset(s string) (west int, rest string, ok bool) {
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	for unit := 3600; unit > 0; unit /= 60 {
		n := 0
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		v, err := strconv.Atoi(s[:n])
		// A second of 60 is a leap second.
		if err != nil || unit == 3600 && v > 167 || unit < 3600 && v > 60-unit/60 {
			return 0, s, false
		}
		west += v * unit
		s = s[n:]
		if s == "" || s[0] != ':' || unit == 1 {
			break
		}
		s = s[1:]
	}
	return sign * west, s, true
}

// zoneFile is a zone file, version 2, with one zone and one transition to it,
// long ago: only what comes after a transition follows the description at the
// end.
func zoneFile(name string, east int, description string) []byte {
	const longAgo = 1 << 40 // seconds before 1970
	header := func(dst []byte, transitions int) []byte {
		dst = append(dst, "TZif2"...)
		dst = append(dst, make([]byte, 15)...)
		for _, n := range []int{0, 0, 0, transitions, 1, len(name) + 1} {
			dst = binary.BigEndian.AppendUint32(dst, uint32(n))
		}
		return dst
	}
	zone := func(dst []byte) []byte {
		dst = binary.BigEndian.AppendUint32(dst, uint32(int32(east)))
		dst = append(dst, 0, 0)
		return append(append(dst, name...), 0)
	}
	file := zone(header(nil, 0))
	file = header(file, 1)
	file = binary.BigEndian.AppendUint64(file, ^uint64(longAgo-1))
	file = zone(append(file, 0))
	return append(append(append(file, '\n'), description...), '\n')
}

func unixSeconds(t int64) int64 { return floorDiv64(t, usecPerSec) + unixEpochSec }

func floorDiv64(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// offsetAt is the zone's offset east in seconds at a moment, with its
// abbreviation.
func offsetAt(loc *time.Location, utc int64) (east int, abbrev string) {
	abbrev, east = time.Unix(unixSeconds(utc), 0).In(loc).Zone()
	return east, abbrev
}

// offsetOfLocal is the zone's offset at a local time. A local time that a
// change of the clocks skips or repeats is taken as standard time, as Postgres
// takes it: by the offset before the gap, by the one after a repetition.
func offsetOfLocal(loc *time.Location, local int64) int {
	if loc == time.UTC {
		return 0
	}
	at := unixSeconds(local)
	eve := time.Unix(at-86400, 0).In(loc)
	_, before := eve.Zone()
	_, boundary := eve.ZoneBounds()
	if boundary.IsZero() {
		return before
	}
	_, after := boundary.Zone()
	change := boundary.Unix()
	asBefore, asAfter := at-int64(before), at-int64(after)
	switch {
	case asBefore < change && asAfter < change:
		return before
	case asBefore > change && asAfter >= change:
		return after
	case asBefore > asAfter:
		return before
	}
	return after
}

// LocalTime is the local timestamp in a zone at a moment.
func LocalTime(loc *time.Location, utc int64) int64 {
	if loc == time.UTC {
		return utc
	}
	east, _ := offsetAt(loc, utc)
	return utc + int64(east)*usecPerSec
}

// UTCTime is the moment of a local timestamp in a zone.
func UTCTime(loc *time.Location, local int64) int64 {
	return local - int64(offsetOfLocal(loc, local))*usecPerSec
}

func unknownZone(name string) error {
	return pgerr.Newf(pgerr.InvalidParameterValue, `time zone "%s" not recognized`, name)
}

// abbrevOffset is what an abbreviation means in a zone: its last meaning up to
// the given moment or, failing that, its first one after it.
func abbrevOffset(loc *time.Location, abbrev string, utc int64) (east int, ok bool) {
	at := time.Unix(unixSeconds(utc), 0).In(loc)
	matches := func(t time.Time) bool {
		var name string
		name, east = t.Zone()
		return fold(name) == abbrev
	}
	for t := at; ; {
		if matches(t) {
			return east, true
		}
		begin, _ := t.ZoneBounds()
		if begin.IsZero() {
			break
		}
		t = begin.Add(-time.Second)
	}
	for t, n := at, 0; n < maxZoneChanges; n++ {
		_, end := t.ZoneBounds()
		if end.IsZero() {
			break
		}
		if t = end; matches(t) {
			return east, true
		}
	}
	return 0, false
}

// maxZoneChanges bounds the search into the future, where daylight rules go on
// for ever.
const maxZoneChanges = 300

// hasChanges reports whether a zone's offset has ever changed.
func hasChanges(loc *time.Location) bool {
	begin, end := time.Unix(0, 0).In(loc).ZoneBounds()
	return !end.IsZero() || !begin.IsZero() && begin.Year() > 0
}

// LoadTimeZone is what the setting TimeZone accepts: a zone's name, a POSIX
// description, or a number of hours east. The name is how SHOW gives it back.
func LoadTimeZone(v string) (*time.Location, string, error) {
	if hours, err := strconv.ParseFloat(v, 64); err == nil && hours > -168 && hours < 168 {
		east := int(hours * 3600)
		name := posixOffsetName(east)
		return time.FixedZone(string(appendOffset(nil, east)), east), name, nil
	}
	if loc, name, ok := LookupZone(v); ok {
		return loc, name, nil
	}
	return nil, "", unknownZone(v)
}

// posixOffsetName describes a fixed offset in POSIX's way, where the sign of
// the number is that of the distance west.
func posixOffsetName(east int) string {
	west := appendOffset(nil, -east)
	return "<" + string(appendOffset(nil, east)) + ">" + string(west)
}
