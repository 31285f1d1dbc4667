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
// # Invariants
//
//  1. Every slot of the table is in exactly one list.
//  2. Probing all lists first delivers what flat search delivers.
//  3. The vectors of the searching transaction itself are measured whatever
//     list they are in.
//  4. Same vectors in the same order, same options and seed: same index.
package ivf
