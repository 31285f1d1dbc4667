SELECT t.id, (SELECT string_agg(c.label, ',' ORDER BY c.label) FROM tree c WHERE c.parent = t.id) FROM tree t ORDER BY t.id

SELECT t.id FROM tree t WHERE 2 = (SELECT count(*) FROM tree c WHERE c.parent = t.id) ORDER BY 1

SELECT t.id, EXISTS (SELECT 1 FROM tree c WHERE c.parent = t.id) AS has FROM tree t ORDER BY has DESC, t.id

SELECT s.k, s.c FROM (SELECT qty % 3 AS k, count(*) AS c FROM items GROUP BY 1) s WHERE s.c > 1 ORDER BY s.k

SELECT s.k FROM (SELECT DISTINCT qty % 3 AS k FROM items) s ORDER BY s.k NULLS FIRST LIMIT 1

SELECT a.id, b.rn FROM items a JOIN (SELECT id, row_number() OVER (ORDER BY qty DESC NULLS LAST, id) AS rn FROM items) b ON a.id = b.id WHERE b.rn <= 3 ORDER BY b.rn

SELECT max(s.x) FROM (SELECT unnest(ARRAY[1, 5, 3]) AS x) s

SELECT i.id, count(o.id) AS c FROM items i LEFT JOIN orders o ON o.item = i.id GROUP BY i.id HAVING count(o.id) > 0 ORDER BY c DESC, i.id

SELECT i.name, o.n FROM items i JOIN orders o ON o.item = i.id AND o.n = (SELECT max(n) FROM orders p WHERE p.item = i.id) ORDER BY i.id, o.id

SELECT CASE WHEN count(*) = 0 THEN NULL ELSE sum(n) / count(*) END FROM orders WHERE n > 1000

SELECT x, count(*) FROM (SELECT CASE WHEN qty > 50 THEN 'big' ELSE 'small' END AS x FROM items) s GROUP BY x ORDER BY x

SELECT CASE WHEN qty > 50 THEN 'big' ELSE 'small' END AS size, array_agg(id ORDER BY id) FROM items GROUP BY size ORDER BY size

SELECT CASE 1 WHEN 1 THEN 'one' ELSE (1/0)::text END

SELECT CASE WHEN true THEN 1 ELSE 1/0 END

SELECT coalesce(1, 1/0)

SELECT id FROM items WHERE id > 0 OR 1/(id-id) > 0 ORDER BY id

SELECT NULL = NULL, NULL <> 1, NOT NULL::bool, NULL AND false, NULL OR true

SELECT 1 IN (NULL), 1 NOT IN (NULL), NULL IN (1), 1 IN (1, NULL), NULL NOT IN (SELECT 1 WHERE false)

SELECT 'a' IN ('a ', 'b'), 'a'::char(3) IN ('a', 'b'), 'a'::char(3) = 'a  '::char(5)

SELECT 1.0 = 1.00, 1.0::text = 1.00::text, 1 = 1.0, 0.5::float8 = 0.5

SELECT '{1,2}'::int[] = '{1,2}', '{1,2}'::int[] < '{1,3}', '{1}'::int[] || '{2}'::int[]

SELECT ARRAY[1,2,3] @> ARRAY[2], ARRAY[1] <@ ARRAY[1,2], ARRAY[1] && ARRAY[2]

SELECT id FROM items WHERE tags @> '{red}' ORDER BY id

SELECT id FROM items WHERE tags && '{x,yellow}' ORDER BY id

SELECT id, array_length(tags, 1), cardinality(tags) FROM items ORDER BY id

SELECT array_agg(x) FROM (SELECT ARRAY[id, id + 1] AS x FROM tree WHERE id < 3 ORDER BY id) s

SELECT ARRAY(SELECT ARRAY[id, id * 2] FROM tree WHERE id < 3 ORDER BY id)

SELECT ARRAY[ARRAY[1,2], ARRAY[3]]

