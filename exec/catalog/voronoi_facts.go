package catalog

// Voronoi's own functions. They live in pg_catalog, so that every search path
// finds them. Arguments are named, and written with their defaults; columns are
// those of the rows that a function returns.
var voronoiFunctions = []functionFact{
	{oid: 17000, signature: "knn(text,vector,integer,name,text,integer,boolean)", result: "record", source: "voronoi_knn",
		set: true, lax: true, volatile: true, names: knnNames, defaults: knnDefaults,
		comment: "nearest rows of a table: its columns and their distance"},
	{oid: 17001, signature: "knn(regclass,vector,integer,name,text,integer,boolean)", result: "record", source: "voronoi_knn",
		set: true, lax: true, volatile: true, names: knnNames, defaults: knnDefaults,
		comment: "nearest rows of a table: its columns and their distance"},

	{oid: 17002, signature: "cosine_similarity(vector,vector)", result: "double precision",
		comment: "1 minus the cosine distance"},
	{oid: 17003, signature: "euclidean_distance(vector,vector)", result: "double precision",
		comment: "the L2 distance"},

	{oid: 17010, signature: "ivf_build(regclass,name,integer,text,integer,bigint,text)", result: "record",
		set: true, lax: true, volatile: true,
		names:    "relation column_name lists metric iterations seed factory",
		defaults: []string{"NULL::name", "NULL::integer", "'l2'::text", "NULL::integer", "NULL::bigint", "NULL::text"},
		columns:  "index_name text, lists integer, vectors bigint, iterations integer, inertia double precision, milliseconds double precision",
		comment:  "builds an index over a vector column: inverted lists, or what a factory string says"},
	{oid: 17011, signature: "ivf_lists(regclass)", result: "record", set: true, volatile: true,
		names: "index", columns: "list integer, size bigint, centroid vector",
		comment: "the inverted lists of an index"},
	{oid: 17012, signature: "ivf_assign(regclass,vector)", result: "integer", volatile: true,
		names: "index vector", comment: "the inverted list that a vector belongs to"},
	{oid: 17013, signature: "ivf_probe(regclass,vector,integer)", result: "record", set: true, volatile: true,
		names: "index query n", defaults: []string{"NULL::integer"}, lax: true,
		columns: "list integer, distance double precision",
		comment: "the inverted lists nearest to a vector, nearest first"},

	{oid: 17020, signature: "pq_train(regclass,name,integer,integer,bigint,text)", result: "record",
		set: true, lax: true, volatile: true,
		names:    "relation column_name m k seed codebook",
		defaults: []string{"NULL::name", "8", "NULL::integer", "NULL::bigint", "NULL::text"},
		columns:  "codebook text, m integer, k integer, dsub integer, mse double precision",
		comment:  "trains a product quantizer on a vector column"},
	{oid: 17021, signature: "pq_encode(text,vector)", result: "smallint[]", stable: true,
		names: "codebook vector", comment: "the code of a vector"},
	{oid: 17022, signature: "pq_decode(text,smallint[])", result: "vector", stable: true,
		names: "codebook code", comment: "the vector that a code stands for"},
	{oid: 17023, signature: "pq_distance_table(text,vector)", result: "record", set: true, stable: true,
		names: "codebook query", columns: "subspace integer, centroid integer, distance double precision",
		comment: "squared distances of a vector to every centroid of every subspace"},
	{oid: 17024, signature: "pq_distance(text,vector,smallint[])", result: "double precision", stable: true,
		names: "codebook query code", comment: "the asymmetric distance of a vector to a code"},
	{oid: 17025, signature: "pq_codebook(text)", result: "record", set: true, stable: true,
		names: "codebook", columns: "subspace integer, centroid integer, vector vector",
		comment: "the centroids of a codebook"},

	{oid: 17026, signature: "pq_drop(text)", result: "void", volatile: true,
		names: "codebook", comment: "removes a codebook"},

	{oid: 17030, signature: "knn_recall(regclass,integer,integer,integer)", result: "record",
		set: true, lax: true, volatile: true,
		names:    "index k probes sample",
		defaults: []string{"10", "NULL::integer", "200"},
		columns:  "recall double precision, mean_candidates double precision, qps double precision, exact_qps double precision",
		comment:  "recall and speed of an index against the exact scan, over vectors sampled from the table"},

	{oid: 17040, signature: "sequence_state(regclass)", result: "record", set: true, volatile: true,
		names: "sequence", columns: "last_value bigint, log_cnt bigint, is_called boolean",
		comment: "what a sequence shows when it is read as a table"},
}

const knnNames = "relation query k column_name metric probes exact"

var knnDefaults = []string{"10", "NULL::name", "NULL::text", "NULL::integer", "false"}

// fromClause says which functions the planner makes something of itself, by
// source.
var fromClause = map[string]string{"voronoi_knn": "knn"}
