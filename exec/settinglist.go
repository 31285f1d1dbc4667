package exec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// settingDefinitions are all settings by lower-case name: Postgres's, as the
// facts list them, those of pgvector, and our own.
func settingDefinitions(facts *catalog.Facts) map[string]*setting {
	defs := map[string]*setting{}
	for _, f := range facts.Settings() {
		defs[strings.ToLower(f.Name)] = settingFromFact(f)
	}
	for _, d := range hiddenSettings() {
		defs[d.name] = d
	}
	for _, d := range vectorSettings() {
		defs[d.name] = d
	}
	for name, change := range settingHooks {
		if d := defs[name]; d != nil {
			change(d)
		}
	}
	for _, name := range reportedSettings {
		if d := defs[strings.ToLower(name)]; d != nil {
			d.reported = true
		}
	}
	return defs
}

// hiddenSettings are those that Postgres has and leaves out of pg_settings,
// from which the facts were taken.
func hiddenSettings() []*setting {
	return []*setting{
		{name: "is_superuser", kind: settingBool, context: contextInternal, description: "Shows whether the current user is a superuser."},
		{name: "role", description: "Sets the current role."},
		{name: "session_authorization", description: "Sets the session user name."},
	}
}

func settingFromFact(f catalog.SettingFact) *setting {
	d := &setting{
		name: f.Name, boot: f.Boot, unit: f.Unit, enum: f.Enum, category: f.Category, description: f.Short,
		min: bound(f.Min, math.Inf(-1)), max: bound(f.Max, math.Inf(1)),
	}
	switch f.Type {
	case "bool":
		d.kind = settingBool
	case "integer":
		d.kind = settingInt
	case "real":
		d.kind = settingReal
	case "enum":
		d.kind = settingEnum
	}
	switch f.Context {
	case "internal":
		d.context = contextInternal
	case "postmaster":
		d.context = contextStart
	case "sighup":
		d.context = contextReload
	case "backend", "superuser-backend":
		d.context = contextConnect
	}
	return d
}

func bound(s string, missing float64) float64 {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return n
	}
	return missing
}

// vectorSettings are pgvector's settings, with its defaults and bounds, and ours.
func vectorSettings() []*setting {
	const category = "Customized Options"
	integer := func(name, boot string, low, high float64, text string) *setting {
		return &setting{name: name, kind: settingInt, boot: boot, min: low, max: high, category: category, description: text}
	}
	enum := func(name string, text string, values ...string) *setting {
		return &setting{name: name, kind: settingEnum, boot: values[0], enum: values, category: category, description: text}
	}
	return []*setting{
		integer("hnsw.ef_search", "40", 1, 1000, "Sets the size of the dynamic candidate list for search"),
		enum("hnsw.iterative_scan", "Sets the mode for iterative scans", "off", "relaxed_order", "strict_order"),
		integer("hnsw.max_scan_tuples", "20000", 1, math.MaxInt32, "Sets the max number of tuples to visit for iterative scans"),
		{name: "hnsw.scan_mem_multiplier", kind: settingReal, boot: "1", min: 1, max: 1000, category: category, description: "Sets the multiple of work_mem to use for iterative scans"},
		integer("ivfflat.probes", "1", 1, 32768, "Sets the number of probes"),
		enum("ivfflat.iterative_scan", "Sets the mode for iterative scans", "off", "relaxed_order"),
		integer("ivfflat.max_probes", "32768", 1, 32768, "Sets the max number of probes for iterative scans"),
		integer("ivfpq.probes", "0", 0, 32768, "Sets the number of probes of ivfpq indexes; 0 is that of ivfflat.probes"),
		integer("ivfpq.rerank", "-1", -1, 1000, "Sets how many vectors are measured for each row; -1 is as the index says"),
		{name: memoryLimitSetting, kind: settingInt, boot: "-1", unit: "kB", min: -1, max: math.MaxInt32, category: category,
			description: "Sets how much memory vector columns and their indexes may take; -1 is three quarters of the machine's. A column that does not fit is read from its table."},
	}
}

