// Package pq is product quantization: a vector is cut into m parts, and each
// part is replaced by the number of the nearest of ksub centroids trained for
// it, so that a vector becomes a code of m bytes (Jégou, Douze and Schmid,
// "Product Quantization for Nearest Neighbor Search", 2011).
//
// A query is compared with codes without decoding them (ADC, asymmetric
// distance computation): its squared distances to all centroids of all parts
// make a table of m × ksub, and the squared distance to a code is the sum of m
// entries. ADC(query, code) is the distance of the query to the decoded code.
//
// Codes of parts lose less when the vectors are rotated first: [TrainRotation]
// learns how. [Binary] is quantization to a bit a dimension, which needs no
// training but a rotation at random. Codes lie in blocks of vectorops.ScanBlock
// vectors ([Codebook.Pack]), which a query scans by the table of bytes that a
// [Tabulator] makes of it.
//
// Distances are L2. Vectors to be compared by cosine are normalized before
// they are trained on, encoded and searched for.
//
// # Invariants
//
//  1. Encoding what a code decodes to gives the code again, for codes that
//     came from Encode.
//  2. Same vectors, same options and seed: same codebook.
//  3. A codebook that was marshalled comes back bit for bit, or not at all.
package pq