SELECT (ARRAY[1,2,3])[2], (ARRAY[[1,2],[3,4]])[1][2], (ARRAY[[1,2],[3,4]])[1], (ARRAY[1,2,3])[2:3], (ARRAY[[1,2],[3,4]])[1:2][1:1]

SELECT ('{1,2,3}'::int[])[qty] FROM items ORDER BY id

SELECT '{1,2}'::int[]::text[], ARRAY['1','2']::int[], ARRAY[1.5, 2.5]::int[]

SELECT ARRAY['a']::int[]

SELECT id::float8 / 3, (id / 3.0)::numeric(10,3), round(id / 3.0, 2) FROM tree ORDER BY id

SELECT price::numeric(5,1), price::int, price::float8, price::text FROM items ORDER BY id

SELECT price * qty, price + 1, price - qty, -price, abs(price) FROM items ORDER BY id

SELECT 12345678901::int

SELECT 99.5::numeric(3,1), 999.5::numeric(3,1)

SELECT 'x'::char(3) || 'y', length('x'::char(3)), 'abcdef'::varchar(3), 'abc'::char(2)

SELECT name || NULL, name || id FROM items ORDER BY id

SELECT at FROM orders WHERE at >= '2024-01-02' AND at < '2024-03-01' ORDER BY at, id

SELECT at, count(*) FROM orders GROUP BY at ORDER BY at DESC

SELECT max(at), min(at) FROM orders

SELECT id, at - lag(at) OVER (ORDER BY at) FROM orders WHERE at IS NOT NULL ORDER BY at, id

SELECT a.id FROM tree a WHERE EXISTS (SELECT 1 FROM tree b WHERE b.parent = a.id AND EXISTS (SELECT 1 FROM tree c WHERE c.parent = b.id AND c.id > a.id)) ORDER BY a.id

SELECT id, (SELECT count(*) FROM (SELECT 1 FROM orders o WHERE o.item = i.id LIMIT 1) s) FROM items i ORDER BY id

SELECT id, (SELECT sum(x) FROM (SELECT o.n AS x FROM orders o WHERE o.item = i.id UNION ALL SELECT i.id) s) FROM items i ORDER BY id

SELECT id, (WITH w AS (SELECT n FROM orders o WHERE o.item = i.id) SELECT count(*) FROM w) FROM items i ORDER BY id

SELECT id, (SELECT l.v FROM LATERAL (SELECT i.id * 10 AS v) l) FROM items i ORDER BY id

SELECT i.id, x.v FROM items i, LATERAL (SELECT i.qty AS v UNION ALL SELECT i.id) x WHERE i.id < 3 ORDER BY 1, 2

SELECT i.id, x.* FROM items i, LATERAL (VALUES (i.id, 'a'), (i.qty, 'b')) x(v, l) WHERE i.id < 3 ORDER BY 1, 3

SELECT i.id, x.total FROM items i, LATERAL (SELECT sum(o.n) AS total FROM orders o WHERE o.item = i.id GROUP BY o.item) x ORDER BY 1

SELECT i.id, g.x, h.y FROM items i, LATERAL generate_series(1, i.id) g(x), LATERAL (SELECT g.x * i.id AS y) h WHERE i.id < 3 ORDER BY 1, 2

SELECT t.id, u.* FROM tree t LEFT JOIN LATERAL (SELECT c.id AS child, c.label FROM tree c WHERE c.parent = t.id) u ON u.child > 2 ORDER BY 1, 2

SELECT a.id FROM tree a JOIN tree b ON b.id = a.parent JOIN tree c ON c.id = b.parent ORDER BY 1

SELECT a.id, b.id FROM tree a LEFT JOIN tree b ON b.parent = a.id LEFT JOIN tree c ON c.parent = b.id WHERE c.id IS NULL ORDER BY 1, 2

SELECT count(*) FROM tree a FULL JOIN tree b ON a.id = b.parent WHERE a.id IS NULL OR b.id IS NULL

SELECT id FROM (SELECT id FROM tree UNION ALL SELECT id FROM items) s GROUP BY id HAVING count(*) = 1 ORDER BY id

