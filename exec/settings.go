package exec

import (
	"sort"
	"strings"

	"voronoi/internal/pgerr"
)

// settings are the values of one session. A change belongs to the transaction
// that makes it: rolling back brings the old value back, SET LOCAL ends with
// the transaction either way.
type settings struct {
	defs   map[string]*setting // by lower-case name; shared
	values map[string]string   // what differs from reset
	reset  map[string]string   // what RESET goes back to, where that is not boot
	undo   []settingChange     // since the transaction began
}

// settingChange remembers what a change replaced.
type settingChange struct {
	name  string
	old   string
	had   bool
	local bool // made by SET LOCAL: undone at commit too
}

func newSettings(defs map[string]*setting) settings {
	return settings{defs: defs, values: map[string]string{}, reset: map[string]string{}}
}

// reservedPrefixes are those under which only the settings that exist may be
// set, as extensions reserve them.
var reservedPrefixes = []string{"hnsw", "ivfflat", "ivfpq", "voronoi", "plpgsql"}

// definition finds a setting by name, or makes the placeholder that Postgres
// makes for a custom name with a dot.
func (g *settings) definition(name string, create bool) (*setting, error) {
	key := strings.ToLower(name)
	if d := g.defs[key]; d != nil {
		return d, nil
	}
	prefix, rest, dotted := strings.Cut(key, ".")
	if dotted {
		for _, p := range reservedPrefixes {
			if p == prefix && create {
				return nil, pgerr.Newf(pgerr.InvalidName, "invalid configuration parameter name %q", name).
					WithDetail("%q is a reserved prefix.", p)
			}
		}
		_, set := g.values[key]
		_, reset := g.reset[key]
		if set || reset || create {
			if create && (!validCustomName(prefix) || !validCustomName(rest)) {
				return nil, pgerr.Newf(pgerr.InvalidName, "invalid configuration parameter name %q", name).
					WithDetail("Custom parameter names must be two or more simple identifiers separated by dots.")
			}
			return &setting{name: key}, nil
		}
	}
	return nil, pgerr.Newf(pgerr.UndefinedObject, "unrecognized configuration parameter %q", name)
}

func validCustomName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '$' && r != '.') {
			return false
		}
	}
	return s != ""
}

// get is a setting's stored value.
func (g *settings) get(name string) string {
	key := strings.ToLower(name)
	if v, ok := g.values[key]; ok {
		return v
	}
	return g.resetValue(key)
}

// given reports whether somebody has set a setting: the session, or a default
// stored for the role or database.
func (g *settings) given(name string) bool {
	if _, ok := g.values[name]; ok {
		return true
	}
	_, ok := g.reset[name]
	return ok
}

func (g *settings) resetValue(key string) string {
	if v, ok := g.reset[key]; ok {
		return v
	}
	if d := g.defs[key]; d != nil {
		return d.boot
	}
	return ""
}

// names lists all settings in order.
func (g *settings) names() []string {
	names := make([]string, 0, len(g.defs))
	for key := range g.defs {
		names = append(names, key)
	}
	sort.Strings(names)
	return names
}

// set changes a setting. A nil value resets it.
func (s *Session) set(name string, value *string, local bool) error {
	d, err := s.settings.definition(name, true)
	if err != nil {
		return err
	}
	switch d.context {
	case contextInternal:
		return pgerr.Newf(pgerr.CantChangeRuntimeParam, "parameter %q cannot be changed", d.name)
	case contextStart:
		return pgerr.Newf(pgerr.CantChangeRuntimeParam, "parameter %q cannot be changed without restarting the server", d.name)
	case contextReload:
		return pgerr.Newf(pgerr.CantChangeRuntimeParam, "parameter %q cannot be changed now", d.name)
	case contextConnect:
		return pgerr.Newf(pgerr.CantChangeRuntimeParam, "parameter %q cannot be set after connection start", d.name)
	}
	key := strings.ToLower(d.name)
	v := s.settings.resetValue(key)
	if value != nil {
		if v, err = d.canonical(s, *value); err != nil {
			return err
		}
	}
	old, had := s.settings.values[key]
	s.settings.undo = append(s.settings.undo, settingChange{key, old, had, local})
	s.applySetting(d, v)
	if value == nil {
		delete(s.settings.values, key)
	}
	return nil
}

