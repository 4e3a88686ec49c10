-- id: ddl-constraints
-- title: The keys of the tables of a schema
-- engine: any
-- views: [pg_constraint, pg_class, pg_namespace]
-- privilege: none
-- columns:
--   table_id: number of the table
--   constraint_id: number of the constraint
--   constraint: its name
--   kind: p is a primary key, u unique, f a foreign key
--   columns: places of its columns, as an array
--   other_id: number of the table that a foreign key points to
--   other_schema: schema of that table
--   other_table: name of that table
--   other_columns: places of its columns there, as an array
-- parameters:
--   schema: "text "
--   table: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
SELECT
  k.conrelid AS table_id,
  k.oid AS constraint_id,
  k.conname AS "constraint",
  k.contype AS kind,
  k.conkey AS columns,
  k.confrelid AS other_id,
  m.nspname AS other_schema,
  o.relname AS other_table,
  k.confkey AS other_columns
FROM pg_constraint AS k
INNER JOIN pg_class AS c ON c.oid = k.conrelid
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_class AS o ON o.oid = k.confrelid
LEFT JOIN pg_namespace AS m ON m.oid = o.relnamespace
WHERE n.nspname = :schema
  AND (:table = '' OR c.relname = :table)
  AND k.contype IN ('p', 'u', 'f')
ORDER BY k.conrelid, k.oid
