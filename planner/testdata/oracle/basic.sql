SELECT id, name FROM items ORDER BY id

SELECT 1 + 1, 'a' || 'b', NULL IS NULL, 2 > 1, 7 / 2, -7 / 2, 7 % 3

SELECT id, price FROM items ORDER BY price DESC, id

SELECT id, price FROM items ORDER BY price, id

SELECT id FROM items ORDER BY name NULLS FIRST, id DESC

SELECT id FROM items ORDER BY name DESC, id

SELECT id FROM items ORDER BY weight DESC NULLS LAST, id

SELECT id FROM items ORDER BY weight, id

SELECT id FROM items ORDER BY code, id DESC

SELECT id, tags FROM items ORDER BY tags, id

SELECT id, qty + 1 AS q FROM items WHERE qty > 5 ORDER BY q, id

SELECT id FROM items WHERE price = 1.5 ORDER BY 1

SELECT id FROM items WHERE price <> 1.5 ORDER BY 1

SELECT id FROM items WHERE code = 'ab' ORDER BY 1

SELECT id FROM items WHERE code = 'ab  ' ORDER BY 1

SELECT id FROM items WHERE name IS NULL OR NOT active ORDER BY 1

SELECT id FROM items WHERE active ORDER BY id LIMIT 2

SELECT id FROM items ORDER BY id LIMIT 2 OFFSET 3

SELECT id FROM items ORDER BY id OFFSET 6

SELECT id FROM items ORDER BY id LIMIT NULL OFFSET NULL

SELECT id FROM items ORDER BY id LIMIT -1

SELECT id FROM items ORDER BY id OFFSET -1

SELECT id FROM items ORDER BY id LIMIT (SELECT 2)

SELECT id FROM items ORDER BY id LIMIT 1 + 1

SELECT DISTINCT price FROM items ORDER BY price

SELECT DISTINCT name, active FROM items ORDER BY name, active

SELECT count(*) FROM (SELECT DISTINCT tags FROM items) s

SELECT DISTINCT tags FROM items ORDER BY tags

SELECT DISTINCT ON (name) name, id FROM items ORDER BY name, id DESC

SELECT DISTINCT ON (price) id FROM items ORDER BY price, id

SELECT id FROM items ORDER BY abs(qty - 50), id

SELECT id, CASE WHEN qty > 100 THEN 'many' WHEN qty > 5 THEN 'some' ELSE 'few' END FROM items ORDER BY id

SELECT id, CASE name WHEN 'apple' THEN 1 WHEN 'banana' THEN 2 END FROM items ORDER BY id

SELECT id, CASE price WHEN 1.5 THEN 'x' ELSE 'y' END FROM items ORDER BY id

SELECT id, CASE code WHEN 'ab' THEN 'x' ELSE 'y' END FROM items ORDER BY id

SELECT COALESCE(name, 'none'), COALESCE(price, 0) FROM items ORDER BY id

SELECT NULLIF(qty, 10), NULLIF(price, 1.5) FROM items ORDER BY id

SELECT GREATEST(qty, 20), LEAST(qty, id, NULL) FROM items ORDER BY id

SELECT id FROM items WHERE qty IN (10, 75, NULL) ORDER BY id

SELECT id FROM items WHERE qty NOT IN (10, 75) ORDER BY id

SELECT id FROM items WHERE qty NOT IN (10, NULL) ORDER BY id

SELECT id, qty IN (10, NULL) FROM items ORDER BY id

SELECT id FROM items WHERE price IN (1.50, 100.00) ORDER BY id

SELECT id FROM items WHERE code IN ('ab', 'b') ORDER BY id

SELECT id FROM items WHERE tags IN ('{red,fruit}', '{}') ORDER BY id

SELECT id FROM items WHERE qty = ANY ('{10,75}') ORDER BY id

SELECT id, qty = ANY ('{10,NULL}') FROM items ORDER BY id

SELECT id, qty = ANY (NULL::int[]) FROM items ORDER BY id

SELECT id FROM items WHERE 'red' = ANY (tags) ORDER BY id

SELECT id, 'red' = ANY (tags), 'red' <> ALL (tags) FROM items ORDER BY id

SELECT id FROM items WHERE price > ALL ('{1,1.4}') ORDER BY id

SELECT id FROM items WHERE qty BETWEEN 4 AND 75 ORDER BY id

SELECT id FROM items WHERE qty NOT BETWEEN 4 AND 75 ORDER BY id

SELECT id FROM items WHERE name LIKE '%a%' ORDER BY id

SELECT id FROM items WHERE name ILIKE 'f%' ORDER BY id

SELECT id FROM items WHERE price IS DISTINCT FROM 1.5 ORDER BY id

SELECT id FROM items WHERE price IS NOT DISTINCT FROM NULL ORDER BY id

SELECT id FROM items WHERE active IS NOT TRUE ORDER BY id

SELECT id, active IS TRUE, active IS FALSE, active IS UNKNOWN, active IS NOT UNKNOWN FROM items ORDER BY id

SELECT id FROM items WHERE (qty, id) > (10, 1) ORDER BY id

SELECT id FROM items WHERE (price, id) <= (1.5, 3) ORDER BY id

SELECT id FROM items WHERE (name, qty) = ('apple', 10) ORDER BY id

SELECT id::text, qty::numeric, price::int, weight::text, active::text, code::text, name::varchar(2) FROM items WHERE id < 3 ORDER BY id

SELECT ARRAY[id, qty], ARRAY[[1,2],[id,qty]] FROM items ORDER BY id

SELECT tags[1], tags[2:3], tags[9], tags[:1] FROM items ORDER BY id

SELECT ROW(id, name), ROW(id, name) IS NULL, (ROW(1, name)) IS NOT NULL FROM items ORDER BY id

SELECT i FROM items i WHERE id < 3 ORDER BY id

SELECT i.*, 1 AS one FROM tree i WHERE id = 3

SELECT 1/0

SELECT 10 / (qty - 10) FROM items ORDER BY id

SELECT CASE WHEN qty = 10 THEN 0 ELSE 100 / (qty - 10) END FROM items ORDER BY id

SELECT 2147483647 + 1

SELECT id + 2147483647 FROM items ORDER BY id

SELECT 'abc'::int

SELECT length(name), upper(name), substr(name, 2, 2), position('a' in name) FROM items ORDER BY id

SELECT * FROM empty

SELECT 5 WHERE false

SELECT tableoid::regclass::text FROM items WHERE id = 1

SELECT FROM items WHERE id < 3

SELECT name COLLATE "C" FROM items ORDER BY name COLLATE "C" DESC, id

SELECT weight = 'NaN', weight > 1e308 FROM items ORDER BY id

SELECT id FROM items WHERE weight = 'NaN' OR weight = 'Infinity' ORDER BY id

SELECT extract(year from at), at + 1, at - '2024-01-01'::date FROM orders ORDER BY id

SELECT pg_typeof(price), pg_typeof(tags) FROM items WHERE id = 1

SELECT concat(id, name, price) FROM items ORDER BY id

SELECT format('%s-%s', id, name) FROM items ORDER BY id
