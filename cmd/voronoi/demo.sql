-- Named colours, each a point in red, green and blue.
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE colours (id serial PRIMARY KEY, name text NOT NULL UNIQUE, rgb vector(3));
\load colours
-- Which are nearest to tomato? pgvector's operator orders by the L2 distance.
SELECT name, rgb, rgb <-> '[255,99,71]' AS distance FROM colours ORDER BY rgb <-> '[255,99,71]' LIMIT 5;
-- Any WHERE goes with it: the nearest that are called some kind of blue.
SELECT name, rgb FROM colours WHERE name LIKE '%blue%' ORDER BY rgb <-> '[100,150,240]' LIMIT 3;
-- knn() is a table function: nearest rows of a table, with their distance.
SELECT name, distance FROM knn('colours', '[255,215,0]', 4);
-- Now 20,000 points of 64 dimensions, in clusters, loaded by COPY.
CREATE TABLE points (id int PRIMARY KEY, embedding vector(64));
\load points
-- An inverted-file index: k-means makes 100 lists.
SELECT index_name, lists, vectors, iterations FROM ivf_build('points', 'embedding', 100, seed => 1);
-- The planner uses it. EXPLAIN ANALYZE says how much work a search was.
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT id FROM points ORDER BY embedding <-> (SELECT embedding FROM points WHERE id = 7) LIMIT 5;
SELECT id FROM points ORDER BY embedding <-> (SELECT embedding FROM points WHERE id = 7) LIMIT 5;
-- More probes, more of the true neighbours.
SELECT recall FROM knn_recall('points_embedding_idx', 10, 1, 100);
SELECT recall FROM knn_recall('points_embedding_idx', 10, 10, 100);
-- A product quantizer: 64 floats in 8 bytes, and back.
SELECT codebook, m, k, dsub, mse FROM pq_train('points', 'embedding', 8, 256, seed => 1);
SELECT id, pq_encode('points_embedding_pq', embedding) AS code FROM points ORDER BY id LIMIT 3;
