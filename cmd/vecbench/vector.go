package main

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// vector is a parameter of that type. Its binary form is the number of
// dimensions as an int16, two zero bytes, and the float32, big-endian.
type vector []float32

func appendVector(dst []byte, v []float32) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(v)))
	dst = binary.BigEndian.AppendUint16(dst, 0)
	for _, x := range v {
		dst = binary.BigEndian.AppendUint32(dst, math.Float32bits(x))
	}
	return dst
}

// vectorCodec sends vectors; none are received.
type vectorCodec struct{}

var errOnlySent = errors.New("vectors are only sent")

func (vectorCodec) FormatSupported(format int16) bool { return format == pgx.BinaryFormatCode }
func (vectorCodec) PreferredFormat() int16            { return pgx.BinaryFormatCode }

func (vectorCodec) PlanEncode(_ *pgtype.Map, _ uint32, _ int16, value any) pgtype.EncodePlan {
	if _, ok := value.(vector); !ok {
		return nil
	}
	return vectorPlan{}
}

type vectorPlan struct{}

func (vectorPlan) Encode(value any, dst []byte) ([]byte, error) {
	return appendVector(dst, value.(vector)), nil
}

func (vectorCodec) PlanScan(*pgtype.Map, uint32, int16, any) pgtype.ScanPlan { return nil }

func (vectorCodec) DecodeDatabaseSQLValue(*pgtype.Map, uint32, int16, []byte) (driver.Value, error) {
	return nil, errOnlySent
}

func (vectorCodec) DecodeValue(*pgtype.Map, uint32, int16, []byte) (any, error) {
	return nil, errOnlySent
}