SELECT s.* FROM (SELECT 1 AS a, 2 AS b UNION ALL SELECT 3, 4) s WHERE b > 2

SELECT sum(n) FROM orders GROUP BY item HAVING sum(n) > ALL (SELECT n FROM orders WHERE item = 1) ORDER BY 1

SELECT item, sum(sum(n)) OVER () FROM orders GROUP BY item ORDER BY 1

SELECT DISTINCT ON (item) item, n, id FROM orders ORDER BY item NULLS FIRST, n DESC, id

SELECT DISTINCT ON (item) item, n FROM orders ORDER BY item, n, id LIMIT 2 OFFSET 1

SELECT DISTINCT item, count(*) OVER (PARTITION BY item) FROM orders ORDER BY 1

SELECT count(DISTINCT item) FILTER (WHERE n > 2), sum(DISTINCT n), avg(DISTINCT n) FROM orders

SELECT string_agg(note, '|' ORDER BY id) FILTER (WHERE note <> '') FROM orders

SELECT json_agg(id ORDER BY id DESC) FROM tree WHERE id < 3

SELECT json_build_object('a', id, 'b', label) FROM tree WHERE id = 1

SELECT row_to_json(t) FROM tree t WHERE id = 2

SELECT to_json(tags) FROM items ORDER BY id

SELECT jsonb_agg(t ORDER BY id) FROM tree t WHERE id < 3

SELECT '{"a": 1}'::jsonb = '{"a": 1.0}'::jsonb, '{"a":1}'::jsonb @> '{}'

SELECT j FROM (VALUES ('{"a":1}'::jsonb), ('{"a":1.0}'), ('[]')) v(j) GROUP BY j ORDER BY j

SELECT DISTINCT x FROM (VALUES ('1 mon'::interval), ('30 days'), ('1 day')) v(x) ORDER BY x

SELECT ROW(1, 'a') = ROW(1, 'a'), ROW(1, NULL) = ROW(1, NULL), ROW(1, 2) < ROW(1, 3), ROW(1, NULL) IS DISTINCT FROM ROW(1, NULL)

SELECT (SELECT t FROM tree t WHERE id = 1)

SELECT (t).label FROM tree t WHERE (t).id = 3

SELECT t FROM tree t ORDER BY t DESC LIMIT 2

SELECT count(*) FROM (SELECT DISTINCT t FROM tree t) s

SELECT id, generate_series(1, 2), unnest(ARRAY['a','b','c']) FROM tree WHERE id = 1 ORDER BY 3

SELECT id FROM tree WHERE id IN (SELECT generate_series(2, 4)) ORDER BY id

SELECT (SELECT generate_series(1, 1))

SELECT * FROM generate_series(1, 3) a, generate_series(a, 3) b ORDER BY 1, 2

SELECT x FROM unnest(ARRAY[3,1,2]) WITH ORDINALITY AS u(x, n) ORDER BY n DESC

SELECT * FROM unnest(ARRAY[[1,2],[3,4]]) u ORDER BY 1

SELECT count(*) FROM generate_series(1, 1000) g WHERE g % 7 = 0

SELECT g FROM generate_series(1, 100) g WHERE g IN (SELECT id FROM tree) AND g NOT IN (SELECT parent FROM tree WHERE parent IS NOT NULL) ORDER BY g

SELECT least(1, NULL, 3), greatest('a', 'b'), greatest(NULL, NULL)

SELECT nullif(1, 1), nullif('a', 'b'), nullif(1.0, 1.00)

SELECT 5 BETWEEN 1 AND 10, 5 BETWEEN SYMMETRIC 10 AND 1, 5 NOT BETWEEN 6 AND 7

SELECT 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'a%c' LIKE 'a\%c', 'abc' NOT LIKE 'b%', 'ABC' ILIKE 'abc'

SELECT 'abc' ~ '^a', 'abc' !~ 'd', 'ABC' ~* 'abc', 'abc' SIMILAR TO '(a|b)%'

