package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/pgerr"
)

func TestErrorFields(t *testing.T) {
	e := &pgerr.Error{
		Code: "23505", Message: "m", Detail: "d", Hint: "h", Position: 7, Where: "w",
		Schema: "s", Table: "t", Column: "c", DataType: "y", Constraint: "n",
	}
	want := pgproto3.ErrorResponse{
		Severity: "ERROR", SeverityUnlocalized: "ERROR", Code: "23505", Message: "m", Detail: "d", Hint: "h",
		Position: 7, Where: "w", SchemaName: "s", TableName: "t", ColumnName: "c", DataTypeName: "y", ConstraintName: "n",
	}
	if g, w := showFault(appendError(nil, e, "ERROR")[5:]), showFault(appendMessage(nil, &want)[5:]); g != w {
		t.Errorf("got %s, want %s", g, w)
	}
	// What an error quotes must not end its field, and S, V, C and M are
	// always there.
	if got := showFault(appendError(nil, &pgerr.Error{Detail: "a\x00Mb"}, "FATAL")[5:]); got != " S=FATAL V=FATAL C=XX000 M=missing error text D=a" {
		t.Errorf("got %s", got)
	}
	if got := appendNotice(nil, pgerr.Warning("01000", "w")); got[0] != 'N' || !bytes.Contains(got, []byte("SWARNING\x00")) {
		t.Errorf("got %q", got)
	}
}

// playScript plays lines to a fresh session and shows what comes after its start.
func playScript(t *testing.T, lines string) string {
	t.Helper()
	packet, _, err := encodeScript(lines)
	if err != nil {
		t.Fatal(err)
	}
	answer := play(append(bytes.Clone(hello), packet...), newFakeBackend(), slog.New(slog.DiscardHandler))
	_, rest, ok := bytes.Cut(answer, []byte("Z\x00\x00\x00\x05I"))
	if !ok {
		t.Fatalf("no session: %q", answer)
	}
	var out strings.Builder
	for c := (&client{r: bufio.NewReader(bytes.NewReader(rest))}); ; {
		typ, body, err := c.receive()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(showMessage(typ, body) + "\n")
	}
}

func TestFailures(t *testing.T) {
	for text, err := range map[string]error{
		"PLAIN": io.ErrClosedPipe,
		"FATAL": pgerr.New("XX001", "the disk is gone").WithSeverity(pgerr.SeverityFatal),
		"PANIC": pgerr.New("XX000", "worse").WithSeverity(pgerr.SeverityPanic),
	} {
		fakeStatements[text] = fails(err)
		defer delete(fakeStatements, text)
	}
	for _, c := range []struct{ name, script, want string }{
		{
			"an error that is none of Postgres's", `query "PLAIN"`,
			"ErrorResponse S=ERROR V=ERROR C=XX000 M=io: read/write on closed pipe\nReadyForQuery I\n",
		},
		{
			"a fatal one", "query \"FATAL\"\nquery \"SELECT 1\"",
			"ErrorResponse S=FATAL V=FATAL C=XX001 M=the disk is gone\n",
		},
		{
			"a panic, as Postgres calls it", "parse \"\" \"PANIC\"\nbind \"\" \"\"\nexecute \"\"\nsync",
			"ParseComplete\nBindComplete\nErrorResponse S=FATAL V=FATAL C=XX000 M=worse\n",
		},
		{
			"the largest number of parameters", "parse \"\" \"SELECT 1\"\nbind \"\" \"\"" + strings.Repeat(" NULL", 65535) + "\nsync",
			"ParseComplete\nErrorResponse S=ERROR V=ERROR C=08P01 M=bind message supplies 65535 parameters, but prepared statement \"\" requires 0\nReadyForQuery I\n",
		},
		{
			"a client that leaves in the middle of COPY", "query \"COPY t FROM STDIN\"\ncopydata \"1\\tx\\n\"",
			"CopyInResponse [0 0 2 0 0 0 0]\n",
		},
		{
			"a client that leaves in the middle of a message", "query \"SELECT 1\"\nraw x'5100'",
			"RowDescription (?column? table=0.0 type=23 len=4 typmod=-1 format=0)\nDataRow \"1\"\nCommandComplete \"SELECT 1\"\nReadyForQuery I\n",
		},
	} {
		if got := playScript(t, c.script); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// TestRefusedSession: what Connect says ends the connection.
func TestRefusedSession(t *testing.T) {
	packet := []byte("\x00\x00\x00\x00\x00\x03\x00\x00user\x00a\x00database\x00nowhere\x00\x00")
	packet[3] = byte(len(packet))
	answer := play(packet, newFakeBackend(), slog.New(slog.DiscardHandler))
	if !bytes.Contains(answer, []byte("SFATAL\x00VFATAL\x00C3D000\x00Mdatabase \"nowhere\" does not exist\x00")) {
		t.Errorf("the client heard %q", answer)
	}
}
