-- id: ddl-other-columns
-- title: The columns of the tables that foreign keys of a schema point to
-- engine: any
-- views: [pg_attribute, pg_constraint, pg_class, pg_namespace]
-- privilege: none
-- columns:
--   table_id: number of the table
--   number: place of the column
--   column: its name
-- parameters:
--   schema: "text "
--   table: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
SELECT DISTINCT
  a.attrelid AS table_id,
  a.attnum AS number,
  a.attname AS "column"
FROM pg_attribute AS a
INNER JOIN pg_constraint AS k ON k.confrelid = a.attrelid
INNER JOIN pg_class AS c ON c.oid = k.conrelid
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = :schema
  AND (:table = '' OR c.relname = :table)
  AND k.contype = 'f'
  AND a.attnum > 0
ORDER BY 1, 2, 3
