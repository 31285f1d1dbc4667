package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// exampleSegment is a segment with something of every kind in it.
func exampleSegment(t testing.TB) []byte {
	var buf bytes.Buffer
	s := WriteSegment(&buf, "ivf", 1, &Roster{Keys: []int64{7, -2}, Digests: []uint64{1 << 60, 3}})
	s.U8(9)
	s.U32(1 << 31)
	s.U64(1 << 63)
	s.U32s([]uint32{1, 2, 3})
	s.F32s([]float32{0.5, -2})
	s.Bytes([]byte("some bytes"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// readExample is why the example cannot be read, or nil if it was as written.
func readExample(t testing.TB, b []byte, kind string, version uint32) error {
	s, err := ReadSegment(bytes.NewReader(b), int64(len(b)), kind, version, 2)
	if err != nil {
		return err
	}
	u8, u32, u64, u32s := s.U8(), s.U32(), s.U64(), s.U32s(3)
	f32s := make([]float32, 2)
	s.ReadF32s(f32s)
	text := s.Bytes(10)
	if err := s.Finish(); err != nil {
		return err
	}
	if !slices.Equal(s.Roster.Keys, []int64{7, -2}) || !slices.Equal(s.Roster.Digests, []uint64{1 << 60, 3}) ||
		u8 != 9 || u32 != 1<<31 || u64 != 1<<63 || !slices.Equal(u32s, []uint32{1, 2, 3}) || !slices.Equal(f32s, []float32{0.5, -2}) || string(text) != "some bytes" {
		t.Errorf("read %v %v %v %v %v %v %q", s.Roster, u8, u32, u64, u32s, f32s, text)
	}
	return nil
}

func TestSegmentRefusesDamage(t *testing.T) {
	good := exampleSegment(t)
	if err := readExample(t, good, "ivf", 1); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 4
		// A changed kind or version is as good as another's.
		want := ErrDamaged
		if i >= 8 && i < 16 {
			want = ErrStale
		}
		if err := readExample(t, bad, "ivf", 1); !errors.Is(err, want) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if err := readExample(t, good[:i], "ivf", 1); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	if err := readExample(t, append(bytes.Clone(good), 0), "ivf", 1); !errors.Is(err, ErrDamaged) {
		t.Errorf("a byte too many: %v", err)
	}
	for _, kind := range []string{"hnsw", "iv"} {
		if err := readExample(t, good, kind, 1); !errors.Is(err, ErrStale) {
			t.Errorf("read as %s: %v", kind, err)
		}
	}
	if err := readExample(t, good, "ivf", 2); !errors.Is(err, ErrStale) {
		t.Errorf("read as version 2: %v", err)
	}
}

// TestSegmentOfAnySize: whatever lies across the ends of buffers.
func TestSegmentOfAnySize(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		var buf bytes.Buffer
		roster := &Roster{Keys: make([]int64, rng.IntN(100000)), Digests: nil}
		for i := range roster.Keys {
			roster.Keys[i] = rng.Int64()
			roster.Digests = append(roster.Digests, rng.Uint64())
		}
		s := WriteSegment(&buf, "x", 3, roster)
		var parts [][]uint32
		for range 30 {
			part := make([]uint32, rng.IntN(1<<rng.IntN(20)))
			for i := range part {
				part[i] = rng.Uint32()
			}
			parts = append(parts, part)
			s.U8(byte(len(part)))
			s.U32s(part)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := ReadSegment(&buf, int64(buf.Len()), "x", 3, len(roster.Keys))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if r.U8() != byte(len(part)) || !slices.Equal(r.U32s(len(part)), part) {
				t.Fatal("read something else")
			}
		}
		if err := r.Finish(); err != nil || !slices.Equal(r.Roster.Keys, roster.Keys) || !slices.Equal(r.Roster.Digests, roster.Digests) {
			t.Fatalf("roster differs, or %v", err)
		}
	}
}

// zeros is a hole in a file; it counts what is read of it.
type zeros struct{ read int64 }

func (z *zeros) Read(b []byte) (int, error) {
	clear(b)
	z.read += int64(len(b))
	return len(b), nil
}

// TestSegmentOfHoles: a file that says that it is large, and takes no room on disk,
// takes none in memory.
func TestSegmentOfHoles(t *testing.T) {
	const vectors, size = 1000, 1 << 40
	for _, n := range []uint64{mostRows(vectors) + 1, 1 << 30, maxSlots, size / 16, 1 << 63} {
		head := binary.LittleEndian.AppendUint64(bytes.Clone(exampleSegment(t)[:16]), n)
		var hole zeros
		_, err := ReadSegment(io.MultiReader(bytes.NewReader(head), &hole), size, "ivf", 1, vectors)
		if !errors.Is(err, ErrStale) && !errors.Is(err, ErrDamaged) {
			t.Errorf("%d vectors: %v", n, err)
		}
		if hole.read > segmentBuffer {
			t.Errorf("%d vectors: %d bytes were read", n, hole.read)
		}
	}
}

func FuzzReadSegment(f *testing.F) {
	f.Add(exampleSegment(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ReadSegment(bytes.NewReader(b), int64(len(b)), "ivf", 1, 2)
		if err != nil {
			return
		}
		if 16*len(s.Roster.Keys) > len(b) {
			t.Error("the roster is longer than the segment")
		}
		for s.Left() > 0 && !s.Failed() {
			s.U32s(int(s.U8()))
		}
		if err := s.Finish(); err == nil && s.crc == 0 && len(b) == 0 {
			t.Error("nothing is a segment")
		}
	})
}

// TestMatch compares it with looking up each row.
func TestMatch(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 200 {
		table := NewTable(2)
		n := 1 + rng.IntN(60)
		vec := func() []float32 { return []float32{float32(rng.IntN(3)), 1} }
		for range n {
			switch key := int64(rng.IntN(40)); rng.IntN(6) {
			case 0:
				table.Kill(key)
			case 1:
				mark := table.Mark()
				table.Kill(key)
				table.Append(key, vec())
				table.RollbackTo(mark)
			case 2:
				table.Kill(key)
				table.Append(key, vec())
			default:
				table.Append(key, vec())
			}
		}
		table.Publish(1)
		table.Commit()
		view := table.View()
		r := &Roster{}
		var placed []bool
		for range rng.IntN(60) {
			key := int64(rng.IntN(40))
			if round%2 == 0 && len(r.Keys) > 0 {
				key = r.Keys[len(r.Keys)-1] + int64(rng.IntN(3))
			}
			r.Keys, r.Digests = append(r.Keys, key), append(r.Digests, Digest(vec()))
			placed = append(placed, rng.IntN(9) > 0)
		}
		moved, fresh, err := r.Match(t.Context(), &view, placed)
		if err != nil {
			t.Fatal(err)
		}
		owner := map[Slot]int{}
		for row, s := range moved {
			if s == Gone {
				continue
			}
			if !placed[row] || view.Key(s) != r.Keys[row] || view.Digest(s, nil) != r.Digests[row] {
				t.Fatalf("row %d is not in slot %d", row, s)
			}
			if other, taken := owner[s]; taken {
				t.Fatalf("rows %d and %d are both in slot %d", row, other, s)
			}
			owner[s] = row
		}
		for s := range Slot(view.Len()) {
			_, taken := owner[s]
			born, _ := view.stamps(s)
			if slices.Contains(fresh, s) != (!taken && born != never) {
				t.Fatalf("slot %d is fresh or not", s)
			}
			if taken || born == never {
				continue
			}
			// Who is fresh has no row: none that comes first of its key.
			for row, key := range r.Keys {
				if key == view.Key(s) && placed[row] && r.Digests[row] == view.Digest(s, nil) && slices.Index(r.Keys, key) == row && moved[row] == Gone {
					t.Fatalf("slot %d has row %d", s, row)
				}
			}
		}
	}
}

func TestDigest(t *testing.T) {
	seen := map[uint64]string{}
	for n := range 70 {
		vec := make([]float32, n)
		for i := range vec {
			vec[i] = float32(i) / 3
		}
		take := func(what string) {
			d := Digest(vec)
			if other, ok := seen[d]; ok {
				t.Errorf("%d elements, %s: as %s", n, what, other)
			}
			seen[d] = what
		}
		take("whole")
		for i := range vec {
			vec[i] += 1e-3
			take("changed")
			vec[i] -= 1e-3
		}
		for i := 1; i < n; i++ {
			vec[i], vec[i-1] = vec[i-1], vec[i]
			take("swapped")
			vec[i], vec[i-1] = vec[i-1], vec[i]
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	vec := make([]float32, 768)
	b.SetBytes(4 * 768)
	for b.Loop() {
		Digest(vec)
	}
}
