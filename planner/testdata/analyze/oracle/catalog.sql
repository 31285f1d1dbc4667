select * from pg_class
select * from pg_attribute
select * from pg_type
select oid, relname from pg_class where relname = 't'
select c.oid::regclass, n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
select format_type(atttypid, atttypmod), attname from pg_attribute where attrelid = 't'::regclass and attnum > 0 and not attisdropped
select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
select t.oid, typarray from pg_type t join pg_namespace ns on typnamespace = ns.oid where typname = $1
select typname as name, oid, typarray as array_oid, oid::regtype::text as regtype, typdelim as delimiter from pg_type t where t.oid = to_regtype($1) order by t.oid
select to_regtype('vector')::oid, to_regtype('_vector')::oid
select typname, oid from pg_type where typname in ($1, $2, $3)
select current_setting('jit') as cur, set_config('jit', 'off', false) as new
select pg_advisory_xact_lock($1)
select pg_catalog.version()
select current_schema()
select * from pg_catalog.pg_tables where schemaname = 'public'
select * from information_schema.tables where table_schema = $1
select * from information_schema.columns
select exists (select 1 from information_schema.tables where table_name = $1)
select relname from pg_class c where relkind = any (array['r', 'p', 'v'])
select relname from pg_class where relkind in ('r', 'v') and pg_table_is_visible(oid)
select c.relname, array(select a.attname from pg_attribute a where a.attrelid = c.oid order by a.attnum) from pg_class c
select indexrelid::regclass, indkey[0], unnest(indkey) from pg_index
select i.indkey::int2[], i.indoption from pg_index i
select conname, contype, conkey, confrelid::regclass from pg_constraint where contype = 'f'
select (aclexplode(relacl)).grantee from pg_class
select pg_get_constraintdef(oid, true) from pg_constraint
select obj_description(oid, 'pg_class'), col_description(oid, 1) from pg_class
select n.nspname as "Schema", c.relname as "Name", case c.relkind when 'r' then 'table' when 'v' then 'view' end as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner" from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r','p','') and n.nspname <> 'pg_catalog' and n.nspname !~ '^pg_toast' and n.nspname <> 'information_schema' and pg_catalog.pg_table_is_visible(c.oid) order by 1,2
select c.oid, n.nspname, c.relname from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relname operator(pg_catalog.~) '^(t)$' collate pg_catalog.default and pg_catalog.pg_table_is_visible(c.oid) order by 2, 3
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (select pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) from pg_catalog.pg_attrdef d where d.adrelid = a.attrelid and d.adnum = a.attnum and a.atthasdef), a.attnotnull, (select c.collname from pg_catalog.pg_collation c, pg_catalog.pg_type t where c.oid = a.attcollation and t.oid = a.atttypid and a.attcollation <> t.typcollation) as attcollation, a.attidentity, a.attgenerated from pg_catalog.pg_attribute a where a.attrelid = '16384' and a.attnum > 0 and not a.attisdropped order by a.attnum
select c2.relname, i.indisprimary, i.indisunique, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true) from pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i left join pg_catalog.pg_constraint con on (conrelid = i.indrelid and conindid = i.indexrelid and contype in ('p','u','x')) where c.oid = '16384' and c.oid = i.indrelid and i.indexrelid = c2.oid
select d.datname as "Name", pg_catalog.array_to_string(d.datacl, E'\n') as "Access privileges" from pg_catalog.pg_database d order by 1
select name, setting, unit from pg_settings where name = 'work_mem'
select * from pg_extension where extname = 'vector'
select pg_size_pretty(pg_total_relation_size('t'::regclass)), pg_relation_size('t')
select nspname from pg_namespace where nspname like 'pg\_%' escape '\'
select t.typname, (select array_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) as labels from pg_type t where t.typtype = 'e'
select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = $1::regclass
select count(*) filter (where relkind = 'r'), relkind from pg_class group by relkind
select generate_subscripts(indkey, 1), indkey from pg_index
select * from pg_index i cross join lateral unnest(i.indkey) with ordinality as k(attnum, ord)
select x.n, a.attname from pg_index i, generate_series(0, i.indnatts - 1) as x(n) join pg_attribute a on a.attnum = x.n
select pg_encoding_to_char(encoding), datcollate from pg_database where datname = current_database()
select proname, prosrc, pg_get_function_result(oid), proargtypes::regtype[] from pg_proc limit 1
select 't'::regclass, 't'::regclass::oid, 'int4'::regtype, 'lower(text)'::regprocedure, 'now'::regproc
select oid from pg_class where oid = 't'::regclass
select oid from pg_class where oid = 'nope'::regclass
select 'nope'::regtype
select reltuples::bigint, relpages, relkind = 'r', reloptions from pg_class
select row_to_json(c) from (select relname from pg_class) c
select castsource::regtype, casttarget::regtype, castcontext from pg_cast
select a.oid = b.oid, a.oid > 10, a.oid::int, a.oid::bigint + 1 from pg_class a, pg_type b
select relnamespace::regnamespace, relowner::regrole from pg_class
select * from pg_stat_activity where pid = pg_backend_pid()
select pid, state from pg_stat_activity
select * from pg_locks
select tablename, indexdef from pg_indexes where tablename = 't'
with recursive typeinfo_tree(oid, depth) as (select t.oid, 0 from pg_type t where t.oid = any($1::oid[]) union all select t.typelem, tt.depth + 1 from pg_type t, typeinfo_tree tt where tt.oid = t.oid and t.typelem <> 0) select distinct *, oid::regtype::text as b from typeinfo_tree order by depth desc
