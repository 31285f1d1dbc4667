package builtin

import (
	"crypto/rand"

	"voronoi/internal/datum"
)

func uuidFunctions() Table {
	return Table{
		// A random UUID, version 4 of RFC 4122.
		"gen_random_uuid": pure(func([]datum.Datum) (datum.Datum, error) {
			u := make([]byte, 16)
			if _, err := rand.Read(u); err != nil {
				return datum.Null, err
			}
			u[6] = u[6]&0x0f | 0x40
			u[8] = u[8]&0x3f | 0x80
			return datum.Blob(u), nil
		}),
	}
}
