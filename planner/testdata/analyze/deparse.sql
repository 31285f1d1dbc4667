a
a + 1
a > 0 and c >= 0
c >= 0
c >= 0.5
b = 'x'
d = 'x'
d in ('x', 'y')
b in ('x', 'y')
a in (1, 2, 3)
a not in (1, 2)
a = any (g)
a = any ('{1,2}')
b <> all (array['x', 'y'])
a between 1 and 10
not i
i is true
i is not unknown
a is null
b is distinct from 'x'
b is not distinct from 'x'
-a
-5
a + -5
- 5.5
1.5
'x'
null::int
'it''s'
'back\slash'
true
10000000000
a::text
b::varchar(5)
'none'::varchar(10)
'none'::varchar
'5'::numeric(10,2)
c::numeric(4,1)
a::bigint
e::date
date '2020-01-01'
timestamptz '2020-01-01 00:00:00+00'
interval '1 day'
'{"a": 1}'::jsonb
'{1,2}'::int[]
b::int
d::text
d || 'x'
lower(b)
lower(d)
length(b) > 3
coalesce(b, 'x')
coalesce(a, 0)
nullif(a, 0)
greatest(a, 1)
least(a, c)
case when a > 1 then 'x' else 'y' end
case when a > 1 then 1 end
case a when 1 then 'x' when 2 then 'y' end
case when a > 1 then case when i then 1 else 2 end else 3 end
g[1]
g[1:2]
g[:2]
(array[1,2])[1]
array[1, 2]
array[]::int[]
array[b, 'x']
row(a, b)
(a, b) = (1, 'x')
(a, b) < (1, 'x')
h -> 'a'
h ->> 'a'
(h ->> 'a')::int
h @> '{}'
h ? 'a'
b like 'x%'
b not ilike 'y'
b ~ 'x'
b similar to 'x'
b collate "C"
b collate "C" < 'x'
extract(year from e)
e at time zone 'UTC'
now()
current_date
current_timestamp
current_timestamp(3)
localtimestamp
localtime
current_user
current_schema
substring(b from 1 for 2)
substring(b, 1)
trim(b)
trim(leading 'x' from b)
position('x' in b)
overlay(b placing 'x' from 1)
left(b, 2)
date_trunc('day', e)
f * 2
f + a
a / 2
a % 2
a * c
s + 1
s = 1
s::int = 1
k = 'x'
k || 'x'
a = 1 or b = 'x' or i
not (a = 1 and i)
concat(a, b)
format('%s', a)
jsonb_build_object('a', a)
jsonb_extract_path(h, 'a', 'b')
gen_random_uuid()
nextval('t_pkey'::regclass)
't'::regclass
abs(a)
round(c, 1)
array_length(g, 1)
g || 1
cardinality(g) > 0
b is null or length(b) < 10
pg_typeof(a)
1::smallint
'a'::char(3)
'a'::"char"
'a'::name
12.5::float8
'1.5'::float8
to_char(e, 'YYYY')
md5(b)
e + interval '1 day'
e > now() - interval '1 hour'
bool(a)
int4(c)
