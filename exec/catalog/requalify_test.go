package catalog

import (
	"testing"

	"voronoi/internal/oid"
)

func TestRequalify(t *testing.T) {
	s := shop(t)
	for _, c := range []struct{ expr, visible, hidden string }{
		{"nextval('items_id_seq'::regclass)", "nextval('items_id_seq'::regclass)", "nextval('public.items_id_seq'::regclass)"},
		{"nextval('public.items_id_seq'::regclass)", "nextval('items_id_seq'::regclass)", "nextval('public.items_id_seq'::regclass)"},
		{"(feel = 'sad'::mood)", "(feel = 'sad'::mood)", "(feel = 'sad'::public.mood)"},
		{"(feel = 'sad'::public.mood)", "(feel = 'sad'::mood)", "(feel = 'sad'::public.mood)"},
		{"ARRAY['sad'::mood, 'it''s::mood'::text]", "ARRAY['sad'::mood, 'it''s::mood'::text]", "ARRAY['sad'::public.mood, 'it''s::mood'::text]"},
		{"('{}'::mood[])", "('{}'::mood[])", "('{}'::public.mood[])"},
		{"(price > (0)::numeric)", "(price > (0)::numeric)", "(price > (0)::numeric)"},
		{"((name)::text = 'x'::character varying(3))", "((name)::text = 'x'::character varying(3))", "((name)::text = 'x'::character varying(3))"},
		{"'nothing'::regclass", "'nothing'::regclass", "'nothing'::regclass"},
		{"now()", "now()", "now()"},
	} {
		if got := s.naming(defaultPath).requalify(c.expr, oid.PublicSchema); got != c.visible {
			t.Errorf("%s under the default path: %s", c.expr, got)
		}
		if got := s.naming([]oid.OID{oid.PGCatalogSchema}).requalify(c.expr, oid.PublicSchema); got != c.hidden {
			t.Errorf("%s under an empty path: %s, not %s", c.expr, got, c.hidden)
		}
	}
}
