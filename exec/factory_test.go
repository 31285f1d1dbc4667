package exec

import (
	"errors"
	"testing"

	"voronoi/internal/pgerr"
)

func TestParseFactory(t *testing.T) {
	for s, want := range map[string]string{
		"Flat":                             "",
		"IVF1024,Flat":                     "ivfflat WITH (lists = 1024)",
		"IVF1024,PQ50x4fs,RFlat":           "ivfpq WITH (lists = 1024, m = 50, nbits = 4)",
		"IVF1024, PQ50x4 , Refine(Flat)":   "ivfpq WITH (lists = 1024, m = 50, nbits = 4)",
		"IVF64,PQ8":                        "ivfpq WITH (lists = 64, m = 8, nbits = 8, rerank = 0)",
		"OPQ16,IVF1024,PQ50x4fs,RFlat":     "ivfpq WITH (opq = true, opq_m = 16, lists = 1024, m = 50, nbits = 4)",
		"OPQ16_64,IVF256,PQ16x8":           "ivfpq WITH (opq = true, opq_m = 16, opq_dims = 64, lists = 256, m = 16, nbits = 8, rerank = 0)",
		"PQ16":                             "pq WITH (m = 16, nbits = 8, rerank = 0)",
		"OPQ8,PQ8x4fs,RFlat":               "pq WITH (opq = true, opq_m = 8, m = 8, nbits = 4)",
		"HNSW":                             "hnsw",
		"HNSW32":                           "hnsw WITH (m = 32)",
		"HNSW32,Flat":                      "hnsw WITH (m = 32)",
		"IVF1024,RaBitQ":                   "ivfpq WITH (lists = 1024, nbits = 1, rerank = 0)",
		"RaBitQ,RFlat":                     "pq WITH (nbits = 1)",
		"IVF1024_HNSW32,Flat":              `0A000 "IVF1024_HNSW32" of factory string "IVF1024_HNSW32,Flat" is not supported`,
		"PCA64,IVF1024,Flat":               `0A000 "PCA64" of factory string "PCA64,IVF1024,Flat" is not supported`,
		"IVF1024,PQ50x6":                   `0A000 "PQ50x6" of factory string "IVF1024,PQ50x6" is not supported`,
		"IVF1024,SQ8":                      `0A000 "SQ8" of factory string "IVF1024,SQ8" is not supported`,
		"IVF1024,PQ50,Flat":                `0A000 "Flat" of factory string "IVF1024,PQ50,Flat" is not supported`,
		"OPQ16,IVF1024,Flat":               `0A000 "OPQ with Flat" of factory string "OPQ16,IVF1024,Flat" is not supported`,
		"PQ8,IVF1024":                      `0A000 "IVF1024" of factory string "PQ8,IVF1024" is not supported`,
		"IVF1024,HNSW32":                   `0A000 "HNSW with other parts than Flat" of factory string "IVF1024,HNSW32" is not supported`,
		"IVF1024":                          `22023 factory string "IVF1024" does not say how vectors are kept`,
		"":                                 `0A000 "" of factory string "" is not supported`,
		"IVF1024,PQ50x4fs,RFlat'); DROP--": `0A000 "RFlat'); DROP--" of factory string "IVF1024,PQ50x4fs,RFlat'); DROP--" is not supported`,
	} {
		f, err := parseFactory(s)
		have := f.method + f.with()
		var e *pgerr.Error
		if errors.As(err, &e) {
			have = string(e.Code) + " " + e.Message
		}
		if have != want {
			t.Errorf("%s\nhave %s\nwant %s", s, have, want)
		}
	}
}
