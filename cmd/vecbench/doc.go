// Command vecbench measures how fast vectors are found, and how many of the
// right ones.
//
//	vecbench run    measure one index over one dataset
//	vecbench plot   draw recall against rate from what run has written
//	vecbench serve  be the server that run --mode wire starts
//
// # What is asked
//
// Each query of the dataset asks for its k nearest base vectors, one query
// after the other. One subject is asked at one setting (ivfflat.probes or
// hnsw.ef_search) by one number of clients; that is a row of the report:
//
//	recall      part of the true nearest that was found, by key, mean
//	QPS         queries a second, all clients together
//	per CPU s   queries a second of processor time of the process that searches
//	p50, p99    of the time that one query takes its client
//	estimated   vectors measured by their codes, for one query
//	candidates  vectors measured exactly, for one query
//
// The true nearest are found once by exact search in float64 ranks and kept
// beside the dataset.
//
// # The subjects
//
//	engine   the index packages, called directly
//	session  the executor: a prepared statement bound and executed
//	wire     a server in a process of its own, asked by pgx: prepared, binary
//	faiss    Debian's python3-faiss, IVF of the same lists, Flat; one thread
//	hnswlib  Debian's python3-hnswlib of the same m and ef_construction; one thread
//
// The peers are given all queries in one call, which is the fastest way to ask
// them; for exact search, where that would be another algorithm, one by one.
// Their builds use one thread, ours all processors.
//
// # Other work on the machine
//
// All subjects and settings take turns, and that --runs times. A row shows the
// medians. A ratio is the median over the runs of the quotient of two rates
// of the same run: of the best that either subject reached with a recall of at
// least the floor. What slows down one run slows down both of its sides, though
// not alike when there is more work than processors: then the ratio of queries
// a second of processor time says more.
package main
