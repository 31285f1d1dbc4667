package main

import (
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// The demonstration is a script: comments are shown, statements shown and run,
// and "\load x" fills table x.
var (
	//go:embed demo.sql
	demoScript string
	//go:embed colours.txt
	demoColours []byte
)

// demo runs a server that keeps nothing and shows it to a client.
func demo(ctx context.Context, args []string, s streams) error {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	listen := f.String("listen", "127.0.0.1:0", "`address` to listen on; port 0 is any free one")
	keep := f.Bool("keep", false, "go on serving afterwards, for psql")
	if err := parseFlags(f, args, s); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shown := make(chan error, 1)
	err := start(ctx, config{data: ":memory:", listen: *listen, log: log}, func(addr net.Addr) {
		go func() {
			err := show(ctx, addr.(*net.TCPAddr), s.out)
			if err == nil && *keep {
				fmt.Fprintf(s.out, "\nServing until interrupted: psql -h %s -p %d -U demo\n", addr.(*net.TCPAddr).IP, addr.(*net.TCPAddr).Port)
				<-ctx.Done()
			}
			shown <- err
			cancel()
		}()
	})
	if err != nil {
		return err
	}
	return <-shown
}

// show plays the script to a server.
func show(ctx context.Context, addr *net.TCPAddr, out io.Writer) error {
	conn, err := pgconn.Connect(ctx, fmt.Sprintf("host=%s port=%d user=demo dbname=demo sslmode=disable", addr.IP, addr.Port))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for line := range strings.Lines(demoScript) {
		line = strings.TrimSpace(line)
		if comment, ok := strings.CutPrefix(line, "-- "); ok {
			fmt.Fprintf(out, "\n%s\n\n", comment)
			continue
		}
		fmt.Fprintln(out, "=>", line)
		if table, ok := strings.CutPrefix(line, `\load `); ok {
			err = load(ctx, conn, table, out)
		} else {
			err = ask(ctx, conn, line, out)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	return nil
}

// load fills a table by COPY.
func load(ctx context.Context, conn *pgconn.PgConn, table string, out io.Writer) error {
	copies := map[string]struct {
		columns string
		data    []byte
	}{
		"colours": {"name, rgb", demoColours},
		"points":  {"id, embedding", clusters(20000, 64, 200)},
	}
	c := copies[table]
	tag, err := conn.CopyFrom(ctx, bytes.NewReader(c.data), fmt.Sprintf("COPY %s (%s) FROM STDIN", table, c.columns))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, tag)
	return nil
}

// clusters makes lines of COPY text: a number and a vector, one of n points
// scattered around k centres. They are the same every time.
func clusters(n, dims, k int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	centres := make([][]float64, k)
	for i := range centres {
		centres[i] = make([]float64, dims)
		for j := range centres[i] {
			centres[i][j] = 0.4 * r.NormFloat64()
		}
	}
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "%d\t[", i)
		for j, c := range centres[r.IntN(k)] {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%.4f", c+0.5*r.NormFloat64())
		}
		b.WriteString("]\n")
	}
	return b.Bytes()
}

// ask runs a statement and shows its rows in columns.
func ask(ctx context.Context, conn *pgconn.PgConn, sql string, out io.Writer) error {
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.FieldDescriptions == nil {
			fmt.Fprintln(out, r.CommandTag)
			continue
		}
		var names []string
		for _, d := range r.FieldDescriptions {
			names = append(names, d.Name)
		}
		printRows(out, names, r.Rows)
	}
	return nil
}
