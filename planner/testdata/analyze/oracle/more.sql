select a.a, b.a from t a join t b on a.a = b.a
select * from t a join t b using (a)
select * from t a left join u b using (a) join w c using (a)
select * from (t join u using (a)) j
select j.a, j.x from (t join u using (a)) as j
select t.a from (t join u using (a)) as j
select j.* from t join u using (a) as j
select x.* from (select t.*, u.x from t, u) x
select count(*) over (), count(*) filter (where a > 1) over (partition by b order by c) from t
select sum(a) over w, avg(a) over (w order by c) from t window w as (partition by b)
select sum(a) over (w rows 1 preceding) from t window w as (order by a)
select a, sum(a) over (order by e range between interval '1 day' preceding and current row) from t
select a, sum(a) over (order by a groups between 1 preceding and 1 following exclude ties) from t
select sum(count(*)) over () from t group by b
select b, rank() over (order by count(*) desc) from t group by b
select b, sum(a) from t group by grouping sets ((b), ())
select b, i, sum(a), grouping(b, i) from t group by grouping sets ((b, i), (b), ())
select coalesce(b, 'x') as b, count(*) from t group by coalesce(b, 'x')
select a + 1 as z from t order by z
select a + 1 as z from t order by z + 1
select a + 1 as z from t group by a + 1 order by a + 1
select a + 1 as z from t group by z having a + 1 > 1
select lower(b) as b from t group by b
select (select count(*) from u where u.a = t.a) as n from t order by n
select t.a, (select array_agg(u.x order by u.x) from u where u.a = t.a) from t
select t.b, (select max(u.a) from u where u.x = t.b) from t group by t.b
select * from t where (a, b) in (select a, x from u)
select * from t where (a, b) > (select 1, 'x')
select * from t where a > all (select a from u)
select * from t where b = some (select x from u)
select * from t where not exists (select from u where u.a = t.a)
select from t
select 1 from t having count(*) > 0
select a, b from t where true order by 1, b limit 10 offset 5
select a from t limit null
select a from t limit all
select a from t fetch first row only
select a from t offset 2 rows fetch next 3 rows only
select distinct a, b from t order by a
select distinct on (a, b) a, b, c from t order by b, a, c
select distinct on (1) a, b from t
select all a from t
table t
table t order by a limit 1
values (1, 'x', null), (2, 'y', $1)
values ('x'), (null)
values (1.0), (2)
values (1), (2) order by 1 limit 1
values ($1::int)
select * from (values (1, null), (2, now())) v(a, b)
select (values (1))
(select 1) union (select 2) order by 1
(select a from t order by a limit 1) union all (select a from u order by a limit 1)
select 1 union select 2 intersect select 3 except select 4
select a, null from t union select a, x from u
select null union select 'x'
select 'x' union select null
select null, 1 union all select 'y', null
select $1 union select 1
select 1 union select $1
select b from t union select d from t
select d from t union all select d from t
select c from t union select c from t
select c from t union select 1.5
select a from (select 1 as a union select 2) s
with a as (select 1 as x), b as (select x + 1 as y from a) select * from a, b
with a as materialized (select 1), b as not materialized (select 2) select * from a, b
with recursive t1(n) as (values (1) union all select n + 1 from t1 where n < 10) select sum(n) from t1
with recursive t1(n) as (values (1.5) union all select n + 1 from t1) select * from t1 limit 3
with recursive tree as (select a, b, array[a] as path from t union all select t.a, t.b, path || t.a from t join tree on t.a = tree.a + 1) select * from tree
with recursive x as (select * from y), y as (select 1) select * from x
with t as (select 1 as only) select * from t
select * from (with q as (select 1 as a) select * from q) z
with q as (select * from t) select q.a, (select count(*) from q) from q
select cast($1 as numeric(10,2)), $2::varchar(5), $3::timestamptz(3)
select $1 || 'x', 'x' || $2, $3 || $4::text
select $1 = 1, $2 > 1.5, $3 < now(), $4 is null or $4 = 'x'
select $1 is null
select coalesce($1, $2, 1)
select a from t where a = $1 or $1 is null
select a from t where ($1::int is null or a = $1)
select a from t where b like $1 || '%'
select a from t where b ilike '%' || $1 || '%'
select a from t where e between $1 and $2
select a from t where (a, b) = ($1, $2)
select a from t where (a, b) in (($1, $2), ($3, $4))
select a from t where g @> array[$1]
select a from t where g @> $1
select a from t where h @> $1
select a from t where h ->> $1 = $2
select a from t where h -> $1 is not null
select a from t where extract(year from e) = $1
select a from t where e > now() - $1::interval
select a from t where e > now() - $1
select a from t order by $1
select a from t order by a limit $1::int
select case when $1 then 1 else 2 end
select case $1 when 1 then 'a' end
select array[$1, 2]
select array[$1::int]
select lower($1), abs($1)
select abs($1)
select round($1, 2)
select substring($1 from 1 for 2)
select to_char($1, 'x')
select generate_series(1, $1)
select * from generate_series($1::date, $2::date, '1 day')
select * from generate_series('2020-01-01'::timestamp, '2020-02-01', '1 day') d
select unnest($1::text[])
select * from unnest($1::int[], $2::text[]) as x(a, b)
select a from t where a = any($1::int[]) order by array_position($1::int[], a)
select jsonb_agg(x) from (select a, b from t) x
select json_build_object('a', a, 'b', array_agg(b)) from t group by a
select h #>> '{a,b}', h - 'a', h || '{"x":1}', h ? 'a', h ?| array['a'], h @? '$.a', jsonb_path_query(h, '$.a') from t
select h['a'], h['a']['b'], h[0] from t
select * from jsonb_array_elements('[1]') as x
select * from jsonb_array_elements_text('[1]') with ordinality as x(v, i)
select * from t, jsonb_each_text(t.h) as kv(k, v)
select * from jsonb_to_record('{"a":1}') as r(a int, b numeric(4,2))
select * from json_populate_record(null::t, '{}')
select (jsonb_populate_record(null::t, h)).b from t
select jsonb_set(h, '{a}', '1'), jsonb_insert(h, '{a}', '1') from t
select t.h->'a'->>'b' from t
select date '2020-01-01' + interval '1 day', date '2020-01-01' - 1, current_date - date '2020-01-01', now()::date, e::time from t
select extract(epoch from e), extract(dow from y), date_part('year', e) from t, u
select e at time zone 'UTC' at time zone 'Europe/Berlin' from t
select timezone('UTC', e), justify_days(interval '35 days'), make_interval(days => 3) from t
select interval '1' day, interval '1-2' year to month, interval(3) '1.2345 s'
select timestamp(3) '2020-01-01', time(2) '10:00', timestamptz '2020-01-01 10:00+02'
select (e, e) overlaps (now(), now()) from t
select 'a' < 'b', 'a' < b, b collate "C" < 'x' from t
select 1 < 2 and 2 < 3, not 1 > 2, 1 <> 2, 1 != 2
select 5 / 2, 5 % 2, 5.0 / 2, 2 ^ 3, 5 / 2.0::float4, 7::int8 / 2::int2
select 1::int2 + 1::int2, 1::int2 + 1, 1::int8 * 2, 1.5::float4 + 1, 1::numeric + 1.5::float8
select ~5, 5 & 3, 5 | 3, 5 # 3, 1 << 4, 16 >> 2
select !!5
select |/ 16, ||/ 27, @ -5.5
select -a, +a, - (-a) from t
select 'x'::varchar || 'y'::text, 'x'::char(3) || 'y', 1 || 'x'::text
select b || null, null || b, a || null from t
select 'abc' similar to 'a%', 'abc' like any (array['a%', 'b%']), b not like all (array['x']) from t
select b ~* 'x', b !~ 'y', regexp_replace(b, 'x', 'y', 'g'), regexp_matches(b, 'x') from t
select split_part(b, ',', 1), string_to_array(b, ','), array_to_string(g, ','), concat_ws(',', a, b, i) from t
select length('x'), char_length('x'), octet_length('x'), bit_length('x'), upper(d), initcap(k) from t
select lpad(b, 5), rpad(b, 5, 'x'), repeat(b, 3), reverse(b), replace(b, 'a', 'b'), translate(b, 'a', 'b') from t
select greatest(a, 1.5), least(b, d), greatest(null, 1), greatest(e, '2020-01-01') from t
select nullif(b, ''), nullif(a, 0), nullif(c, 1), coalesce(b, d), coalesce(d, 'x'), coalesce(null, null) from t
select case when true then 'x'::varchar(3) end, case when true then d else d end from t
select case i when true then 1 else 2 end, case when i then g else null end from t
select a::float8, a::numeric, a::text, a::varchar(3), a::bool, c::int, f::numeric, b::bytea, i::int, i::text from t
select '1'::bit(3), b'101', x'1F', '101'::varbit
select 'NaN'::float8, 'Infinity'::numeric, '1e5'::float8, 1e5, 1.5e-3, .5
select 9223372036854775807, 9223372036854775808, -9223372036854775808, 2147483648, -2147483648
select 'a'::text::varchar::char(5)::name, 'true'::bool, 'x'::"char"::text
select '{1,2,3}'::int[], '{{1,2},{3,4}}'::int[][], array[1,2]::bigint[], array['1','2']::int[], '{a,b}'::varchar(3)[]
select g[1], g[1:2], g[:2], (array[1,2,3])[2], (string_to_array('a,b', ','))[1] from t
select array[1,2] || array[3], array[1,2] || 3, 3 || array[1,2], array['a'] || 'b', array[1] = g, g && array[1], g <@ array[1] from t
select array_cat(g, '{1}'), array_prepend(1, g), array_remove(g, 1), array_replace(g, 1, 2), array_positions(g, 1), array_upper(g, 1), array_fill(0, array[3]) from t
select row(1, 'x') = row(1, 'y'), row(a, b) is null, (a, b) is not null, row(t.*) from t
select t is null, t is not null, t = t from t
select (t.*) is null from t
select count(t), count(t.*), count(distinct (a, b)) from t
select max(b), min(e), max(g), min(y), max(k), bool_or(i) from t, u
select sum(s), sum(a), sum(f), sum(c), sum(interval '1 day'), avg(a), avg(f), avg(interval '1 day') from t
select stddev_pop(a), var_samp(f), regr_slope(f, f), covar_pop(f, f), percentile_disc(0.5) within group (order by a), percentile_cont(array[0.25, 0.5]) within group (order by f) from t
select rank(5) within group (order by a), dense_rank(5) within group (order by a), percent_rank(5) within group (order by a) from t
select array_agg(g), array_agg(distinct a order by a), json_object_agg(b, a), jsonb_object_agg(b, a), xmlagg(null) from t
select nextval('t_pkey'), currval('x'::regclass), setval('x', 1), lastval()
select pg_sleep(0.1), txid_current(), pg_backend_pid(), inet_server_addr(), current_query()
select z::text, '11111111-1111-1111-1111-111111111111'::uuid = z, z = $1, z > z from u
select '127.0.0.1'::inet, '10.0.0.0/8'::cidr, inet '10.1.1.1' << cidr '10.0.0.0/8'
select t.*, u.* from t, u where t.a = u.a and u.y = '2020-01-01' and t.i = 'true' and t.s = '5'
select current_date::text, current_time(0), localtimestamp::date, user, session_user, current_role
select overlay('abc' placing 'x' from 2 for 1), trim(leading from b), trim(trailing 'x' from b), position('a' in 'abc'), substring(b, 'a.*'), substring(b from 'a.*'), substring('abc' similar 'a#"%#"_' escape '#') from t
select 'x' as "select", 1 as "A b", 2 as ü
select true is true, null is unknown, (1 = 1) is not false
select a as b, b as a from t order by a
select b as a from t order by a, t.a
select a as x from t group by x, b
select a from t where a in (select b.a from u b where b.x in ('x', 'y') group by b.a having count(*) > 1)
select * from t left join lateral (select max(u.a) m from u where u.a < t.a) l on true
select * from t, lateral generate_series(1, t.a) g
select * from t, generate_series(1, t.a) with ordinality g(n, o), unnest(t.g) x
select * from t cross join lateral (values (t.a), (t.s)) v(q)
select * from rows from (unnest(array[1,2]), json_to_recordset('[]') as (a int, b text)) with ordinality as z(q, w, e, r)
select f.* from json_to_record('{"a": 1}') f(a int)
select lower, lower.lower from lower('X')
select now from now()
select * from pg_typeof(1)
select generate_series, generate_series.generate_series from generate_series(1, 2)
select g from generate_series(1, 2) g
select g.g from generate_series(1, 2) g
select (g).n from generate_series(1, 2) g(n)
select count(g) from generate_series(1, 2) g
select jsonb_each(h), (jsonb_each(h)).* from t
select (jsonb_each(h)).key from t
select a, unnest(g), generate_series(1, 3) from t
select unnest(g) + 1 from t
select a, count(*) from (select a, unnest(g) x from t) q group by 1
select array(select unnest(g) from t), array(select array[1, 2])
select exists (select 1 where false) as e, (select 1) + 1
select t.ctid, t.tableoid::regclass from t
select a from t for share of t skip locked
select a from t for no key update nowait
select t.a from t join u on true for update of t
select make_timestamp(2020, 1, 1, 0, 0, 0), make_interval(days => 1, hours => 2), jsonb_set(target => h, path => '{a}', new_value => '1') from t
select parse_ident('a.b'), string_to_table('a,b', ','), json_array_length('[]'), num_nonnulls(1, null), variadic_test() from t
select concat(variadic array['a', 'b']), format('%s', variadic array[1, 2]), jsonb_extract_path(h, 'a', 'b'), jsonb_extract_path(h, variadic array['a']) from t
select int '5', float8 '1.5', bool 'true', text 'x', numeric(5, 2) '1.234', varchar(2) 'abc', char 'ab', "char" 'ab'
select cast('x' as char), cast(1 as char(3)), 'abc'::bpchar
select 1 = '1', '1' = 1, 1.5 = '1.5', true = 'yes', now() > '2020-01-01', '1 day' < interval '2 days'
select a = '5', a in ('1', '2'), b in ('a', null), a not in (1, null), c in (1, 2.5), s in (1, 100000) from t
select 1 in (1), 1 in (2, null), 'a' in ('b', 'c'), null in (1, 2)
select to_tsvector('x')