// settingHooks say what a setting means here beyond its value, and where our
// default is not that of the facts, which come from a server that initdb set up
// elsewhere.
var settingHooks = map[string]func(*setting){
	"timezone":               func(d *setting) { d.boot, d.check, d.assign = "UTC", checkTimeZone, assignTimeZone },
	"log_timezone":           func(d *setting) { d.boot = "UTC" },
	"datestyle":              func(d *setting) { d.boot, d.check, d.assign = "ISO, MDY", checkDateStyle, assignDateStyle },
	"intervalstyle":          func(d *setting) { d.assign = assignIntervalStyle },
	maintenanceMemorySetting: func(d *setting) { d.boot = strconv.Itoa(maintenanceMemoryDefault) },
	"bytea_output": func(d *setting) {
		d.assign = func(s *Session, v string) { s.changeEnv(func(e *datum.Env) { e.ByteaEscape = v == "escape" }) }
	},
	"extra_float_digits": func(d *setting) {
		d.assign = func(s *Session, v string) { s.changeEnv(func(e *datum.Env) { e.ExtraFloatDigits = atoi(v) }) }
	},
	"search_path":      func(d *setting) { d.boot, d.check, d.assign = `"$user", public`, checkSearchPath, assignSearchPath },
	"client_encoding":  func(d *setting) { d.boot, d.check = "UTF8", checkEncoding },
	"server_encoding":  func(d *setting) { d.boot = "UTF8" },
	"application_name": func(d *setting) { d.assign = assignApplicationName },
	"is_superuser":     func(d *setting) { d.boot = "on" },
	"max_connections":  func(d *setting) { d.boot = "1000" },
	"data_checksums":   func(d *setting) { d.boot = "off" },
	"port":             func(d *setting) { d.boot = "5432" },
	"lc_collate":       func(d *setting) { d.boot = "C" },
	"lc_ctype":         func(d *setting) { d.boot = "C.UTF-8" },
	"lc_messages":      func(d *setting) { d.boot = "C" },
	"lc_monetary":      func(d *setting) { d.boot = "C" },
	"lc_numeric":       func(d *setting) { d.boot = "C" },
	"lc_time":          func(d *setting) { d.boot = "C" },
	"fsync":            func(d *setting) { d.boot = "on" },
	"transaction_isolation": func(d *setting) {
		d.boot, d.check = "read committed", checkIsolation
	},
	"transaction_read_only":          func(d *setting) { d.check = checkReadOnly },
	"session_authorization":          func(d *setting) { d.check = checkRole },
	"role":                           func(d *setting) { d.boot, d.check = "none", checkRole },
	"standard_conforming_strings":    func(d *setting) { d.check = onlyOn("standard_conforming_strings") },
	"server_version":                 func(d *setting) { d.boot = ServerVersion },
	"server_version_num":             func(d *setting) { d.boot = serverVersionNum },
	"transaction_deferrable":         func(d *setting) {},
	"default_transaction_deferrable": func(d *setting) {},
}

// ServerVersion is the version of Postgres that Voronoi speaks as: drivers parse
// it and choose their catalog queries by it.
const (
	ServerVersion    = "15.18"
	serverVersionNum = "150018"
)

func (s *Session) changeEnv(change func(*datum.Env)) {
	env := *s.env
	change(&env)
	s.env = &env
}

func checkTimeZone(_ *Session, v string) (string, error) {
	_, name, err := timeZone(v)
	return name, err
}

// timeZone finds a zone by name, by an abbreviation's offset or by hours.
func timeZone(v string) (*time.Location, string, error) {
	loc, name, err := datum.LoadTimeZone(v)
	if err != nil {
		return nil, "", pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for parameter %q: %q", "TimeZone", v)
	}
	return loc, name, nil
}

func assignTimeZone(s *Session, v string) {
	loc, name, err := timeZone(v)
	if err != nil {
		return
	}
	s.changeEnv(func(e *datum.Env) { e.TimeZone, e.TimeZoneName = loc, name })
}

var (
	dateFormats = []string{datum.DateISO: "ISO", datum.DateSQL: "SQL", datum.DatePostgres: "Postgres", datum.DateGerman: "German"}
	dateOrders  = []string{datum.OrderMDY: "MDY", datum.OrderDMY: "DMY", datum.OrderYMD: "YMD"}
)

// checkDateStyle reads a list of a format and an order, in any order; what is
// left out stays as it is.
func checkDateStyle(s *Session, v string) (string, error) {
	style, err := parseDateStyle(s.env.DateStyle, v)
	if err != nil {
		return "", err
	}
	return dateFormats[style.Format] + ", " + dateOrders[style.Order], nil
}

func parseDateStyle(style datum.DateStyle, v string) (datum.DateStyle, error) {
	for _, word := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch w := strings.ToLower(word); {
		case w == "iso":
			style.Format = datum.DateISO
		case w == "sql":
			style.Format = datum.DateSQL
		case strings.HasPrefix(w, "postgres"):
			style.Format = datum.DatePostgres
		case strings.HasPrefix(w, "german"):
			style.Format = datum.DateGerman
			style.Order = datum.OrderDMY
		case w == "ymd":
			style.Order = datum.OrderYMD
		case w == "dmy" || strings.HasPrefix(w, "euro"):
			style.Order = datum.OrderDMY
		case w == "mdy" || w == "us" || strings.HasPrefix(w, "noneuro"):
			style.Order = datum.OrderMDY
		case w == "default":
			style = datum.DateStyle{}
		default:
			return style, pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for parameter %q: %q", "DateStyle", v).
				WithDetail("Unrecognized key word: %q.", word)
		}
	}
	return style, nil
}

