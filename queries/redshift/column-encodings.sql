-- id: column-encodings
-- title: The compression of the columns of a schema, by name
-- engine: any
-- views: [svv_redshift_columns]
-- privilege: none for tables that one has a right on
-- columns:
--   table: the table's name
--   column: the column's name
--   encoding: its compression, as in az64; none is RAW
-- parameters:
--   schema: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_REDSHIFT_COLUMNS.html
SELECT
  table_name AS "table",
  column_name AS "column",
  encoding
FROM svv_redshift_columns
WHERE schema_name = :schema
  AND encoding IS NOT NULL
ORDER BY table_name, column_name, encoding
