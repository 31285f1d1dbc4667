package index

import (
	"bytes"
	"errors"
	"testing"
)

func TestSegmentRefusesDamage(t *testing.T) {
	stamp := Stamp{Epoch: [16]byte{1, 2, 3}, Seq: 9}
	var buf bytes.Buffer
	if err := WriteSegment(&buf, "ivf", 1, stamp, []byte("some body")); err != nil {
		t.Fatal(err)
	}
	good := buf.Bytes()
	if body, err := ReadSegment(bytes.NewReader(good), "ivf", 1, stamp); err != nil || string(body) != "some body" {
		t.Fatalf("%q, %v", body, err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 4
		if _, err := ReadSegment(bytes.NewReader(bad), "ivf", 1, stamp); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := ReadSegment(bytes.NewReader(good[:i]), "ivf", 1, stamp); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	for name, read := range map[string]func() ([]byte, error){
		"kind":    func() ([]byte, error) { return ReadSegment(bytes.NewReader(good), "hnsw", 1, stamp) },
		"version": func() ([]byte, error) { return ReadSegment(bytes.NewReader(good), "ivf", 2, stamp) },
		"epoch":   func() ([]byte, error) { return ReadSegment(bytes.NewReader(good), "ivf", 1, Stamp{Seq: 9}) },
		"commit": func() ([]byte, error) {
			return ReadSegment(bytes.NewReader(good), "ivf", 1, Stamp{Epoch: stamp.Epoch, Seq: 8})
		},
	} {
		if _, err := read(); !errors.Is(err, ErrStale) {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

func FuzzReadSegment(f *testing.F) {
	var buf bytes.Buffer
	if err := WriteSegment(&buf, "ivf", 1, Stamp{}, []byte("x")); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		body, err := ReadSegment(bytes.NewReader(b), "ivf", 1, Stamp{})
		if err == nil && len(body) > len(b) {
			t.Error("the body is longer than the segment")
		}
	})
}
