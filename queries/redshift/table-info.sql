-- id: table-info
-- title: Every table with its size, sort order, statistics and skew
-- engine: any
-- views: [svv_table_info]
-- privilege: superuser, or SELECT on svv_table_info granted
-- columns:
--   database: the database's name; the view shows the current one only
--   schema: the schema's name
--   table: the table's name
--   table_id: number of the table
--   diststyle: EVEN, KEY(column), ALL, AUTO(EVEN), AUTO(KEY(column)) or AUTO(ALL)
--   sortkey1: first column of the key, INTERLEAVED, AUTO(SORTKEY(column)), AUTO(SORTKEY), or empty
--   sortkeys: columns of the sort key
--   encoded: Y where a column is compressed, N, or Y, AUTO(ENCODE)
--   max_varchar: bytes, declared width of the widest text column
--   size_mb: MB on disk, in blocks of 1 MB
--   pct_used: "% of the cluster's disk"
--   tbl_rows: rows, deleted ones that are still on disk included
--   visible_rows: rows that a query sees, as Redshift estimates them
--   unsorted: "% of rows out of sort order"
--   stats_off: "% that the statistics are off; 0 is current"
--   skew_rows: rows of the fullest slice over those of the emptiest
--   vacuum_sort_benefit: "% that VACUUM SORT would win"
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLE_INFO.html
SELECT
  TRIM("database") AS "database",
  TRIM("schema") AS "schema",
  TRIM("table") AS "table",
  table_id,
  TRIM(diststyle) AS diststyle,
  TRIM(COALESCE(sortkey1, '')) AS sortkey1,
  sortkey_num AS sortkeys,
  TRIM(encoded) AS encoded,
  max_varchar,
  size AS size_mb,
  pct_used,
  tbl_rows,
  estimated_visible_rows AS visible_rows,
  unsorted,
  stats_off,
  skew_rows,
  vacuum_sort_benefit
FROM svv_table_info
ORDER BY "schema", "table", table_id
