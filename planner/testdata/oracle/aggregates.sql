SELECT count(*), count(name), count(DISTINCT name), count(DISTINCT price), count(DISTINCT tags) FROM items

SELECT sum(qty), avg(qty), min(qty), max(qty), sum(price), avg(price), min(price), max(price) FROM items

SELECT min(name), max(name), min(code), max(code), min(weight), max(weight) FROM items

SELECT sum(qty), count(*) FROM items WHERE false

SELECT name, count(*) FROM items GROUP BY name ORDER BY name

SELECT price, count(*) FROM items GROUP BY price ORDER BY count(*) DESC, price

SELECT price::text, count(*) FROM items GROUP BY price HAVING count(*) = 1 ORDER BY price

SELECT tags, count(*) FROM items GROUP BY tags ORDER BY tags

SELECT code, sum(qty) FROM items GROUP BY code ORDER BY code

SELECT active, sum(qty) FILTER (WHERE qty > 5), count(*) FILTER (WHERE name LIKE 'a%') FROM items GROUP BY active ORDER BY active

SELECT qty % 2, count(*) FROM items GROUP BY qty % 2 ORDER BY 1

SELECT qty % 2 AS m, count(*) FROM items GROUP BY m HAVING count(*) > 1 ORDER BY m

SELECT count(*) FROM items GROUP BY ()

SELECT 'x' FROM items GROUP BY 'x'::text

SELECT 1 FROM items HAVING count(*) > 5

SELECT 1 FROM items HAVING count(*) > 50

SELECT 1 FROM empty HAVING true

SELECT id, name FROM items GROUP BY id ORDER BY id

SELECT string_agg(name, ',' ORDER BY name DESC) FROM items

SELECT string_agg(DISTINCT name, ',') FROM items

SELECT string_agg(DISTINCT name, ',' ORDER BY name DESC) FROM items

SELECT array_agg(id ORDER BY qty NULLS FIRST, id) FROM items

SELECT array_agg(DISTINCT qty) FROM items

SELECT array_agg(DISTINCT qty ORDER BY qty DESC) FROM items

SELECT active, array_agg(id ORDER BY id) FROM items GROUP BY active ORDER BY active NULLS FIRST

SELECT bool_and(active), bool_or(active), every(qty >= 0) FROM items

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY qty), percentile_disc(0.5) WITHIN GROUP (ORDER BY qty), mode() WITHIN GROUP (ORDER BY name) FROM items

SELECT active, percentile_disc(0.5) WITHIN GROUP (ORDER BY qty DESC) FROM items GROUP BY active ORDER BY active

SELECT stddev(qty)::numeric(20,6), variance(qty)::numeric(20,6) FROM items

SELECT sum(n) + 1, max(n) * 2 FROM orders

SELECT item, sum(n) AS s FROM orders GROUP BY item ORDER BY s DESC, item

SELECT (SELECT count(*) FROM orders o WHERE o.item = i.id) FROM items i ORDER BY i.id

SELECT (SELECT sum(i.qty)) FROM items i

SELECT name, (SELECT max(o.n) FROM orders o WHERE o.item = min(i.id)) FROM items i GROUP BY name ORDER BY name

SELECT item, count(*) FROM orders GROUP BY GROUPING SETS ((item), ()) ORDER BY item NULLS FIRST, 2

SELECT item, at, sum(n), grouping(item, at) FROM orders GROUP BY ROLLUP (item, at) ORDER BY 4, 1, 2, 3

SELECT item, note, count(*), grouping(item), grouping(note) FROM orders GROUP BY CUBE (item, note) HAVING count(*) > 0 ORDER BY 4, 5, 1, 2

SELECT item, max(item), count(*) FROM orders GROUP BY GROUPING SETS ((item), (note), ()) ORDER BY 1, 2, 3

SELECT count(*) FROM orders GROUP BY GROUPING SETS ((), ())

SELECT DISTINCT count(*) FROM orders GROUP BY item

SELECT id, row_number() OVER (ORDER BY id DESC) FROM tree ORDER BY id

SELECT id, rank() OVER (ORDER BY price), dense_rank() OVER (ORDER BY price DESC NULLS LAST) FROM items ORDER BY id

SELECT id, sum(n) OVER (PARTITION BY item ORDER BY id) FROM orders ORDER BY id

SELECT id, sum(n) OVER w, avg(n) OVER w, count(*) OVER w FROM orders WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) ORDER BY id

SELECT id, lag(n) OVER (ORDER BY id), lead(n, 2, 0) OVER (ORDER BY id), first_value(n) OVER (ORDER BY id), last_value(n) OVER (ORDER BY id), nth_value(n, 2) OVER (ORDER BY id) FROM orders ORDER BY id

SELECT id, ntile(3) OVER (ORDER BY id), percent_rank() OVER (ORDER BY n), cume_dist() OVER (ORDER BY n) FROM orders ORDER BY id

SELECT id, count(*) OVER (PARTITION BY tags) FROM items ORDER BY id

SELECT id, count(*) OVER (PARTITION BY price) FROM items ORDER BY id

SELECT id, array_agg(id) OVER (ORDER BY id ROWS 2 PRECEDING) FROM tree ORDER BY id

SELECT item, sum(n), rank() OVER (ORDER BY sum(n) DESC) FROM orders GROUP BY item ORDER BY 3, 1

SELECT id, sum(n) FILTER (WHERE n > 3) OVER (ORDER BY id) FROM orders ORDER BY id

SELECT id, sum(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) FROM orders ORDER BY id

SELECT id, count(*) OVER (ORDER BY n GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM orders ORDER BY id
