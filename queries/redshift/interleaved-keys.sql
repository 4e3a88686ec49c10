-- id: interleaved-keys
-- title: Skew of interleaved sort keys
-- engine: any
-- views: [svv_interleaved_columns]
-- privilege: superuser, or SELECT on svv_interleaved_columns granted
-- columns:
--   table_id: number of the table
--   columns: columns of the sort key
--   skew: skew of its worst column, 1 is none
--   last_reindex: when the last VACUUM REINDEX ran, as far as the logs reach
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_INTERLEAVED_COLUMNS.html
SELECT
  tbl AS table_id,
  COUNT(*) AS columns,
  MAX(interleaved_skew) AS skew,
  MAX(last_reindex) AS last_reindex
FROM svv_interleaved_columns
GROUP BY tbl
ORDER BY tbl