SELECT 1::bool, 0::bool, 't'::bool, true::text, true::int

SELECT 7 / 2, 7.0 / 2, 7 % -3, 2 ^ 3, 5 # 1, @ -5

SELECT sqrt(2)::numeric(10,5), power(2, 10), ceil(1.2), floor(-1.2), round(2.5), round(-2.5), trunc(1.9)

SELECT count(*) FROM items a, items b, tree c WHERE a.id = b.id AND b.id = c.id

SELECT a.id AS x FROM items a ORDER BY a.qty DESC NULLS LAST, x LIMIT 3

SELECT id AS qty FROM items ORDER BY qty LIMIT 2

SELECT -id AS id FROM tree ORDER BY id LIMIT 2

SELECT id + 0 FROM tree GROUP BY id ORDER BY id DESC LIMIT 2

SELECT 'lit' AS l, count(*) FROM tree GROUP BY l ORDER BY l

SELECT 1 FROM tree ORDER BY 1 LIMIT 1

SELECT id FROM tree ORDER BY 1 + 1, id DESC LIMIT 1

SELECT (id > 3) AS big, count(*) FROM tree GROUP BY (id > 3) ORDER BY big DESC

SELECT NULL UNION SELECT NULL

SELECT NULL::int UNION ALL SELECT 1 ORDER BY 1 NULLS FIRST

SELECT 1 AS a UNION SELECT 2.5 ORDER BY a

SELECT id FROM tree WHERE label = ANY (SELECT unnest(ARRAY['a', 'b'])) ORDER BY id

SELECT id FROM tree WHERE label = ANY (ARRAY(SELECT label FROM tree WHERE parent = 2)) ORDER BY id

SELECT id FROM tree WHERE label LIKE ANY (ARRAY['a%', '%oot']) ORDER BY id

SELECT id, parent IS NULL AS r FROM tree ORDER BY parent NULLS FIRST, id

SELECT CASE WHEN parent IS NULL THEN 'top' ELSE (SELECT p.label FROM tree p WHERE p.id = t.parent) END FROM tree t ORDER BY id

WITH RECURSIVE up AS (SELECT id, parent, 0 AS depth FROM tree WHERE id = 7 UNION ALL SELECT t.id, t.parent, depth + 1 FROM up JOIN tree t ON t.id = up.parent) SELECT * FROM up ORDER BY depth

WITH a AS (SELECT id FROM tree), b AS (SELECT id FROM a WHERE id > (SELECT avg(id) FROM a)) SELECT count(*) FROM b

WITH x AS (SELECT 1 AS id UNION ALL SELECT 2) SELECT t.label FROM tree t WHERE t.id IN (SELECT id FROM x) AND EXISTS (SELECT 1 FROM x WHERE x.id = t.id) ORDER BY 1

WITH t AS (SELECT 1 AS a) SELECT (WITH t AS (SELECT 2 AS a) SELECT a FROM t), a FROM t

SELECT item, at, count(*) FROM orders GROUP BY GROUPING SETS (item, at) ORDER BY 1, 2, 3

SELECT CASE WHEN grouping(item) = 1 THEN 'all' ELSE item::text END AS k, sum(n) FROM orders GROUP BY ROLLUP (item) ORDER BY 1, 2

SELECT sum(n) AS s FROM orders GROUP BY CUBE (item) HAVING sum(n) > 10 ORDER BY s LIMIT 2

-- lacking
SELECT id, sum(n) OVER (ORDER BY at RANGE '1 day' PRECEDING) FROM orders

SELECT percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY n) FROM orders

SELECT id, sum(n) OVER (PARTITION BY item ORDER BY at NULLS FIRST, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM orders ORDER BY id

SELECT id, max(name) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING) FROM items ORDER BY id

SELECT id, sum(price) OVER (ORDER BY id) FROM items ORDER BY id

SELECT id, string_agg(label, ',') OVER (PARTITION BY parent ORDER BY id) FROM tree ORDER BY id

