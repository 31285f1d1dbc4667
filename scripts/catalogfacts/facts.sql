-- What exec/catalog knows of PostgreSQL, one file a catalog. Columns of reg*
-- types are written as numbers, expression trees as the SQL text that they
-- deparse to; columns whose name begins with an underscore are not the
-- catalog's but computed here.
SET search_path = pg_catalog;
SET client_min_messages = warning;

CREATE TEMP TABLE extraction(catalog text, extra text, condition text);
INSERT INTO extraction VALUES
	('pg_namespace', '', 'nspname <> ''public'' AND nspname !~ ''^pg_(toast_)?temp'''),
	('pg_type', '', 'oid < 16384'),
	('pg_proc', 'oid::regprocedure::text AS _signature, ' ||
		'ARRAY(SELECT pg_get_function_arg_default(t.oid, n) FROM generate_series(pronargs - pronargdefaults + 1, pronargs) n) AS _defaults',
		'pronamespace IN (11, ''information_schema''::regnamespace) AND proname !~ ''^plpgsql_'''),
	('pg_aggregate', '', ''),
	('pg_operator', '', ''),
	('pg_cast', '', ''),
	('pg_opclass', '', ''),
	('pg_opfamily', '', ''),
	('pg_amop', '', ''),
	('pg_amproc', '', ''),
	('pg_am', '', ''),
	('pg_language', '', 'lanname <> ''plpgsql'''),
	('pg_collation', '', 'collname IN (''default'', ''C'', ''POSIX'', ''ucs_basic'')'),
	('pg_range', '', ''),
	('pg_authid', '', 'rolname ~ ''^pg_'''),
	('pg_auth_members', '', ''),
	('pg_tablespace', '', ''),
	('pg_class', '', 'oid < 16384 AND relkind IN (''r'', ''v'', ''i'') AND relnamespace <> 99'),
	('pg_attribute', '', 'attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE oid < 16384 AND relkind IN (''r'', ''v'', ''i'') AND relnamespace <> 99)'),
	('pg_index', '', 'indexrelid < 16384 AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace <> 99)'),
	('pg_constraint', 'pg_get_constraintdef(oid) AS _definition', ''),
	('pg_conversion', '', ''),
	('pg_ts_config', '', ''),
	('pg_ts_dict', '', ''),
	('pg_ts_parser', '', ''),
	('pg_ts_template', '', ''),
	('pg_description', '', 'classoid <> ''pg_extension''::regclass AND description !~ ''plpgsql|PL/pgSQL'''),
	('pg_settings', '', 'name !~ ''^plpgsql''');

-- The select list of a catalog in attnum order.
CREATE FUNCTION pg_temp.columns(catalog text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(CASE
		WHEN catalog = 'pg_proc' AND attname = 'proargdefaults' THEN 'pg_get_expr(proargdefaults, 0)'
		WHEN catalog = 'pg_proc' AND attname = 'prosqlbody' THEN 'pg_get_function_sqlbody(oid)'
		WHEN catalog = 'pg_constraint' AND attname = 'conbin' THEN 'pg_get_expr(conbin, conrelid)'
		WHEN catalog = 'pg_type' AND attname = 'typdefaultbin' THEN 'NULL::text'
		WHEN catalog = 'pg_class' AND attname IN ('relpages', 'reltuples', 'relfilenode', 'reltoastrelid', 'relallvisible') THEN '0'
		WHEN catalog = 'pg_class' AND attname IN ('relfrozenxid', 'relminmxid') THEN '1'
		WHEN catalog = 'pg_settings' AND attname IN ('sourcefile', 'sourceline') THEN 'NULL::text'
		WHEN catalog = 'pg_settings' AND attname = 'setting' THEN 'boot_val'
		WHEN catalog = 'pg_settings' AND attname = 'source' THEN '''default''::text'
		WHEN catalog = 'pg_settings' AND attname = 'pending_restart' THEN 'false'
		WHEN catalog = 'pg_settings' AND attname = 'reset_val' THEN 'boot_val'
		WHEN typname LIKE 'reg%' THEN quote_ident(attname) || '::oid'
		WHEN typname = '_regtype' THEN quote_ident(attname) || '::oid[]'
		WHEN typname IN ('anyarray', 'pg_node_tree', '_aclitem') THEN 'NULL::text'
		WHEN attname LIKE '%namespace' OR catalog = 'pg_namespace' AND attname = 'oid' OR catalog = 'pg_description' AND attname = 'objoid' THEN
			format('CASE %1$I WHEN ''information_schema''::regnamespace THEN 13183 ELSE %1$I END', attname)
		ELSE quote_ident(attname) END || ' AS ' || quote_ident(attname), ', ' ORDER BY attnum)
	FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
	WHERE attrelid = ('pg_catalog.' || catalog)::regclass AND attnum > 0 AND NOT attisdropped
$$;

SELECT format('COPY (SELECT %s%s FROM %I t %s ORDER BY %s) TO PROGRAM %L WITH (FORMAT text, HEADER true)',
	pg_temp.columns(catalog), CASE WHEN extra <> '' THEN ', ' || extra ELSE '' END, catalog,
	CASE WHEN condition <> '' THEN 'WHERE ' || condition ELSE '' END,
	CASE WHEN catalog = 'pg_attribute' THEN 'attrelid, attnum'
		WHEN catalog = 'pg_description' THEN 'classoid, objoid, objsubid'
		WHEN catalog = 'pg_settings' THEN 'name COLLATE "C"'
		WHEN catalog IN ('pg_aggregate', 'pg_range', 'pg_index', 'pg_auth_members') THEN '1'
		ELSE 'oid' END,
	'cat >../out/' || catalog || '.tsv')
FROM extraction \gexec

COPY (SELECT * FROM pg_get_keywords() ORDER BY word) TO PROGRAM 'cat >../out/keywords.tsv' WITH (FORMAT text, HEADER true);

SELECT format('COPY (SELECT * FROM information_schema.%1$I ORDER BY %2$s) TO PROGRAM %3$L WITH (FORMAT text, HEADER true)',
	name, key, 'cat >../out/information_schema.' || name || '.tsv')
FROM (VALUES ('sql_features', 'feature_id, sub_feature_id'), ('sql_implementation_info', '1'), ('sql_parts', '1'), ('sql_sizing', '1')) t(name, key) \gexec
