-- id: table-ddl
-- title: The columns of the tables of a schema, as their DDL has them
-- engine: any
-- views: [pg_attribute, pg_class, pg_namespace, pg_attrdef, pg_description]
-- privilege: none
-- columns:
--   table_id: number of the table
--   number: place of the column; dropped columns leave gaps
--   column: its name
--   type: its type with its length
--   not_null: whether NULL is refused
--   default_sql: the expression of its default, or of its identity
--   encoding: its compression; none is RAW
--   distkey: whether rows are distributed by it
--   sortkey: place in the sort key, from 1; negative if interleaved, 0 if not in it
--   comment: what COMMENT ON COLUMN said
-- parameters:
--   schema: "text "
--   table: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
SELECT
  a.attrelid AS table_id,
  a.attnum AS number,
  a.attname AS "column",
  FORMAT_TYPE(a.atttypid, a.atttypmod) AS type,
  a.attnotnull AS not_null,
  f.adsrc AS default_sql,
  TRIM(FORMAT_ENCODING(CAST(a.attencodingtype AS INTEGER))) AS encoding,
  a.attisdistkey AS distkey,
  a.attsortkeyord AS sortkey,
  d.description AS comment
FROM pg_attribute AS a
INNER JOIN pg_class AS c ON c.oid = a.attrelid
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
LEFT JOIN pg_description AS d
  ON d.objoid = a.attrelid
  AND d.objsubid = a.attnum
  AND d.classoid = 1259  -- pg_class: the same number in every database
WHERE n.nspname = :schema
  AND (:table = '' OR c.relname = :table)
  AND c.relkind IN ('r', 'v')
  AND a.attnum > 0
  AND NOT COALESCE(a.attisdropped, FALSE)
ORDER BY a.attrelid, a.attnum
