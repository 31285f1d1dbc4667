package exec

import (
	"container/list"
	"strings"
	"sync"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
	"voronoi/sqlparse"
)

// planCache shares plans between sessions and spares those who send the same
// text again the parser and the planner. Plans are immutable.
type planCache struct {
	mu      sync.Mutex
	entries map[planCacheKey]*list.Element
	recent  *list.List // of *planCacheEntry, most recent first
}

// cachedPlans and cachedText bound the cache: how many plans, and how long a
// text may be to be worth keeping.
const (
	cachedPlans = 1024
	cachedText  = 16 << 10
)

type planCacheKey struct {
	text    string
	params  string
	session string
	catalog *catalog.Snapshot
}

type planCacheEntry struct {
	key  planCacheKey
	plan planner.Plan
}

func (c *planCache) init() {
	c.entries = map[planCacheKey]*list.Element{}
	c.recent = list.New()
}

// make plans a statement for a session.
func (c *planCache) make(s *Session, st *statement, params []oid.OID, snap *catalog.Snapshot, session string) (planner.Plan, error) {
	env := s.planEnv(params)
	env.Catalog = snap // the one of the key, though others may have defined since
	st.notices = nil
	env.Notice = func(n *pgerr.Error) { st.notices = append(st.notices, n) }
	if len(st.parsed.Source) > cachedText || s.tx.defined {
		return planner.Make(env, st.parsed)
	}
	key := planCacheKey{st.parsed.Text, paramKey(params), session, snap}
	if plan := c.find(key); plan != nil {
		return plan, nil
	}
	plan, err := planner.Make(env, st.parsed)
	if err != nil {
		return nil, err
	}
	if v, ok := plan.(interface{ Cacheable() bool }); ok && v.Cacheable() {
		c.add(key, plan)
	}
	return plan, nil
}

// text finds a plan for a query string that holds one statement, so that it
// need not even be parsed.
func (c *planCache) text(s *Session, text string) planned {
	if len(text) > cachedText || s.tx.defined || s.tx.status == txFailed {
		return planned{}
	}
	text = strings.TrimRight(text, "; \t\r\n")
	snap, key := s.catalog(), s.planKey()
	return planned{c.find(planCacheKey{text, "", key, snap}), snap, key}
}

func (c *planCache) find(key planCacheKey) planner.Plan {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(*planCacheEntry).plan
}

func (c *planCache) add(key planCacheKey, plan planner.Plan) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != nil {
		return
	}
	c.entries[key] = c.recent.PushFront(&planCacheEntry{key, plan})
	for c.recent.Len() > cachedPlans {
		last := c.recent.Back()
		delete(c.entries, last.Value.(*planCacheEntry).key)
		c.recent.Remove(last)
	}
}

// forget drops all plans that were made against an old catalog.
func (c *planCache) forget(newest *catalog.Snapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.recent.Front(); e != nil; {
		next := e.Next()
		if key := e.Value.(*planCacheEntry).key; key.catalog != newest {
			delete(c.entries, key)
			c.recent.Remove(e)
		}
		e = next
	}
}

func paramKey(params []oid.OID) string {
	b := make([]byte, 0, len(params)*4)
	for _, p := range params {
		b = append(b, byte(p>>24), byte(p>>16), byte(p>>8), byte(p))
	}
	return string(b)
}

// parsedStatement is a helper for callers that have one parsed statement.
func parsedStatement(text string, p *sqlparse.Statement) *statement {
	return &statement{text: text, parsed: p}
}
