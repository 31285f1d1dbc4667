package wire

import (
	"context"
	"testing"

	"voronoi/exec"
	"voronoi/internal/frontend"
)

// executor makes sessions of the real executor, as cmd/voronoi does.
type executor struct{ *exec.Server }

func (e executor) Connect(ctx context.Context, s frontend.Startup, c frontend.Client) (Session, error) {
	session, err := e.Server.Connect(ctx, s, c)
	if err != nil {
		return nil, err
	}
	return session, nil
}

// TestTranscriptsAgainstExecutor holds the same conversations with the whole
// server.
func TestTranscriptsAgainstExecutor(t *testing.T) {
	server, err := exec.Open(context.Background(), exec.Options{Dir: ":memory:", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	runTranscripts(t, startServer(t, executor{server}, Options{}), false)
}
