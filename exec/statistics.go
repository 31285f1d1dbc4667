package exec

import (
	"voronoi/exec/catalog"
	"voronoi/exec/index/ivf"
	"voronoi/internal/oid"
)

// noteChange counts rows that the transaction has written.
func (s *Session) noteChange(rel *catalog.Relation, rows int64) {
	if s.tx.changed == nil {
		s.tx.changed = map[oid.OID]int64{}
	}
	s.tx.changed[rel.OID] += rows
}

// phaseInitializing is the phase before a build begins, in pgvector's words.
const phaseInitializing = "initializing"

// buildProgress follows the build of an index by a command for
// pg_stat_progress_create_index.
func (s *Session) buildProgress(rel *catalog.Relation, command string) ivf.Progress {
	return func(phase string, done, total int) {
		s.status.mu.Lock()
		defer s.status.mu.Unlock()
		b := &s.status.build
		b.index, b.command, b.phase, b.done, b.total = rel, command, phase, done, total
		if phase == ivf.PhaseKMeans {
			b.iterations = done
		}
	}
}

// startBuild forgets the last build, builtIterations tells how many iterations
// of k-means the last one took.
func (s *Session) startBuild() {
	s.status.mu.Lock()
	s.status.build = buildStatus{}
	s.status.mu.Unlock()
}

// endBuild says that nothing is being built any more.
func (s *Session) endBuild() {
	s.status.mu.Lock()
	s.status.build.index = nil
	s.status.mu.Unlock()
}

func (s *Session) builtIterations() int {
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	return s.status.build.iterations
}

// buildStatus is how far a session's index build is.
type buildStatus struct {
	index       *catalog.Relation
	command     string // that builds it
	phase       string
	done, total int
	iterations  int
}
