select 1
select 'x'
select null
select 1, 2.5, 'x', true, null::int, 10000000000, 1e10
select a, b, c, d, e, f, g, h, i, k from t
select * from t
select t.* from t
select t.a, public.t.b, postgres.public.t.c from t
select a x, b as y, c "Z z" from t
select t from t
select (t).a from t
select (t).* from t
select count(*), sum(a), avg(c), min(b), max(e), array_agg(a), string_agg(b, ',') from t
select a + 1, a + 1.5, c * 2, f / a, b || 'x', a || b, -a, a % 2, a = 1 from t
select a + s, s + s, s * 2, a::bigint + s from t
select a from t where a = $1
select a from t where b = $1 and c > $2 and d like $3
select a from t where a in (1, 2, $1)
select a from t where a = any($1)
select a from t where b = any($1::text[])
select a from t limit $1 offset $2
select $1::int, $2::text, $3
select $1
select $1 + $2
select $1 + 1
select $2::int
select coalesce($1, 1)
select case when i then $1 else c end from t
select nullif(a, 1), coalesce(a, 1.5), greatest(a, c), least(1, 2) from t
select case a when 1 then 'one' else b end from t
select case when a > 1 then 1 when a > 2 then 2.5 end from t
select a::text, b::varchar(5), c::numeric(4,1), e::date, f::int, g[1], g[1:2], h->'x', h->>'x', h #> '{a,b}' from t
select extract(year from e), date_trunc('day', e), e at time zone 'UTC', e + interval '1 day', e - e, now() - e from t
select substring(b from 2 for 3), trim(b), trim(both 'x' from b), position('a' in b), overlay(b placing 'x' from 1) from t
select b like 'x%', b ilike 'y', b similar to 'z', b not like 'q', b ~ 'x', b !~* 'y' from t
select a between 1 and 3, a not between 1 and 3, a between symmetric 3 and 1 from t
select a is null, a is not null, i is true, i is not unknown, a is distinct from 1, b is not distinct from null from t
select (a, b) = (1, 'x'), (a, b) < (1, 'x'), row(a, b) from t
select (1, 2) in ((1, 2), (3, 4))
select a in (select a from u), a = any (select a from u), exists (select 1 from u), (select max(a) from u) from t
select array(select a from t), array[1, 2.5], array['a', 'b'], array[[1, 2], [3, 4]], array[]::int[]
select current_date, current_timestamp, localtime, localtimestamp(2), current_user, current_catalog, current_schema
select distinct b from t order by b
select distinct on (b) b, a from t order by b, a desc
select b, count(*) from t group by b having count(*) > 1 order by 2 desc
select b as q from t group by q
select a, b, c from t group by a
select length(b) from t group by length(b)
select b, sum(a) filter (where i) from t group by rollup (b)
select grouping(b), b, count(*) from t group by cube (b, i)
select row_number() over (order by a), rank() over w, sum(a) over (partition by b) from t window w as (order by c desc)
select lag(a) over (order by a), first_value(b) over (order by a rows between 1 preceding and current row) from t
select ntile(4) over (order by a), lead(b, 1, 'x') over (order by a) from t
select t.a, u.x from t join u on t.a = u.a
select * from t join u using (a)
select * from t natural join u
select a from t join u using (a)
select t.a, u.a from t left join u using (a)
select * from t full join u using (a)
select * from t cross join u
select * from (select a, b from t) q
select q.a from (select a from t) as q(z)
select q.z from (select a from t) as q(z)
select * from (values (1, 'x'), (2, 'y')) v(p, q)
values (1, 'x'), (2.5, null)
select * from t, lateral (select u.x from u where u.a = t.a) l
select * from generate_series(1, 10)
select * from generate_series(1, 10) g
select * from generate_series(1, 10) as g(n) where n > 3
select * from generate_series(1, 10) with ordinality
select * from unnest(array[1, 2], array['a', 'b'])
select * from unnest(array[1, 2]) with ordinality as q(x, n)
select * from rows from (generate_series(1, 2), generate_series(1, 3))
select generate_series(1, 3), a from t
select * from jsonb_each('{"a":1}')
select * from json_to_recordset('[]') as r(x int, y text)
select * from current_date
with q as (select a from t) select * from q
with q(z) as (select a from t) select z from q
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select * from r
with recursive r as (select 1 as n, 'x'::text as p union select n + 1, p || 'y' from r where n < 5) select n, p from r
with x as (insert into u values (1) returning a) select * from x
select 1 union select 2
select 1 union all select 2.5 order by 1
select a from t union select a from u
select 'x' union select 'y'
select null union select null union select 1
select a, b from t intersect select a, x from u
select a from t except select a from u order by a
select a from t union all (select a from u order by a limit 1)
select a from t for update
select a from t order by a fetch first 3 rows with ties
select a from t order by b nulls first, c desc nulls last
select a from t order by lower(b)
select b collate "C" from t order by b collate "C"
select abs(-1), abs(-1.5), round(1.5), round(1.234, 2), floor(f), power(2, 3), sqrt(4), mod(5, 2) from t
select concat('a', 1, true), format('%s', 1), md5('x'), upper('x'), length('x'), strpos('a', 'b'), left('abc', 2)
select percentile_cont(0.5) within group (order by f), mode() within group (order by b) from t
select jsonb_build_object('a', 1), to_jsonb(t), row_to_json(t), json_agg(t) from t
select to_char(e, 'YYYY'), to_char(1.5, '9.9'), make_date(2020, 1, 1), age(e) from t
select array_length(g, 1), array_append(g, 1), g || 2, 1 = any(g), array_to_string(g, ','), g @> array[1] from t
select '2020-01-01'::date + 1, '2020-01-01'::date - '2019-01-01'::date, date '2020-01-01', interval '1 day' * 2
select 1::int4, 1::int8, 1::smallint, '1'::numeric(5,2), 'a'::char(3), 'a'::"char", 'x'::name
select int4(1.5), text(b), date(e), float8(a) from t
select b::int, (b::numeric)::int from t
select ctid, xmin, tableoid from t
select 1 as "a", 2 as b where false
select true and false or not true
select 'a' || 'b', 'a' || 1, 1 || 'a'
select pg_typeof(1), version(), random(), gen_random_uuid()
select count(distinct a), array_agg(a order by b desc), string_agg(distinct b, ',' order by b) from t
select (select a from t where t.b = u.x) from u
select sum((select count(*) from u where u.a = t.a)) from t
select (select sum(t.a)) from t
select t.a from t where exists (select * from u where u.a = t.a)
select -1::int2, - 5, +3, @ -5, |/ 4.0, 2 ^ 3
select 1 where 'x' = 'y'
select a from t where b = 'x' and e > '2020-01-01' and c = '1.5' and i
select max(a) over () + 1 from t
select timestamp '2020-01-01' - interval '1 hour', time '10:00' + interval '1 hour'
select bool_and(i), every(i), bit_or(a), stddev(c), variance(f), corr(f, f) from t
select a.x from (select 1 as x) a, (select 2 as y) b
select * from t as p(q, r) limit 1
select p.q from t as p(q, r)
select * from (select 1) s
select row(1, 'x', null)
select array_agg(row(a, b)) from t
select nullif('a', 'b'), greatest('a', 'b')
select cast('1' as integer), cast(null as text)
select 'x'::text = any (array['x', 'y'])
select a <> all ('{1,2}') from t
select 1 in (1, 2.5)
select b in ('x', 'y'), b not in ('z', d) from t
select k = 'x', k || 'y', d || k, length(k) from t
select z = '11111111-1111-1111-1111-111111111111', y + 1, y - 1, y > current_date from u
select n || 'x', by || 'x', tm + iv, ts - ts, ts + iv, iv * 2, iv / 2, -iv from w
