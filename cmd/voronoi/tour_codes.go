package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"voronoi/testdata/digits"
)

// parseVector reads a vector's text form.
func parseVector(s string) ([]float32, error) {
	fields := strings.Split(strings.Trim(s, "[]"), ",")
	v := make([]float32, len(fields))
	for i, field := range fields {
		f, err := strconv.ParseFloat(field, 32)
		if err != nil {
			return nil, err
		}
		v[i] = float32(f)
	}
	return v, nil
}

// shades are grey values from none to full.
var shades = []rune(" ░▒▓█")

// drawPictures draws pictures beside each other, each pixel two characters wide.
func drawPictures(w io.Writer, captions []string, pictures [][]float32) {
	const width = 2*digits.Side + 3
	for _, c := range captions {
		fmt.Fprintf(w, "  %-*s", width, c)
	}
	fmt.Fprintln(w)
	for y := range digits.Side {
		for _, p := range pictures {
			var line strings.Builder
			for x := range digits.Side {
				shade := int(p[y*digits.Side+x] / 16 * float32(len(shades)))
				shade = min(max(shade, 0), len(shades)-1)
				line.WriteRune(shades[shade])
				line.WriteRune(shades[shade])
			}
			fmt.Fprintf(w, "  %s   ", line.String())
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
}

func (g *guide) codes() error {
	g.title("Product quantization")
	g.say("All 1,797 digits. Each picture is cut into 16 pieces of 4 pixels, and each piece\nreplaced by the number of the most similar of 32 trained ones: 256 bytes become 10.")
	if err := g.do("CREATE TABLE images (id int PRIMARY KEY, label int, embedding vector(64), code smallint[])"); err != nil {
		return err
	}
	if err := g.load("images", len(g.labels)); err != nil {
		return err
	}
	if err := g.ask("SELECT * FROM pq_train('images', column_name => 'embedding', m => 16, k => 32, seed => 1)"); err != nil {
		return err
	}
	if err := g.do("UPDATE images SET code = pq_encode('images_embedding_pq', embedding)"); err != nil {
		return err
	}
	g.say("Image 11, a %d, its code, and what the code says it looks like:", g.labels[11])
	if err := g.ask("SELECT code FROM images WHERE id = 11"); err != nil {
		return err
	}
	decoded, err := g.value("SELECT pq_decode('images_embedding_pq', code) FROM images WHERE id = 11")
	if err != nil {
		return err
	}
	reconstruction, err := parseVector(decoded)
	if err != nil {
		return err
	}
	fmt.Fprintln(g.out)
	drawPictures(g.out, []string{"image 11", "reconstruction"}, [][]float32{g.picture(11), reconstruction})
	g.say("The compression's error, as a mean distance and beside the length of the vectors:")
	if err := g.ask("SELECT avg(embedding <-> pq_decode('images_embedding_pq', code)) AS error, avg(vector_norm(embedding)) AS length FROM images"); err != nil {
		return err
	}
	g.say("The 20 nearest to image 11 by asymmetric distance: the query is exact, the others\nare codes, and a table of distances to the 32 pieces at each place does the rest.")
	return g.ask("SELECT row_number() OVER (ORDER BY d) AS rank, id, label, d AS distance FROM (SELECT id, label, pq_distance('images_embedding_pq', $1, code) AS d FROM images) AS coded ORDER BY d LIMIT 20",
		literal(g.picture(11)))
}

// listRecall measures indexes of several sizes at several numbers of probes.
func (g *guide) listRecall() error {
	g.title("Recall of the k-means index")
	g.say("recall@10 and queries per second inside the server, by lists and probes:")
	var rows [][][]byte
	probes := []int{1, 2, 4, 8}
	names := []string{"lists"}
	for _, p := range probes {
		names = append(names, fmt.Sprintf("probes=%d", p))
	}
	for _, lists := range []int{8, 16, 32, 64} {
		index, err := g.value("SELECT index_name FROM ivf_build('images', column_name => 'embedding', lists => $1, seed => 1)", lists)
		if err != nil {
			return err
		}
		row := [][]byte{[]byte(strconv.Itoa(lists))}
		for _, p := range probes {
			cell, err := g.value("SELECT to_char(recall, '0.000') || ' at ' || round(qps) || '/s' FROM knn_recall($1, k => 10, probes => $2, sample => 200)", index, p)
			if err != nil {
				return err
			}
			row = append(row, []byte(strings.TrimSpace(cell)))
		}
		rows = append(rows, row)
		if _, err := g.conn.Exec(g.ctx, "DROP INDEX "+index); err != nil {
			return err
		}
	}
	printRows(g.out, names, rows)
	return nil
}

// codeRecall measures codes of several sizes: how many of the 10 nearest are
// among the 10 nearest by code.
func (g *guide) codeRecall() error {
	g.title("Recall of the codes")
	g.say("recall@10 by code alone and queries per second through SQL, by pieces (m) and\ncentroids (k):")
	var rows [][][]byte
	sizes := []int{16, 32, 64, 256}
	names := []string{"m"}
	for _, k := range sizes {
		names = append(names, fmt.Sprintf("k=%d", k))
	}
	for _, m := range []int{4, 8, 16, 32} {
		row := [][]byte{[]byte(strconv.Itoa(m))}
		for _, k := range sizes {
			recall, rate, err := g.measureCodes(m, k)
			if err != nil {
				return err
			}
			row = append(row, fmt.Appendf(nil, "%.3f at %.0f/s", recall, rate))
		}
		rows = append(rows, row)
	}
	printRows(g.out, names, rows)
	return nil
}

func (g *guide) measureCodes(m, k int) (recall, rate float64, err error) {
	codebook, err := g.value("SELECT codebook FROM pq_train('images', column_name => 'embedding', m => $1, k => $2, seed => 1)", m, k)
	if err != nil {
		return 0, 0, err
	}
	if _, err := g.conn.Exec(g.ctx, "UPDATE images SET code = pq_encode($1, embedding)", codebook); err != nil {
		return 0, 0, err
	}
	const queries = 20
	var spent time.Duration
	found := 0
	for i := range queries {
		query := literal(g.picture(i * 89))
		_, truth, err := g.query("SELECT id FROM knn('images', $1, k => 10, exact => true)", query)
		if err != nil {
			return 0, 0, err
		}
		near := map[string]bool{}
		for _, row := range truth {
			near[string(row[0])] = true
		}
		begin := time.Now()
		_, rows, err := g.query("SELECT id FROM images ORDER BY pq_distance($1, $2, code), id LIMIT 10", codebook, query)
		if err != nil {
			return 0, 0, err
		}
		spent += time.Since(begin)
		for _, row := range rows {
			if near[string(row[0])] {
				found++
			}
		}
	}
	return float64(found) / (10 * queries), queries / spent.Seconds(), nil
}
