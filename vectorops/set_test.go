package vectorops

import (
	"sync"
	"testing"
	"unsafe"
)

func TestSetViewsWhileAppending(t *testing.T) {
	const dims, n = 5, 5000
	s := NewSet(dims)
	vec := func(i int) []float32 { return []float32{float32(i), 1, 2, 3, float32(-i)} }
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for done := 0; done < n; {
				v := s.View()
				if v.Len() < done {
					t.Error("a later view is shorter")
					return
				}
				done = v.Len()
				seen := 0
				for c := range v.Chunks() {
					m, first := v.Chunk(c)
					for j := range m.Rows() {
						if i := first + j; m.Row(j)[0] != float32(i) || m.Row(j)[4] != float32(-i) {
							t.Errorf("slot %d holds %v", i, m.Row(j))
							return
						}
						seen++
					}
				}
				if seen != v.Len() {
					t.Errorf("chunks hold %d vectors of %d", seen, v.Len())
					return
				}
			}
		})
	}
	for i := range n {
		if slot := s.Append(vec(i)); slot != i {
			t.Fatalf("slot %d for vector %d", slot, i)
		}
	}
	wg.Wait()
}

func TestChunksAreAligned(t *testing.T) {
	for _, dims := range []int{1, 3, 100, 784, 16000} {
		s := NewSet(dims)
		for range 40 {
			s.Append(make([]float32, dims))
		}
		v := s.View()
		for c := range v.Chunks() {
			m, _ := v.Chunk(c)
			if uintptr(unsafe.Pointer(&m.Data[0]))%alignment != 0 {
				t.Errorf("dims %d: chunk %d is not aligned", dims, c)
			}
		}
	}
	for n := range 40 {
		if f := AlignedFloats(n); len(f) != n {
			t.Errorf("%d floats instead of %d", len(f), n)
		}
	}
}
