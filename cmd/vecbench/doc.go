// Command vecbench measures how fast vectors are found, how many of the right
// ones, and what a table of them costs.
//
//	vecbench run        one index over one dataset, in process and over the wire, beside its peers
//	vecbench insert     rates of COPY without and with an index; recall after the table has doubled
//	vecbench filter     searches beside a WHERE, by the share of rows that pass
//	vecbench delete     half of the rows deleted: recall over the rest, memory after VACUUM
//	vecbench restart    a server stopped, killed and started: time to the first answer by the index
//	vecbench scale      a set of any size: COPY, build, search, restart; time and memory
//	vecbench roundtrip  what the wire adds to a search, beside what it adds to PostgreSQL
//	vecbench report     all that is asked for, in one table of asked and measured
//	vecbench plot       recall against rate, from what run has written
//	vecbench serve      the server that the others start
//
// Each prints what it found under names, and report looks for these names in its
// table of what is asked (report.go).
//
// # What is asked
//
// Each query of the dataset asks for its k nearest base vectors, one query
// after the other. One subject is asked at one setting (ivfflat.probes or
// hnsw.ef_search) by one number of clients; that is a row of run's report:
//
//	recall      part of the true nearest that was found, by key, mean
//	QPS         queries a second, all clients together
//	per CPU s   queries a second of processor time of the process that searches
//	p50, p99    of the time that one query takes its client
//	estimated   vectors measured by their codes, for one query
//	candidates  vectors measured exactly, for one query
//	allocs      objects allocated for one query by the process that searches
//
// The true nearest are found once by exact search in float64 ranks and kept
// beside the dataset.
//
// # The datasets
//
//	words      340,479 word vectors of 100 dimensions, by cosine  (make datasets)
//	mnist      60,000 pictures of 784, by L2                      (make datasets)
//	digits     1,598 pictures of 64, by L2, for a first look
//	clustered-ROWSxDIMS  drawn with a fixed seed, by L2; see clustered.go
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
// Their builds use one thread, ours all processors. --python names another
// Python, such as one whose hnswlib was built for this machine's processor, and
// --factory another index of FAISS.
//
// # Other work on the machine
//
// All subjects and settings take turns, and that --runs times. A row shows the
// medians. A ratio is the median over the runs of the quotient of two rates
// of the same run: of the best that either subject reached with a recall of at
// least the floor, or of ours to the peer's at the setting of --against, or of
// both at equal recall, where ours is interpolated between settings. What slows
// down one run slows down both of its sides, though not alike when there is more
// work than processors: then the ratio of queries a second of processor time
// says more.
package main
