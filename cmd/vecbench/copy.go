package main

import (
	"encoding/binary"
)

// copyStream is the whole of COPY … FROM STDIN (FORMAT binary) for a table of
// keys, further bigint columns and vectors. It is made before the clock starts.
func copyStream(d *dataset, columns ...[]int64) []byte {
	return copyRows(d, rowsFrom(0, d.base.Rows()), columns...)
}

// copyRows is a stream of some rows.
func copyRows(d *dataset, rows []int, columns ...[]int64) []byte {
	b := copyHeader(make([]byte, 0, 21+len(rows)*tupleSize(d.base.Dims, len(columns))))
	extra := make([]int64, len(columns))
	for _, row := range rows {
		for j, column := range columns {
			extra[j] = column[row]
		}
		b = copyTuple(b, int64(row), d.base.Row(row), extra...)
	}
	return copyTrailer(b)
}

func copyHeader(dst []byte) []byte {
	dst = append(dst, "PGCOPY\n\xff\r\n\x00"...)
	return append(dst, make([]byte, 8)...) // no flags, no header extension
}

// tupleSize is the length of a tuple of a key, so many bigint columns and a vector.
func tupleSize(dims, columns int) int { return 2 + (4+8)*(1+columns) + 4 + 4 + 4*dims }

func copyTuple(dst []byte, key int64, v []float32, columns ...int64) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(2+len(columns)))
	dst = binary.BigEndian.AppendUint32(dst, 8)
	dst = binary.BigEndian.AppendUint64(dst, uint64(key))
	for _, x := range columns {
		dst = binary.BigEndian.AppendUint32(dst, 8)
		dst = binary.BigEndian.AppendUint64(dst, uint64(x))
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(4+4*len(v)))
	return appendVector(dst, v)
}

func copyTrailer(dst []byte) []byte { return binary.BigEndian.AppendUint16(dst, 0xffff) }
