SELECT (SELECT 1)

SELECT (SELECT id FROM items WHERE id = 99)

SELECT (SELECT id FROM items)

SELECT i.id, (SELECT n FROM orders o WHERE o.item = i.id) FROM items i ORDER BY i.id

SELECT i.id, (SELECT n FROM orders o WHERE o.item = i.id ORDER BY n LIMIT 1) FROM items i ORDER BY i.id

SELECT id FROM items WHERE EXISTS (SELECT 1 FROM orders WHERE item = items.id) ORDER BY id

SELECT id FROM items WHERE NOT EXISTS (SELECT FROM orders WHERE item = items.id) ORDER BY id

SELECT id FROM items WHERE id IN (SELECT item FROM orders) ORDER BY id

SELECT id FROM items WHERE id NOT IN (SELECT item FROM orders) ORDER BY id

SELECT id FROM items WHERE id NOT IN (SELECT item FROM orders WHERE item IS NOT NULL) ORDER BY id

SELECT id, id IN (SELECT item FROM orders) FROM items ORDER BY id

SELECT id FROM items WHERE price IN (SELECT 1.500) ORDER BY id

SELECT id FROM items WHERE tags IN (SELECT tags FROM items WHERE id IN (1, 4)) ORDER BY id

SELECT id FROM items WHERE (id, qty) IN (SELECT item, n * 2 FROM orders) ORDER BY id

SELECT id FROM items WHERE (name, price) IN (SELECT name, price FROM items WHERE id < 4) ORDER BY id

SELECT id FROM items WHERE qty > ALL (SELECT n FROM orders) ORDER BY id

SELECT id FROM items WHERE qty > ANY (SELECT n FROM orders) ORDER BY id

SELECT id, qty <> ALL (SELECT item FROM orders) FROM items ORDER BY id

SELECT id, qty < ALL (SELECT n FROM orders WHERE false), qty < ANY (SELECT n FROM orders WHERE false) FROM items ORDER BY id

SELECT id FROM items WHERE (qty, id) > ALL (SELECT n, 1 FROM orders) ORDER BY id

SELECT ARRAY(SELECT id FROM tree ORDER BY id DESC)

SELECT ARRAY(SELECT id FROM tree WHERE false)

SELECT id, ARRAY(SELECT o.id FROM orders o WHERE o.item = i.id ORDER BY o.id) FROM items i ORDER BY id

SELECT x.s FROM (SELECT (SELECT max(n) FROM orders) AS s) x

SELECT id FROM items ORDER BY (SELECT count(*) FROM orders WHERE item = items.id) DESC, id

SELECT count(*) FROM items WHERE id = (SELECT max(item) FROM orders WHERE item < 50)

SELECT (SELECT (SELECT a.id + b.id FROM tree c WHERE c.id = 1) FROM tree b WHERE b.id = 2) FROM tree a ORDER BY a.id

SELECT (SELECT a FROM (SELECT id AS a FROM tree WHERE parent = t.id) s ORDER BY a LIMIT 1) FROM tree t ORDER BY id

SELECT (SELECT ROW(1, 'x'))

SELECT id FROM tree WHERE (SELECT ROW(id, parent)) = ROW(2, 1)