// applySetting makes a checked value current.
func (s *Session) applySetting(d *setting, value string) {
	key := strings.ToLower(d.name)
	before := s.settings.get(key)
	s.settings.values[key] = value
	if d.assign != nil {
		d.assign(s, value)
	}
	if d.reported && before != value {
		s.client.ParameterStatus(d.name, d.display(value))
	}
}

// setAtStart makes a startup option or a stored default the value that RESET
// goes back to.
func (s *Session) setAtStart(name, value string) error {
	d, err := s.settings.definition(name, true)
	if err != nil {
		return err
	}
	if d.context != contextUser && d.context != contextConnect {
		return pgerr.Newf(pgerr.CantChangeRuntimeParam, "parameter %q cannot be changed", d.name)
	}
	v, err := d.canonical(s, value)
	if err != nil {
		return err
	}
	key := strings.ToLower(d.name)
	s.settings.reset[key] = v
	delete(s.settings.values, key)
	if d.assign != nil {
		d.assign(s, v)
	}
	return nil
}

// resetAll is RESET ALL: everything that a session may change.
func (s *Session) resetAll() {
	for key := range s.settings.values {
		d, err := s.settings.definition(key, false)
		if err != nil || d.context != contextUser || strings.HasPrefix(key, "transaction_") {
			continue
		}
		old, had := s.settings.values[key]
		s.settings.undo = append(s.settings.undo, settingChange{key, old, had, false})
		s.applySetting(d, s.settings.resetValue(key))
		delete(s.settings.values, key)
	}
}

// show is a setting's value as SHOW gives it.
func (s *Session) show(name string) (string, error) {
	d, err := s.settings.definition(name, false)
	if err != nil {
		return "", err
	}
	return d.display(s.settings.get(d.name)), nil
}

// rollbackSettings undoes all changes since the mark.
func (s *Session) rollbackSettings(mark int) {
	for i := len(s.settings.undo) - 1; i >= mark; i-- {
		s.restoreSetting(s.settings.undo[i])
	}
	s.settings.undo = s.settings.undo[:mark]
}

// commitSettings ends the transaction for the settings: local changes go, the
// others stay.
func (s *Session) commitSettings() {
	// A later SET of the same name makes an earlier SET LOCAL's old value
	// moot: only if the last change to a name is local does the value go back,
	// to what the last change that is not local set, or to the first old one.
	type final struct {
		change settingChange
		value  string // if given: otherwise what RESET goes back to
		given  bool
		set    bool
	}
	undo := s.settings.undo
	s.settings.undo = nil
	finals := map[string]*final{}
	for i, c := range undo {
		f := finals[c.name]
		if f == nil {
			f = &final{change: c}
			finals[c.name] = f
		}
		if !c.local {
			// The value that this change set is what the next change to the
			// name replaced, or the current one.
			f.value, f.given = s.settings.values[c.name]
			f.set = true
			for _, later := range undo[i+1:] {
				if later.name == c.name {
					f.value, f.given = later.old, later.had
					break
				}
			}
		}
	}
	for name, f := range finals {
		if f.set {
			f.change = settingChange{name: name, old: f.value, had: f.given}
		}
		s.restoreSetting(f.change)
	}
}

func (s *Session) restoreSetting(c settingChange) {
	d, err := s.settings.definition(c.name, true)
	if err != nil {
		return
	}
	before := s.settings.get(c.name)
	if c.had {
		s.settings.values[c.name] = c.old
	} else {
		delete(s.settings.values, c.name)
	}
	now := s.settings.get(c.name)
	if before == now {
		return
	}
	if d.assign != nil {
		d.assign(s, now)
	}
	if d.reported {
		s.client.ParameterStatus(d.name, d.display(now))
	}
}
