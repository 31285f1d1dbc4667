insert into t (a) values (1)
insert into t (a, b, c) values ($1, $2, $3)
insert into t values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
insert into t (a, b) values (1, 'x'), (2, default), (default, 'y')
insert into t (a, b) select a, x from u
insert into t (a, b) select $1, $2
insert into t (a, e) select 1, '2020-01-01'
insert into t (a, e) select 1, 'nope'
insert into t (a, c) values ('5', '1.5')
insert into t default values
insert into t (a) values (1) returning *
insert into t (a) values (1) returning a + 1 as z, b
insert into t (a) values (1) on conflict do nothing
insert into t (a, b) values (1, 'x') on conflict (a) do update set b = excluded.b
insert into t (a, b) values (1, 'x') on conflict (a) do update set b = excluded.b || t.b where t.a > $1
insert into t as q (a, b) values (1, 'x') on conflict on constraint t_pkey do update set (b, c) = (q.b, 2)
insert into t (a, nope) values (1, 2)
insert into t (a, a) values (1, 2)
insert into t (a, b) values (1)
insert into t (a) values (1, 2)
insert into t (a, b) values ((1, 2))
insert into t (a) values ('x')
insert into t (a) values (true)
insert into t (g) values (1)
insert into t (a, b) select a from u
insert into t (a) select true
insert into t (y) select y from u
insert into nope values (1)
insert into t (a) values (1) on conflict do update set a = 1
insert into t (a) values (1) on conflict (nope) do nothing
insert into t (a) values (1) on conflict on constraint nope do nothing
insert into t (a) values (1) returning nope
insert into t (a) values (sum(1))
insert into t (a) values (b)
insert into t (ctid) values ('x')
insert into t (a) values (default), (1, 2)
update t set a = 1
update t set a = $1, b = $2 where c = $3
update t set b = u.x from u where u.a = t.a
update t as q set b = q.b || 'x' where q.a = 1 returning *
update t set (a, b) = (1, 'x')
update t set (a, b) = (select 1, 'x'::text)
update t set (a, b) = (select a, x from u where u.a = t.a) where true
update t set a = default, b = null
update t set g[1] = 5
update t set g[1:2] = '{1,2}'
update t set nope = 1
update t set a = 'x'
update t set a = true
update t set g[1] = 'x'
update t set a = 1, a = 2
update t set a = sum(1)
update t set (a, b) = (1, 2, 3)
update t set (a, b) = 1
update t set a = u.a
update t set b = x from u returning t.b, u.x
update t x set a = 1 where t.a = 1
update nope set a = 1
update t set a = 1 from t
update t set ctid = 'x'
update t set t.a = 1
update t set a = generate_series(1, 2)
delete from t
delete from t where a = $1
delete from t using u where t.a = u.a returning t.*
delete from t where nope = 1
delete from nope
delete from t where a = sum(a)
delete from t using t
delete from t q where t.a = 1
with q as (select 1 as z) insert into t (a) select z from q
with q as (delete from t returning a) select count(*) from q
with q as (update t set a = 1) select * from q
select * from (insert into t values (1) returning a) q
select (with q as (delete from t returning a) select a from q)
