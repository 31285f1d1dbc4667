SELECT id FROM tree UNION SELECT item FROM orders ORDER BY 1

SELECT id FROM tree UNION ALL SELECT item FROM orders ORDER BY 1

SELECT id FROM tree INTERSECT SELECT item FROM orders ORDER BY 1

SELECT id FROM tree EXCEPT SELECT item FROM orders ORDER BY 1

SELECT item FROM orders INTERSECT ALL SELECT n FROM orders ORDER BY 1

SELECT item FROM orders EXCEPT ALL SELECT id FROM tree ORDER BY 1

SELECT count(*) FROM (SELECT price FROM items UNION SELECT 1.5000) s

SELECT price FROM items EXCEPT SELECT 1.5 ORDER BY 1

SELECT count(*) FROM (SELECT tags FROM items UNION SELECT '{red,fruit}'::text[]) s

SELECT tags FROM items INTERSECT SELECT tags FROM items WHERE id IN (1, 4) ORDER BY 1

SELECT tags FROM items EXCEPT SELECT tags FROM items WHERE id IN (1, 4) ORDER BY 1

SELECT 1 UNION SELECT 2 UNION ALL SELECT 2 ORDER BY 1

(SELECT id FROM tree ORDER BY id LIMIT 2) UNION ALL (SELECT id FROM items ORDER BY id DESC LIMIT 2)

SELECT 1 UNION ALL (SELECT 2 UNION SELECT 2) ORDER BY 1

SELECT id, label FROM tree UNION ALL SELECT 0, NULL ORDER BY label NULLS FIRST, id LIMIT 4

SELECT id FROM tree UNION ALL SELECT id FROM items UNION ALL SELECT item FROM orders ORDER BY 1 OFFSET 5 LIMIT 3

(SELECT 1 EXCEPT SELECT 2) INTERSECT SELECT 1

WITH a AS (SELECT id FROM tree WHERE id < 4), b AS (SELECT id * 10 AS id FROM a) SELECT * FROM a UNION SELECT * FROM b ORDER BY 1

WITH a AS (SELECT 1 AS x) SELECT (SELECT x FROM a), a.x FROM a

WITH a(x, y) AS (VALUES (1, 2), (3, 4)) SELECT x + y FROM a ORDER BY 1

WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t

WITH RECURSIVE t AS (SELECT id, parent, label::text AS path FROM tree WHERE parent IS NULL UNION ALL SELECT c.id, c.parent, t.path || '/' || c.label FROM tree c JOIN t ON c.parent = t.id) SELECT id, path FROM t ORDER BY path

WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT (n + 1) % 4 FROM t) SELECT n FROM t ORDER BY n

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t LIMIT 3

WITH m AS MATERIALIZED (SELECT id FROM tree) SELECT count(*) FROM m a JOIN m b ON a.id = b.id

WITH m AS (SELECT id FROM tree) SELECT i.id, s.c FROM items i, LATERAL (SELECT count(*) AS c FROM m WHERE m.id < i.id) s ORDER BY 1

SELECT * FROM (WITH w AS (SELECT 1 AS a) SELECT a FROM w) s

SELECT id FROM items FETCH FIRST 2 ROWS ONLY

SELECT price + 0.000 FROM items ORDER BY price FETCH FIRST 2 ROWS WITH TIES

SELECT n FROM orders ORDER BY n DESC OFFSET 1 FETCH FIRST 2 ROWS WITH TIES

SELECT generate_series(1, 3)

SELECT generate_series(1, 3), generate_series(1, 2)

SELECT id, unnest(tags) FROM items ORDER BY id, 2

SELECT generate_series(1, 3) + 10 AS x ORDER BY x DESC

SELECT id, generate_series(1, id) g FROM tree WHERE id < 4 ORDER BY id, g DESC LIMIT 4

SELECT generate_series(1, generate_series(1, 3))

SELECT count(*), generate_series(1, 2) FROM tree

SELECT parent, unnest(array_agg(id ORDER BY id)) FROM tree GROUP BY parent ORDER BY 1, 2

SELECT DISTINCT generate_series(1, 3) % 2 ORDER BY 1

SELECT unnest(tags) AS t, count(*) FROM items GROUP BY t ORDER BY t

SELECT unnest('{}'::int[])

SELECT * FROM (SELECT unnest(tags) t FROM items) s WHERE t LIKE 'r%'

SELECT id, row_number() OVER (ORDER BY id), generate_series(1, 2) FROM tree WHERE id < 3 ORDER BY 1, 3

SELECT unnest(tags) AS t, count(*), generate_series(1, 2) AS g FROM items GROUP BY t ORDER BY t, g

SELECT unnest(tags) || 'x' AS t, count(*) FROM items GROUP BY 1 ORDER BY 1

SELECT generate_series(1, 2) UNION ALL SELECT generate_series(1, 2) ORDER BY 1

SELECT (SELECT max(x) FROM (SELECT generate_series(1, 2) AS x) s), generate_series(1, 2) ORDER BY 2

SELECT generate_series(1, 2) AS g, ARRAY(SELECT generate_series(1, 2)) ORDER BY g

SELECT item, (SELECT count(*) FROM tree WHERE tree.id = orders.item) FROM orders GROUP BY ROLLUP (item) ORDER BY 1, 2
