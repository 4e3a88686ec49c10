-- id: owners
-- title: Who owns every database, schema, table, view and function
-- engine: any
-- views: [pg_database, pg_namespace, pg_class, pg_proc]
-- privilege: none
-- columns:
--   kind: database, schema, table, view or function
--   schema: name of the schema; empty for a database
--   object: name of the table, view or function; of the database; empty for a schema
--   owner_id: number of its owner
-- parameters:
--   schema: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
SELECT
  'database' AS kind,
  CAST('' AS VARCHAR) AS "schema",
  TRIM(datname) AS object,
  datdba AS owner_id
FROM pg_database
UNION ALL
SELECT
  'schema' AS kind,
  TRIM(nspname) AS "schema",
  CAST('' AS VARCHAR) AS object,
  nspowner AS owner_id
FROM pg_namespace
WHERE (:schema = '' OR nspname = :schema) AND nspname NOT LIKE 'pg!_temp!_%' ESCAPE '!'
UNION ALL
SELECT
  CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind,
  TRIM(n.nspname) AS "schema",
  TRIM(c.relname) AS object,
  c.relowner AS owner_id
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v')
  AND (:schema = '' OR n.nspname = :schema)
  AND n.nspname NOT LIKE 'pg!_temp!_%' ESCAPE '!'
UNION ALL
SELECT
  'function' AS kind,
  TRIM(n.nspname) AS "schema",
  TRIM(p.proname) AS object,
  p.proowner AS owner_id
FROM pg_proc AS p
INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE (:schema = '' OR n.nspname = :schema)
  AND n.nspname NOT LIKE 'pg!_temp!_%' ESCAPE '!'
ORDER BY 1, 2, 3, 4