SELECT * FROM (SELECT id, rank() OVER (PARTITION BY active ORDER BY price DESC NULLS LAST) r FROM items) s WHERE r = 1 ORDER BY id

SELECT ctid IS NOT NULL, tableoid = 'tree'::regclass FROM tree LIMIT 1

SELECT i.name, o.* FROM items i NATURAL LEFT JOIN (SELECT item AS id, n FROM orders) o ORDER BY 1, 2, 3

SELECT ((id)) FROM tree WHERE (((id = 1)))

SELECT substring(name from 2 for 3), trim(both 'a' from name), overlay(name placing 'XX' from 1), position('p' in name) FROM items ORDER BY id

SELECT 0 FROM items WHERE id = 1 AND id = 2

SELECT id FROM items WHERE false OR id = 3

SELECT avg(x)::int FROM (VALUES (1), (2), (NULL)) v(x)

SELECT pg_typeof(sum(n)), pg_typeof(avg(n)), pg_typeof(count(*)) FROM orders

SELECT i.id FROM items i JOIN LATERAL unnest(i.tags) t ON t = 'red' ORDER BY i.id

SELECT bool_or(x > 2), bool_and(x > 2) FROM generate_series(1, 3) x

SELECT id, sum(n) OVER (ORDER BY id ROWS -1 PRECEDING) FROM orders

SELECT id, sum(n) OVER (ORDER BY id ROWS NULL PRECEDING) FROM orders

SELECT id, sum(n) OVER (ORDER BY id ROWS BETWEEN 1 + 1 PRECEDING AND 0 FOLLOWING) FROM orders ORDER BY id

SELECT r.f1, (r.x).label FROM (SELECT t AS x, 5 AS f1 FROM tree t WHERE id = 2) r

SELECT (ROW(1, 'a', NULL)) IS NULL, ROW(NULL, NULL) IS NULL, (SELECT t FROM tree t WHERE id = 99) IS NULL

SELECT x IS NULL, x IS NOT NULL FROM (SELECT t AS x FROM tree t WHERE id IN (1, 2) ORDER BY id) s ORDER BY 1

SELECT row_to_json(x) FROM (SELECT 1 AS a, 'b' AS c) x

SELECT json_agg(x) FROM (SELECT id, label AS l FROM tree ORDER BY id LIMIT 2) x

SELECT jsonb_agg(ROW(id, label)) FROM tree WHERE id = 1

SELECT concat_ws('-', VARIADIC ARRAY['a', 'b']), concat(VARIADIC tags) FROM items WHERE id = 1

SELECT num_nulls(1, NULL, 'x'), num_nonnulls(VARIADIC ARRAY[1, NULL])

SELECT * FROM jsonb_to_recordset('[{"a":1,"b":"x","c":[1,2]},{"a":2,"d":{"e":null}}]') AS t(a int, b varchar(3), c int[], d jsonb) ORDER BY a

SELECT * FROM json_to_record('{"a":"5","b":null,"c":["x",null]}') AS t(a numeric(5,1), b text, c text[])

SELECT i.id, r.* FROM tree i, LATERAL jsonb_to_record(jsonb_build_object('k', i.label)) AS r(k text) WHERE i.id < 3 ORDER BY 1

SELECT pg_typeof('x'), pg_typeof(NULL), pg_typeof(ROW(1))

SELECT * FROM json_each_text('{"a":1,"b":[2]}')

SELECT key, value FROM jsonb_each('{"a":1,"b":[2]}') WITH ORDINALITY AS t(key, value, n) ORDER BY n DESC

SELECT (jsonb_each('{"a":1,"b":[2]}')).*

SELECT jsonb_each_text('{"a":1}')

SELECT (jsonb_each('{"a":1,"b":[2]}')).key

SELECT (json_populate_record(NULL::tree, '{"id":5,"label":"x"}')).label

SELECT * FROM jsonb_populate_recordset(NULL::tree, '[{"id":5,"label":"x"},{"parent":2}]') ORDER BY 1
