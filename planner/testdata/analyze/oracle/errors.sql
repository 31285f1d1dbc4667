select x from t
select aa from t
select t.bb from t
select q.a from t
select a from t, u
select a from nope
select a from public.nope
select a from nope.nope
select t.a from t x
select * from t, t
select * from t x, u x
select * 
select foo(1)
select foo(a, b) from t
select lower(1)
select lower(a) from t
select 1 + 'x'
select a + b from t
select 1 + true
select b + 1 from t
select - b from t
select a = b from t
select 'abc'::int
select 'abc'::nope
select 'x'::int4(3)
select cast(true as date)
select a::uuid from t
select a from t where a
select a from t where b = 1
select a from t where 'x'
select not 1
select case when 1 then 2 end
select case when true then 1 else 'x' end
select case when i then 1 else now() end from t
select coalesce(1, 'x')
select coalesce(a, i) from t
select 1 union select 'x'
select 1 union select true
select 1, 2 union select 1
select a from t union select b from t
select a from t union select a from u order by b
select a from t union select a from u order by a + 1
select sum(a) from t where sum(a) > 1
select a, count(*) from t group by b
select b, sum(a) from t
select * from t group by a, b having c > 1 and count(*) > nope
select b from t group by b having a > 1
select (select t.b from u) from t group by a + 1
select sum(sum(a)) from t
select sum(a) over () from t where sum(a) over () > 1
select row_number() from t
select row_number() over (order by row_number() over ()) from t
select lower(b) over () from t
select lower(distinct b) from t
select lower(*) from t
select count() from t
select sum(*) from t
select rank() over w from t
select a from t order by 5
select a from t order by 'x'
select a from t group by 3
select a as x, b as x from t order by x
select distinct a from t order by b
select distinct on (a) a, b from t order by b
select distinct j from t
select j from t group by j
select j from t order by j
select a from t limit 'x'
select a from t limit a
select a from t limit true
select a from t offset b
select * from t join u on t.a
select * from t join u using (nope)
select * from t join u using (a, a)
select * from (select 1 x, 2 x) q join t on q.x = t.a
select x from (select 1 x, 2 x) q
select * from t left join lateral (select t.a) q on true right join lateral (select t.b) r on true
select * from t, (select t.a) q
select array[1, 'x']
select array[1, true]
select array[]
select g['x'] from t
select a[1] from t
select (a).x from t
select (t).nope from t
select (row(1, 2)).f3
select (1, 2) = (1, 2, 3)
select (1, 2) = (select 1)
select (select 1, 2)
select 1 in (select 1, 2)
select (1, 2) in (select 1)
select 1 = any (1)
select 1 = any (array['x'])
select $0
select $1 + $1::text, $1::int
select generate_series(1, 2) from t where generate_series(1, 2) = 1
select case when true then generate_series(1, 2) end
select sum(generate_series(1, 2))
select a from t where exists (select nope from u)
select percentile_cont(0.5) from t
select percentile_cont(0.5) within group (order by b) from t
select sum(a) within group (order by a) from t
with q as (select 1), q as (select 2) select 1
with q as (select 1) select * from r
with a as (select * from b), b as (select 1) select * from a
with q(x, y) as (select 1) select * from q
with recursive r as (select 1 union all select n from r) select * from r
with recursive r(n) as (select 1 union all select n + 1.5 from r) select * from r
with recursive r(n) as (select n from r) select * from r
with recursive r(n) as (select n from r union select 1) select * from r
values (1, 2), (3)
values (1), ('x')
select * from (values (1), (2)) v(a, b)
select * from t as q(a, b, c, d, e, f, g, h, i, j, k, l, m)
select * from generate_series(1, 2) as g(a, b)
select * from json_to_record('{}')
select * from lower('x') as (a int)
select * from jsonb_each('{}') as (a int)
select a from t for update of u
select count(*) from t for update
select distinct a from t for update
select a from t union select a from t for update
select to_char('x', 'y', 'z')
select round(1.5, 2, 3)
select nope.lower('x')
select pg_catalog.nope('x')
select other.public.t.a from t
select substr(b, 'x') from t
select date '2020-13-01'
select timestamp 'nope'
select '{1,2'::int[]
select 'x'::jsonb
select '1'::bit(3)::int::date
select interval 'nope'
select b collate "nope" from t
select a collate "C" from t
select now() collate "C"
select max(a) filter (where max(a) > 1) from t
select max(a) filter (where 1) from t
select a from t where a in ('x')
select a from t where a between 1 and 'x'
select a like 'x' from t
select t.a.b from t
select ctid.x from t
select oid from t
select current_date from t group by nope
select sum(a) over (order by nope) from t
select sum(a) over (rows between 'x' preceding and current row) from t
select sum(a) over (range between 1 preceding and current row) from t
select sum(a) over (groups 1 preceding) from t
select string_agg(distinct b, ',' order by a) from t
select string_agg(b) from t
select string_agg(a, ',') from t
select unnest(1)
select array_append(1, 2)
select array_append(array[1], 'x')
select width_bucket('a', 'b')
select greatest(1, 'x')
select nullif(1, true)
select 1 is distinct from true
select * from t where t
select abs('x')
select abs(true)
select a from t where (a, b) = 1
select row(1,2) < row(1,'x')
select row(1,2) @> row(1,3)
select 99999999999999999999::int
select 'x' = 1
select '2020-01-01' > current_date, 'nope' > current_date
select * from nope.lower('x')
select grouping(a) from t
select grouping(a) from t group by b
select a from t fetch first null rows with ties
select make_interval(days => 1, days => 2)
select make_interval(nope => 1)
select make_interval(days => 1, 2)
select u.y from u where y = 'nope'
select lower(b, b) from t
