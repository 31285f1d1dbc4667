package exec

import (
	"math"
	"strconv"
	"strings"

	"voronoi/internal/pgerr"
)

// settingKind is pg_settings.vartype.
type settingKind uint8

const (
	settingString settingKind = iota
	settingBool
	settingInt
	settingReal
	settingEnum
)

// settingContext says who may change a setting and when.
type settingContext uint8

const (
	contextUser     settingContext = iota // anyone, at any time
	contextInternal                       // nobody
	contextStart                          // with a restart
	contextReload                         // in the configuration
	contextConnect                        // at connection start
)

// setting is the definition of one setting (GUC).
type setting struct {
	name     string // canonical spelling
	kind     settingKind
	context  settingContext
	boot     string // default, in base units
	unit     string // base unit: "kB", "8kB", "MB", "B", "ms", "s", "min", or ""
	min, max float64
	enum     []string
	reported bool // sent as ParameterStatus when it changes
	// check validates a new value beyond its kind and gives its canonical
	// form.
	check func(s *Session, value string) (string, error)
	// assign is called with every new value, also when a rollback brings an
	// old one back; it cannot fail.
	assign func(s *Session, value string)
	// What pg_settings shows of it.
	category, description string
}

// canonical reads a value as the setting's kind and gives its stored form: base
// units without a suffix, on and off, the enum's own spelling.
func (d *setting) canonical(s *Session, value string) (string, error) {
	v := value
	switch d.kind {
	case settingBool:
		b, ok := parseBool(value)
		if !ok {
			return "", pgerr.Newf(pgerr.InvalidParameterValue, "parameter %q requires a Boolean value", d.name)
		}
		v = onOff(b)
	case settingEnum:
		i := indexFold(d.enum, value)
		if i < 0 {
			if b, ok := parseBool(value); ok { // such as backslash_quote = true
				i = indexFold(d.enum, onOff(b))
			}
		}
		if i < 0 {
			return "", pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for parameter %q: %q", d.name, value).
				WithHint("Available values: %s.", strings.Join(d.enum, ", "))
		}
		v = d.enum[i]
	case settingInt, settingReal:
		n, err := d.number(value)
		if err != nil {
			return "", err
		}
		if d.kind == settingInt {
			n = math.RoundToEven(n)
		}
		if n < d.min || n > d.max {
			return "", pgerr.Newf(pgerr.InvalidParameterValue, "%s is outside the valid range for parameter %q (%s .. %s)",
				d.withUnit(n), d.name, d.withUnit(d.min), d.withUnit(d.max))
		}
		v = formatNumber(n)
	}
	if d.check != nil {
		return d.check(s, v)
	}
	return v, nil
}

// withUnit is a number as range errors show it: "0 ms".
func (d *setting) withUnit(n float64) string {
	if d.unit == "" {
		return formatNumber(n)
	}
	return formatNumber(n) + " " + d.unit
}

// number reads a number with an optional unit and converts it to base units.
func (d *setting) number(value string) (float64, error) {
	invalid := func() *pgerr.Error {
		return pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for parameter %q: %q", d.name, value)
	}
	t := strings.TrimSpace(value)
	end := len(t)
	for end > 0 && (t[end-1] >= 'a' && t[end-1] <= 'z' || t[end-1] >= 'A' && t[end-1] <= 'Z') {
		end--
	}
	digits, unit := strings.TrimSpace(t[:end]), t[end:]
	if strings.HasPrefix(strings.ToLower(t), "0x") {
		digits, unit = t, ""
	}
	n, err := strconv.ParseFloat(digits, 64)
	if i, ierr := strconv.ParseInt(digits, 0, 64); ierr == nil {
		n, err = float64(i), nil
	}
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, invalid()
	}
	if unit == "" {
		return n, nil
	}
	if d.unit == "" {
		return 0, invalid()
	}
	units, hint := memoryUnits, `Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".`
	if _, ok := timeUnits[d.unit]; ok {
		units, hint = timeUnits, `Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".`
	}
	factor, ok := units[unit]
	if !ok {
		return 0, invalid().WithHint("%s", hint)
	}
	return n * factor / units[d.unit], nil
}

// memoryUnits are in bytes, timeUnits in microseconds.
var (
	memoryUnits = map[string]float64{"B": 1, "kB": 1 << 10, "8kB": 8 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
	timeUnits   = map[string]float64{"us": 1, "ms": 1e3, "s": 1e6, "min": 60e6, "h": 3600e6, "d": 86400e6}
)

// display is the value as SHOW gives it: with the largest unit that divides it.
func (d *setting) display(value string) string {
	if d.unit == "" || d.kind != settingInt && d.kind != settingReal {
		return value
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || n <= 0 {
		return value // 0 and -1 mean something without a unit
	}
	units, order := memoryUnits, []string{"TB", "GB", "MB", "kB", "B"}
	if _, ok := timeUnits[d.unit]; ok {
		units, order = timeUnits, []string{"d", "h", "min", "s", "ms", "us"}
	}
	base := n * units[d.unit]
	for _, u := range order {
		if q := base / units[u]; q >= 1 && q == math.Trunc(q) {
			return formatNumber(q) + u
		}
	}
	return value
}

func formatNumber(n float64) string { return strconv.FormatFloat(n, 'g', 15, 64) }

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func indexFold(list []string, s string) int {
	for i, e := range list {
		if strings.EqualFold(e, s) {
			return i
		}
	}
	return -1
}

// parseBool reads a boolean as settings do: unique prefixes of true, false,
// yes and no; on, off, 1, 0.
func parseBool(s string) (value, ok bool) {
	t := strings.ToLower(strings.TrimSpace(s))
	switch {
	case t == "":
		return false, false
	case strings.HasPrefix("true", t), strings.HasPrefix("yes", t), t == "on", t == "1":
		return true, true
	case strings.HasPrefix("false", t), strings.HasPrefix("no", t), t == "off", t == "of", t == "0":
		return false, true
	}
	return false, false
}
