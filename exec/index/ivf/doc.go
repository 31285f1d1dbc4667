// Package ivf is the inverted-list index: k-means divides the space, each
// vector is in the list of its nearest centroid, and a search measures the
// vectors of the lists whose centroids are nearest to the query.
//
// # Which centroid is nearest
//
// For L2 and L1, by Euclidean distance. For cosine and inner product the
// centroids have length one, as has every vector before it is compared with
// them: lists are cones, and probing goes by the angle. (pgvector clusters the
// same way for these two.)
//
// # A search that is not satisfied
//
// Next delivers the rows of the first probes in order. Called again when they
// are spent, it goes on to as many further lists, and so on until all have
// been probed: a LIMIT is filled whenever enough rows match, whatever the
// filter. What comes later may be nearer than what came before, and the cursor
// says so (Relaxed). SearchOptions.Strict gives pgvector's iterative_scan =
// off instead.
//
// # Codes
//
// From some vectors on lists are scanned by codes of four bits for each part of
// a vector, and only what they find near is measured. The codes are of
// residuals where the metric allows that with one table for all lists (coder).
// How many vectors are measured follows from how far the codes are off (refine):
// what the nearest lists give bounds the estimates that are of interest in the
// others.
//
// # Insertions
//
// Lists follow the vectors that come: centroids move, crowded lists are split and
// the smallest dissolved in turn (adapt). Searches go on meanwhile over the state
// that they began with. Over vectors that are not in memory lists stay as they
// are until the index is built again (Outgrown).
//
// # Invariants
//
//  1. Every slot of the table is in exactly one list, and lists ascend.
//  2. Probing all lists first delivers what flat search delivers, if the vectors
//     are in memory and the index does not consist of codes.
//  3. The vectors of the searching transaction itself are measured whatever
//     list they are in.
//  4. Same vectors in the same order, same options and seed: same index.
package ivf
