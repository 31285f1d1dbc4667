package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestDemo: what the README promises first.
func TestDemo(t *testing.T) {
	var out, err bytes.Buffer
	if status := run(t.Context(), []string{"demo"}, streams{&out, &err}); status != 0 {
		t.Fatalf("status %d\n%s\n%s", status, out.String(), err.String())
	}
	for _, want := range []string{"northeast", "COPY 1000", "COPY 1797", "list 4:", "reconstruction", "probes=8", "k=256", "psql -h"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
