-- id: ddl-tables
-- title: The tables and views of a schema, as their DDL has them
-- engine: any
-- views: [pg_class, pg_namespace, pg_user, pg_description]
-- privilege: none
-- columns:
--   table_id: number of the table or view
--   schema: name of its schema
--   table: its name
--   kind: r is a table, v a view
--   dist_style: 0 is EVEN, 1 KEY, 8 ALL, 9 AUTO
--   owner: name of its owner; empty where there is no such user
--   comment: what COMMENT ON TABLE said
-- parameters:
--   schema: "text "
--   table: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
SELECT
  c.oid AS table_id,
  n.nspname AS "schema",
  c.relname AS "table",
  c.relkind AS kind,
  c.reldiststyle AS dist_style,
  u.usename AS owner,
  d.description AS comment
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_user AS u ON u.usesysid = c.relowner
LEFT JOIN pg_description AS d
  ON d.objoid = c.oid
  AND d.objsubid = 0
  AND d.classoid = 1259  -- pg_class: the same number in every database
WHERE n.nspname = :schema
  AND (:table = '' OR c.relname = :table)
  AND c.relkind IN ('r', 'v')
ORDER BY c.oid
