-- Users, groups, roles, schemas, tables and columns.

-- view: pg_user
SELECT name AS usename, id AS usesysid, createdb AS usecreatedb, superuser AS usesuper,
  superuser AS usecatupd, '********' AS passwd
FROM made.users

-- view: pg_user_info
SELECT name AS usename, id AS usesysid, createdb AS usecreatedb, superuser AS usesuper,
  superuser AS usecatupd, '********' AS passwd, 'UNLIMITED' AS useconnlimit
FROM made.users

-- view: svl_user_info
SELECT name AS usename, id AS usesysid, createdb AS usecreatedb, superuser AS usesuper,
  superuser AS usecatupd, 'UNLIMITED' AS useconnlimit, syslog_access AS syslogaccess,
  0 AS sessiontimeout
FROM made.users

-- view: svv_user_info
SELECT name AS user_name, id AS user_id, createdb, superuser, superuser AS catalog_update,
  'UNLIMITED' AS connection_limit, syslog_access, 0 AS session_timeout
FROM made.users

-- view: pg_group
SELECT name AS groname, id AS grosysid, members AS grolist
FROM made.user_groups

-- view: svv_roles
SELECT id AS role_id, name AS role_name, owner AS role_owner
FROM made.roles

-- view: svv_user_grants
SELECT user_id, user_name, role_id, role_name, FALSE AS admin_option
FROM made.user_roles

-- view: svv_role_grants
SELECT role_id, role_name, granted_id AS granted_role_id, granted_name AS granted_role_name
FROM made.role_roles

-- view: pg_database
SELECT 100 AS oid, c.database AS datname, u.id AS datdba, 6 AS encoding, FALSE AS datistemplate,
  TRUE AS datallowconn
FROM made.cluster AS c, (SELECT MIN(id) AS id FROM made.users WHERE superuser AND id > 1) AS u

-- view: pg_database_info
SELECT 100 AS datid, c.database AS datname, u.id AS datdba, 6 AS encoding, FALSE AS datistemplate,
  TRUE AS datallowconn, 'UNLIMITED' AS datconnlimit
FROM made.cluster AS c, (SELECT MIN(id) AS id FROM made.users WHERE superuser AND id > 1) AS u

-- view: svv_redshift_databases
SELECT c.database AS database_name, u.id AS database_owner, 'local' AS database_type,
  'Snapshot Isolation' AS database_isolation_level
FROM made.cluster AS c, (SELECT MIN(id) AS id FROM made.users WHERE superuser AND id > 1) AS u

-- view: pg_namespace
SELECT oid, name AS nspname, owner AS nspowner, acl AS nspacl
FROM made.spaces

-- view: svv_redshift_schemas
SELECT c.database AS database_name, name AS schema_name, owner AS schema_owner,
  'local' AS schema_type, acl AS schema_acl
FROM made.spaces, made.cluster AS c
WHERE NOT system

-- view: svv_all_schemas
SELECT c.database AS database_name, name AS schema_name, owner AS schema_owner,
  'local' AS schema_type, acl AS schema_acl
FROM made.spaces, made.cluster AS c
WHERE NOT system

-- view: svv_redshift_schema_quota
SELECT c.database AS database_name, n.name AS schema_name, n.owner AS schema_owner,
  n.quota_mb AS quota, COALESCE(SUM(t.size_mb), 0) AS disk_usage
FROM made.spaces AS n
CROSS JOIN made.cluster AS c
LEFT JOIN made.relations AS t ON t.space = n.oid AND t.kind = 'r'
WHERE n.quota_mb IS NOT NULL
GROUP BY c.database, n.name, n.owner, n.quota_mb

