SELECT i.id, o.id FROM items i JOIN orders o ON o.item = i.id ORDER BY 1, 2

SELECT i.id, o.id FROM items i LEFT JOIN orders o ON o.item = i.id ORDER BY 1, 2

SELECT i.id, o.id FROM items i RIGHT JOIN orders o ON o.item = i.id ORDER BY 1, 2

SELECT i.id, o.id FROM items i FULL JOIN orders o ON o.item = i.id ORDER BY 1, 2

SELECT i.id, o.id FROM items i, orders o WHERE o.item = i.id ORDER BY 1, 2

SELECT count(*) FROM items CROSS JOIN orders

SELECT a.id, b.id, c.id FROM items a JOIN (orders b LEFT JOIN tree c ON c.id = b.n) ON b.item = a.id ORDER BY 1, 2, 3

SELECT a.id, b.id, c.id FROM tree c, items a FULL JOIN orders b ON b.item = a.id WHERE c.id = 1 ORDER BY 1, 2, 3

SELECT a.id, b.id, c.id FROM tree c LEFT JOIN (items a JOIN orders b ON b.item = a.id) ON b.n = c.id ORDER BY 1, 2, 3

SELECT * FROM tree JOIN (SELECT id, count(*) AS n FROM orders GROUP BY id) s USING (id) ORDER BY id

SELECT id, t.label FROM tree t NATURAL JOIN items ORDER BY id

SELECT id, a.label, b.name FROM tree a FULL JOIN items b USING (id) ORDER BY id

SELECT p.label, c.label FROM tree p LEFT JOIN tree c ON c.parent = p.id AND c.id > 3 ORDER BY p.id, c.id

SELECT i.id, s.total FROM items i LEFT JOIN (SELECT item, sum(n) AS total FROM orders GROUP BY item) s ON s.item = i.id ORDER BY i.id

SELECT i, o FROM tree i LEFT JOIN empty o ON o.a = i.id WHERE i.id = 1

SELECT o IS NULL, o IS NOT NULL FROM tree i LEFT JOIN empty o ON o.a = i.id WHERE i.id = 1

SELECT i.id, s.n FROM items i CROSS JOIN LATERAL (SELECT o.n FROM orders o WHERE o.item = i.id ORDER BY o.n DESC LIMIT 1) s ORDER BY i.id

SELECT i.id, s.n FROM items i LEFT JOIN LATERAL (SELECT o.n FROM orders o WHERE o.item = i.id ORDER BY o.n DESC LIMIT 1) s ON true ORDER BY i.id

SELECT i.id, s.c, u.m FROM items i, LATERAL (SELECT count(*) AS c FROM orders o WHERE o.item = i.id) s, LATERAL (SELECT s.c * 2 AS m) u ORDER BY i.id

SELECT t.id, s.x FROM tree t, LATERAL (SELECT a.id AS x FROM tree a, LATERAL (SELECT b.id FROM tree b WHERE b.parent = a.id AND a.parent = t.id) c) s ORDER BY 1, 2

SELECT t.id, x FROM tree t, generate_series(1, t.id) x WHERE t.id < 4 ORDER BY 1, 2

SELECT i.id, tag FROM items i, unnest(i.tags) AS tag ORDER BY 1, 2

SELECT i.id, tag, n FROM items i LEFT JOIN LATERAL unnest(i.tags) WITH ORDINALITY AS u(tag, n) ON true ORDER BY 1, 3

SELECT v.a, v.b FROM (VALUES (1, 'x'), (2, 'y'), (3, NULL)) AS v(a, b) ORDER BY 1

SELECT * FROM (VALUES (1), (2.5), (NULL)) v ORDER BY 1

VALUES (1, 'a'), (2, 'b')

VALUES (3), (1), (2) ORDER BY 1 DESC LIMIT 2

SELECT sum(a) FROM (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13),(14),(15),(16),(17),(18)) v(a)

SELECT * FROM generate_series(1, 5) AS g

SELECT * FROM generate_series(10, 1, -3) WITH ORDINALITY

SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(10, 13)) AS t(a, b)

SELECT * FROM unnest(ARRAY[1,2], ARRAY['a','b','c']) AS t(a, b)

SELECT * FROM upper('abc') AS u

SELECT * FROM length('abc') WITH ORDINALITY

SELECT s.a + 1 FROM (SELECT id * 2 AS a FROM tree) s WHERE s.a > 4 ORDER BY 1

SELECT a.x FROM (SELECT id AS x FROM tree ORDER BY id DESC LIMIT 3) a ORDER BY 1

SELECT 1 FROM tree WHERE id IN (SELECT parent FROM tree) ORDER BY 1

SELECT id FROM tree WHERE parent = (SELECT id FROM tree WHERE label = 'a') ORDER BY id