func assignDateStyle(s *Session, v string) {
	if style, err := parseDateStyle(s.env.DateStyle, v); err == nil {
		s.changeEnv(func(e *datum.Env) { e.DateStyle = style })
	}
}

func assignIntervalStyle(s *Session, v string) {
	i := indexFold([]string{"postgres", "postgres_verbose", "sql_standard", "iso_8601"}, v)
	s.changeEnv(func(e *datum.Env) { e.IntervalStyle = datum.IntervalStyle(max(i, 0)) })
}

func checkSearchPath(_ *Session, v string) (string, error) {
	if _, ok := splitNames(v); !ok {
		return "", pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for parameter %q: %q", "search_path", v).
			WithDetail("List syntax is invalid.")
	}
	return v, nil
}

func assignSearchPath(s *Session, v string) { s.searchPath, _ = splitNames(v) }

// splitNames splits a comma-separated list of names, quoted or folded to lower
// case.
func splitNames(v string) ([]string, bool) {
	var names []string
	rest := strings.TrimSpace(v)
	if rest == "" {
		return nil, true
	}
	for {
		var name string
		if strings.HasPrefix(rest, `"`) {
			var b strings.Builder
			i := 1
			for {
				j := strings.IndexByte(rest[i:], '"')
				if j < 0 {
					return nil, false
				}
				b.WriteString(rest[i : i+j])
				i += j + 1
				if i < len(rest) && rest[i] == '"' {
					b.WriteByte('"')
					i++
					continue
				}
				break
			}
			name, rest = b.String(), strings.TrimSpace(rest[i:])
		} else {
			end := strings.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			name, rest = strings.ToLower(strings.TrimSpace(rest[:end])), rest[end:]
			if name == "" || strings.ContainsAny(name, " \t\n\"") {
				return nil, false
			}
		}
		names = append(names, name)
		if rest == "" {
			return names, true
		}
		if rest[0] != ',' {
			return nil, false
		}
		rest = strings.TrimSpace(rest[1:])
	}
}

func checkEncoding(_ *Session, v string) (string, error) {
	switch strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '\'' || r == '"' {
			return -1
		}
		return r
	}, strings.ToUpper(v)) {
	case "UTF8", "UNICODE":
		return "UTF8", nil
	case "SQLASCII":
		return "SQL_ASCII", nil
	}
	return "", pgerr.Newf(pgerr.FeatureNotSupported, "conversion between %s and UTF8 is not supported", v)
}

func assignApplicationName(s *Session, v string) {
	s.status.mu.Lock()
	s.status.application = v
	s.status.mu.Unlock()
}

func checkIsolation(s *Session, v string) (string, error) {
	level := strings.ToLower(v)
	if indexFold([]string{"serializable", "repeatable read", "read committed", "read uncommitted"}, level) < 0 {
		return "", pgerr.Newf(pgerr.InvalidParameterValue, "invalid value for parameter %q: %q", "transaction_isolation", v)
	}
	if s.tx.snapshotted && level != s.settings.get("transaction_isolation") {
		return "", pgerr.New(pgerr.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
	}
	return level, nil
}

func checkReadOnly(s *Session, v string) (string, error) {
	if v == "off" && s.tx.snapshotted && s.settings.get("transaction_read_only") == "on" {
		return "", pgerr.New(pgerr.ActiveSQLTransaction, "transaction read-write mode must be set before any query")
	}
	return v, nil
}

// checkRole accepts the session's own role and any that exists.
func checkRole(s *Session, v string) (string, error) {
	if v == "none" || v == s.startup.User || v == "default" || s.catalog().RoleNamed(v) != nil {
		return v, nil
	}
	return "", pgerr.Newf(pgerr.InvalidParameterValue, "role %q does not exist", v)
}

func onlyOn(name string) func(*Session, string) (string, error) {
	return func(_ *Session, v string) (string, error) {
		if v != "on" {
			return "", pgerr.Unsupported("%s = %s", name, v)
		}
		return v, nil
	}
}

// versionText is what version() says.
func (srv *Server) versionText() string {
	return fmt.Sprintf("PostgreSQL %s (Voronoi %s)", ServerVersion, srv.version)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// cutOption splits "name=value".
func cutOption(option string) (name, value string, ok bool) { return strings.Cut(option, "=") }
