-- id: unscanned-tables
-- title: Tables that no query of a user has scanned since the beginning of the window
-- engine: provisioned
-- views: [stl_insert, stl_query, stl_scan, svv_table_info]
-- privilege: superuser, or SELECT on svv_table_info and SYSLOG ACCESS UNRESTRICTED
-- columns:
--   schema: the schema's name
--   table: the table's name
--   table_id: number of the table
--   size_mb: MB on disk, in blocks of 1 MB
--   tbl_rows: rows, deleted ones that are still on disk included
--   created: when the table was made, as far as Redshift knows
--   last_insert: last time that a user's query wrote rows into it, within the window
--   log_days: days of the window, UTC, on which the query log has entries
-- reference: https://github.com/awslabs/amazon-redshift-utils/blob/master/src/AdminScripts/unscanned_table_summary.sql

-- What ANALYZE reads to sample a table is no use of it. A materialized view's own table is left
-- out: it is scanned through the view, and dropped with it.
WITH samples AS (
  SELECT query
  FROM stl_query
  WHERE starttime >= DATEADD(day, -1, :since) AND querytxt LIKE 'padb_fetch_sample%'
),
scans AS (
  SELECT tbl, COUNT(*) AS steps
  FROM stl_scan
  WHERE userid > 1
    AND type = 2
    AND starttime >= :since
    AND query NOT IN (SELECT query FROM samples)
  GROUP BY tbl
),
writes AS (
  SELECT tbl, MAX(endtime) AS last_insert
  FROM stl_insert
  WHERE userid > 1 AND starttime >= :since
  GROUP BY tbl
),
logged AS (
  SELECT COUNT(DISTINCT DATE_TRUNC('day', starttime)) AS days
  FROM stl_query
  WHERE starttime >= :since AND starttime <= :now
)
SELECT
  TRIM(t."schema") AS "schema",
  TRIM(t."table") AS "table",
  t.table_id,
  t.size AS size_mb,
  t.tbl_rows,
  t.create_time AS created,
  writes.last_insert,
  logged.days AS log_days
FROM svv_table_info AS t
CROSS JOIN logged
LEFT JOIN scans ON scans.tbl = t.table_id
LEFT JOIN writes ON writes.tbl = t.table_id
WHERE scans.tbl IS NULL AND LEFT(t."table", 8) <> 'mv_tbl__'
ORDER BY COALESCE(t.size, 0) DESC, "schema", "table", t.table_id