-- view: pg_class
SELECT oid, name AS relname, space AS relnamespace, 0 AS reltype, owner AS relowner, 0 AS relam,
  oid AS relfilenode, 0 AS reltablespace, 0 AS relpages, COALESCE(live, 0) AS reltuples,
  FALSE AS relhasindex, FALSE AS relisshared, kind AS relkind, columns AS relnatts,
  FALSE AS relispinned, COALESCE(CASE WHEN dist >= 10 THEN 9 ELSE dist END, 0) AS reldiststyle,
  0 AS relchecks, foreign_keys AS relfkeys, FALSE AS relhasoids,
  COALESCE(primary_key, FALSE) AS relhaspkey, kind = 'v' AS relhasrules, acl AS relacl
FROM made.relations

-- view: pg_class_info
SELECT oid AS reloid, name AS relname, space AS relnamespace, owner AS relowner,
  COALESCE(live, 0) AS reltuples, kind AS relkind, columns AS relnatts,
  COALESCE(CASE WHEN dist >= 10 THEN 9 ELSE dist END, 0) AS reldiststyle,
  COALESCE(primary_key, FALSE) AS relhaspkey, acl AS relacl, created AS relcreationtime,
  COALESCE(dist, 0) AS releffectivediststyle
FROM made.relations

-- view: pg_attribute
SELECT relation AS attrelid, name AS attname, type_oid AS atttypid, -1 AS attstattarget,
  size AS attlen, number AS attnum, 0 AS attndims, -1 AS attcacheoff, modifier AS atttypmod,
  not_null AS attnotnull, default_sql IS NOT NULL AS atthasdef, FALSE AS attisdropped,
  TRUE AS attislocal, 0 AS attinhcount, distkey AS attisdistkey, FALSE AS attispreloaded,
  sortkey AS attsortkeyord, encoding AS attencodingtype, 0 AS attencrypttype
FROM made.columns

-- view: pg_attribute_info
SELECT relation AS attrelid, name AS attname, type_oid AS atttypid, size AS attlen,
  number AS attnum, modifier AS atttypmod, not_null AS attnotnull,
  default_sql IS NOT NULL AS atthasdef, FALSE AS attisdropped, distkey AS attisdistkey,
  sortkey AS attsortkeyord, encoding AS attencodingtype
FROM made.columns

-- view: pg_attrdef
SELECT 180000 + row_number() OVER (ORDER BY relation, number) AS oid, relation AS adrelid,
  number AS adnum, default_sql AS adsrc
FROM made.columns
WHERE default_sql IS NOT NULL

-- view: pg_description
SELECT oid AS objoid, 1259 AS classoid, 0 AS objsubid, comment AS description
FROM made.relations
WHERE comment IS NOT NULL
UNION ALL
SELECT relation, 1259, number, comment
FROM made.columns
WHERE comment IS NOT NULL

-- view: pg_constraint
SELECT oid, name AS conname, space AS connamespace, kind AS contype, FALSE AS condeferrable,
  FALSE AS condeferred, relation AS conrelid, 0 AS contypid, other AS confrelid,
  columns AS conkey, other_columns AS confkey
FROM made.constraints

-- view: pg_views
SELECT n.name AS schemaname, t.name AS viewname, u.name AS viewowner, t.definition
FROM made.relations AS t
JOIN made.spaces AS n ON n.oid = t.space
JOIN made.users AS u ON u.id = t.owner
WHERE t.kind = 'v'

-- view: pg_table_def
SELECT n.name AS schemaname, t.name AS tablename, k.name AS "column",
  format_type(k.type_oid, k.modifier) AS type, k.encoding_name AS encoding, k.distkey,
  k.sortkey, k.not_null AS notnull
FROM made.columns AS k
JOIN made.relations AS t ON t.oid = k.relation
JOIN made.spaces AS n ON n.oid = t.space
WHERE n.name = 'public'

-- view: pg_type
SELECT oid, name AS typname, 11 AS typnamespace, 1 AS typowner, size AS typlen,
  size > 0 AS typbyval, 'b' AS typtype, TRUE AS typisdefined, ',' AS typdelim, 0 AS typrelid,
  0 AS typelem, FALSE AS typnotnull, 0 AS typbasetype, -1 AS typtypmod, 0 AS typndims
