-- id: space-used
-- title: Disk space, rows and unsorted rows of every table
-- engine: serverless
-- views: [svv_table_info]
-- privilege: superuser, or SELECT on svv_table_info granted
-- columns:
--   schema: the schema's name
--   table: the table's name
--   table_id: number of the table
--   size_mb: MB on disk, in blocks of 1 MB
--   tbl_rows: rows, deleted ones that are still on disk included
--   unsorted_rows: rows out of sort order, from Redshift's percentage; NULL without a sort key
--   sortkeys: columns of the sort key
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLE_INFO.html
SELECT
  TRIM("schema") AS "schema",
  TRIM("table") AS "table",
  table_id,
  COALESCE(size, 0) AS size_mb,
  tbl_rows,
  CASE
    WHEN COALESCE(sortkey_num, 0) > 0
      THEN CAST(tbl_rows AS BIGINT) * CAST(unsorted * 100 AS BIGINT) / 10000
  END AS unsorted_rows,
  COALESCE(sortkey_num, 0) AS sortkeys
FROM svv_table_info
ORDER BY 4 DESC, 1, 2, 3
