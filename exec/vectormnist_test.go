package exec

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"voronoi/vectorops"
)

// readVectors reads an .fvecs file of the datasets; the test is skipped where
// they have not been made.
func readVectors(t *testing.T, name string) vectorops.Matrix {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "datasets", name))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("VORONOI_REQUIRE_ORACLE") == "" {
		t.Skip("the datasets have not been made: make datasets")
	}
	if err != nil {
		t.Fatal(err)
	}
	dims := int(binary.LittleEndian.Uint32(b))
	m := vectorops.NewMatrix(len(b)/(4*dims+4), dims)
	for i := range m.Rows() {
		row := b[i*(4*dims+4)+4:]
		for j := range dims {
			m.Row(i)[j] = math.Float32frombits(binary.LittleEndian.Uint32(row[4*j:]))
		}
	}
	return m
}

// binaryCopy is a COPY in binary format of rows (id integer, v vector), numbered
// from 1.
func binaryCopy(m vectorops.Matrix) []byte {
	b := append(make([]byte, 0, m.Rows()*(m.Dims*4+18)+32), "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	for i := range m.Rows() {
		b = binary.BigEndian.AppendUint16(b, 2)
		b = binary.BigEndian.AppendUint32(b, 4)
		b = binary.BigEndian.AppendUint32(b, uint32(i+1))
		b = binary.BigEndian.AppendUint32(b, uint32(4+4*m.Dims))
		b = binary.BigEndian.AppendUint16(b, uint16(m.Dims))
		b = binary.BigEndian.AppendUint16(b, 0)
		for _, f := range m.Row(i) {
			b = binary.BigEndian.AppendUint32(b, math.Float32bits(f))
		}
	}
	return binary.BigEndian.AppendUint16(b, 0xffff)
}

// imageQueries is how many images are searched for.
const imageQueries = 100

// searchImages finds the ten nearest of each query, exactly and by the index.
func searchImages(c *testClient, queries vectorops.Matrix) (exact, byIndex []string) {
	c.t.Helper()
	c.exec("SET ivfflat.probes = 16")
	for i := range imageQueries {
		q := literal(queries.Row(i))
		ids := func(sql string) string { return strings.ReplaceAll(c.rows(sql, q), "\n", " ") }
		exact = append(exact, ids("SELECT id FROM knn('images', $1, exact => true)"))
		byIndex = append(byIndex, ids("SELECT id FROM images ORDER BY v <-> $1 LIMIT 10"))
	}
	return exact, byIndex
}

// TestImagesServer is the child: it loads the images, builds an index, searches,
// and waits for its end.
func TestImagesServer(t *testing.T) {
	dir, _ := childDir(t)
	images, queries := readVectors(t, "mnist.base.fvecs"), readVectors(t, "mnist.query.fvecs")
	c := openServer(t, dir).connect()
	c.exec("CREATE TABLE images (id int PRIMARY KEY, v vector(784))")
	if _, err := c.query("COPY images FROM STDIN WITH (FORMAT binary)", binaryCopy(images)...); err != nil {
		t.Fatal(describeError(err))
	}
	c.exec("CREATE INDEX ON images USING ivfflat (v vector_l2_ops) WITH (lists = 256)")
	exact, byIndex := searchImages(c, queries)
	for i := range exact {
		say("exact %s", exact[i])
		say("index %s", byIndex[i])
	}
	say("ready")
	select {}
}

// TestImages searches 60,000 images of 784 dimensions, before and after the
// server is killed.
func TestImages(t *testing.T) {
	if testing.Short() {
		t.Skip("a large set")
	}
	images, queries := readVectors(t, "mnist.base.fvecs"), readVectors(t, "mnist.query.fvecs")
	dir := t.TempDir()
	child := startChild(t, "TestImagesServer", dir, 0)
	child.kill()
	var exact, byIndex []string
	for _, line := range child.said {
		how, ids, _ := strings.Cut(line, " ")
		if how == "exact" {
			exact = append(exact, ids)
		} else {
			byIndex = append(byIndex, ids)
		}
	}
	sum := 0.0
	squared := make([]float32, images.Rows())
	for i := range imageQueries {
		vectorops.L2Squared(squared, queries.Row(i), images.Data)
		var nearest vectorops.TopK
		nearest.Reset(10)
		for j, d := range squared {
			nearest.Push(vectorops.Candidate{Rank: float64(d), Key: int64(j + 1)})
		}
		var truth []string
		for _, found := range nearest.Sorted() {
			truth = append(truth, strconv.Itoa(int(found.Key)))
		}
		if exact[i] != strings.Join(truth, " ") {
			t.Errorf("image %d: exact search found %s, want %v", i, exact[i], truth)
		}
		sum += overlap(truth, strings.Fields(byIndex[i]))
	}
	t.Logf("recall %.4f with 16 of 256 lists", sum/imageQueries)
	if sum < 0.98*imageQueries {
		t.Errorf("recall %g with 16 of 256 lists, want 0.98", sum/imageQueries)
	}

	c := openServer(t, dir).connect()
	c.expect("SELECT count(*), sum(size) FROM ivf_lists('images_v_idx')", "256|60000") // waits for the index
	exactAfter, byIndexAfter := searchImages(c, queries)
	if !slices.Equal(exactAfter, exact) {
		t.Error("exact search finds something else after the restart")
	}
	if !slices.Equal(byIndexAfter, byIndex) {
		t.Error("the index finds something else after the restart")
	}
}