FROM (
  VALUES (16, 'bool', 1), (19, 'name', 128), (20, 'int8', 8), (21, 'int2', 2), (23, 'int4', 4),
    (25, 'text', -1), (26, 'oid', 4), (700, 'float4', 4), (701, 'float8', 8), (1042, 'bpchar', -1),
    (1043, 'varchar', -1), (1082, 'date', 4), (1083, 'time', 8), (1114, 'timestamp', 8),
    (1184, 'timestamptz', 8), (1266, 'timetz', 12), (1700, 'numeric', -1), (4000, 'super', -1)
) AS known(oid, name, size)

-- view: svv_tables
SELECT c.database AS table_catalog, n.name AS table_schema, t.name AS table_name,
  CASE t.kind WHEN 'v' THEN 'VIEW' ELSE 'BASE TABLE' END AS table_type, t.comment AS remarks
FROM made.relations AS t
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c

-- view: svv_redshift_tables
SELECT c.database AS database_name, n.name AS schema_name, t.name AS table_name,
  CASE t.kind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS table_type, t.acl AS table_acl,
  t.comment AS remarks, u.name AS table_owner
FROM made.relations AS t
JOIN made.spaces AS n ON n.oid = t.space
JOIN made.users AS u ON u.id = t.owner
CROSS JOIN made.cluster AS c

-- view: svv_all_tables
SELECT c.database AS database_name, n.name AS schema_name, t.name AS table_name,
  t.acl AS table_acl, CASE t.kind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS table_type,
  t.comment AS remarks
FROM made.relations AS t
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c

-- view: svv_redshift_columns
SELECT c.database AS database_name, n.name AS schema_name, t.name AS table_name,
  k.name AS column_name, k.number AS ordinal_position,
  format_type(k.type_oid, k.modifier) AS data_type, k.default_sql AS column_default,
  CASE WHEN k.not_null THEN 'NO' ELSE 'YES' END AS is_nullable, k.encoding_name AS encoding,
  k.distkey, k.sortkey, k.comment AS remarks
FROM made.columns AS k
JOIN made.relations AS t ON t.oid = k.relation
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c

-- view: svv_all_columns
SELECT c.database AS database_name, n.name AS schema_name, t.name AS table_name,
  k.name AS column_name, k.number AS ordinal_position, k.default_sql AS column_default,
  CASE WHEN k.not_null THEN 'NO' ELSE 'YES' END AS is_nullable,
  format_type(k.type_oid, k.modifier) AS data_type, k.comment AS remarks
FROM made.columns AS k
JOIN made.relations AS t ON t.oid = k.relation
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c

-- view: svv_columns
SELECT c.database AS table_catalog, n.name AS table_schema, t.name AS table_name,
  k.name AS column_name, k.number AS ordinal_position, k.default_sql AS column_default,
  CASE WHEN k.not_null THEN 'NO' ELSE 'YES' END AS is_nullable,
  format_type(k.type_oid, k.modifier) AS data_type, k.comment AS remarks
FROM made.columns AS k
JOIN made.relations AS t ON t.oid = k.relation
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c

-- view: svv_schema_privileges
SELECT space AS namespace_name, privilege AS privilege_type, identity_id, identity_name,
  identity_type, admin AS admin_option, 'SCHEMA' AS privilege_scope
FROM made.grants
WHERE kind = 'schema'

-- view: svv_relation_privileges
SELECT space AS namespace_name, relation AS relation_name, privilege AS privilege_type,
  identity_id, identity_name, identity_type, admin AS admin_option
FROM made.grants
WHERE kind = 'table'

-- view: svv_column_privileges
SELECT space AS namespace_name, relation AS relation_name, column_name,
  privilege AS privilege_type, identity_id, identity_name, identity_type
FROM made.grants
WHERE kind = 'column'

-- view: svv_database_privileges
SELECT space AS database_name, privilege AS privilege_type, identity_id, identity_name,
  identity_type, admin AS admin_option, 'DATABASE' AS privilege_scope
FROM made.grants
WHERE kind = 'database'
