package exec

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memoryLimitSetting bounds the memory of vector columns and their indexes.
const memoryLimitSetting = "voronoi.memory_limit"

// automaticShare is the part of the machine's memory that vectors may take where
// nothing else is said.
const automaticShare = 0.75

// memoryLimit is the session's limit in bytes.
func (s *Session) memoryLimit() int64 { return s.srv.limitOf(s.settings.get(memoryLimitSetting)) }

// defaultMemoryLimit is that of sessions which have not set it.
func (srv *Server) defaultMemoryLimit() int64 { return srv.vectors.memory.standard.Load() }

// setMemoryLimit makes a value the default of all sessions; "" leaves it
// automatic.
func (srv *Server) setMemoryLimit(value string) error {
	d := srv.settings[memoryLimitSetting]
	if value != "" {
		v, err := d.canonical(nil, value)
		if err != nil {
			return err
		}
		d.boot = v
	}
	srv.vectors.memory.standard.Store(srv.limitOf(d.boot))
	return nil
}

// limitOf is a value of the setting, in kB, in bytes.
func (srv *Server) limitOf(value string) int64 {
	if kb := int64(atoi(value)); kb > 0 {
		return kb << 10
	}
	return srv.vectors.memory.automatic
}

// automaticLimit is three quarters of the memory that the process can have: the
// machine's, or that of its control group. Where it is not known there is no
// limit.
func automaticLimit() int64 {
	memory := math.Inf(1)
	if n, ok := machineMemory(); ok {
		memory = n
	}
	if n, ok := groupMemory(); ok {
		memory = min(memory, n)
	}
	if math.IsInf(memory, 1) {
		return math.MaxInt64
	}
	return int64(memory * automaticShare)
}

// machineMemory is Linux's MemTotal in bytes.
func machineMemory() (float64, bool) {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return n * 1024, err == nil
		}
	}
	return 0, false
}

// groupMemory is the least limit of the process's control groups (version 2) and
// their parents, or the one of version 1.
func groupMemory() (least float64, ok bool) {
	const root = "/sys/fs/cgroup"
	b, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	limit := func(file string) {
		text, err := os.ReadFile(file)
		if err != nil {
			return
		}
		n, err := strconv.ParseFloat(string(bytes.TrimSpace(text)), 64) // "max" is none
		if err == nil && (!ok || n < least) {
			least, ok = n, true
		}
	}
	for line := range strings.Lines(string(b)) {
		controllers, group, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "0::"), ":memory:")
		switch {
		case found:
			limit(filepath.Join(root, "memory", group, "memory.limit_in_bytes"))
			limit(filepath.Join(root, "memory", "memory.limit_in_bytes"))
		case strings.HasPrefix(controllers, "/"):
			for dir := filepath.Join(root, controllers); strings.HasPrefix(dir, root); dir = filepath.Dir(dir) {
				limit(filepath.Join(dir, "memory.max"))
			}
		}
	}
	return least, ok
}
