// Package hnsw is the graph index: hierarchical navigable small worlds (Malkov
// and Yashunin, "Efficient and robust approximate nearest neighbor search
// using Hierarchical Navigable Small World graphs", 2016).
//
// Each slot is a node on layer 0 and, with a probability of 1/m for each
// further one, on the layers above. A search walks the top layer greedily to
// the node nearest to the query, goes down from there layer by layer, and on
// layer 0 keeps the ef best nodes seen while it expands the nearest one that
// it has not expanded.
//
// # Nodes that a search may not deliver
//
// Dead slots and rows that the filter refuses lead the way like all others but
// do not count among the ef best, so they cost work and not results. A search
// that is asked for more rows goes on from where it stopped, with twice the
// ef; when nothing can be reached any more, it measures the slots that it has
// not met. So a LIMIT is filled whenever enough rows match, and what comes
// later may be nearer than what came before (Relaxed). SearchOptions.Strict
// ends with the first ef instead.
//
// # Writing beside readers
//
// The neighbors of a node are a fixed block of atomic words. A writer replaces
// them one by one; a reader who comes between sees some old and some new ones,
// all of which are nodes and therefore good enough to walk by. A node's own
// neighbors are written before any other points to it.
//
// # Building on all processors, always the same graph
//
// A build inserts batches. All nodes of a batch look for their neighbors in
// the graph as it was before it, and among the earlier nodes of the batch
// itself by brute force; then all links are made, those into one node in order
// of their origin. Nothing depends on who comes first.
//
// # Invariants
//
//  1. A slot without a direction under the cosine metric (a zero vector) is in
//     no neighbor list; searches deliver it last, at NaN.
//  2. An ef of a quarter of the slots or more delivers what flat search
//     delivers, in its order: all is measured.
//  3. The vectors of the searching transaction itself are always found.
//  4. Same vectors in the same order, same options and seed: same graph.
package hnsw
