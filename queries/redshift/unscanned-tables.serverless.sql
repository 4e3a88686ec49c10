-- id: unscanned-tables
-- title: Tables that no query of a user has scanned since the beginning of the window
-- engine: serverless
-- views: [svv_datashare_objects, svv_table_info, sys_query_detail, sys_query_history]
-- privilege: >-
--   superuser, or SELECT on svv_table_info and SYSLOG ACCESS UNRESTRICTED; others than superusers
--   see own datashares only
-- columns:
--   schema: the schema's name
--   table: the table's name
--   table_id: number of the table
--   size_mb: MB on disk, in blocks of 1 MB
--   tbl_rows: rows, deleted ones that are still on disk included
--   created: when the table was made, as far as Redshift knows
--   last_insert: last time that a user's query wrote rows into it, within the window
--   log_days: days of the window, UTC, on which the query log has entries
--   shared: whether a datashare gives the table to others, whose scans are not in these logs
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_DETAIL.html

-- What ANALYZE reads to sample a table is no use of it. A materialized view's own table is left
-- out: it is scanned through the view, and dropped with it.
WITH samples AS (
  SELECT query_id
  FROM sys_query_history
  WHERE start_time >= DATEADD(day, -1, :since)
    AND (query_text LIKE 'padb_fetch_sample%' OR LOWER(query_text) LIKE 'analyze%')
),
scans AS (
  SELECT table_id, COUNT(*) AS steps
  FROM sys_query_detail
  WHERE user_id > 1
    AND TRIM(step_name) = 'scan'
    AND start_time >= :since
    AND query_id NOT IN (SELECT query_id FROM samples)
  GROUP BY table_id
),
writes AS (
  SELECT table_id, MAX(end_time) AS last_insert
  FROM sys_query_detail
  WHERE user_id > 1 AND TRIM(step_name) = 'insert' AND start_time >= :since
  GROUP BY table_id
),
shared AS (
  SELECT DISTINCT LOWER(REPLACE(TRIM(object_name), '"', '')) AS full_name
  FROM svv_datashare_objects
  WHERE UPPER(TRIM(share_type)) = 'OUTBOUND'
),
logged AS (
  SELECT COUNT(DISTINCT DATE_TRUNC('day', start_time)) AS days
  FROM sys_query_history
  WHERE start_time >= :since AND start_time <= :now
)
SELECT
  TRIM(t."schema") AS "schema",
  TRIM(t."table") AS "table",
  t.table_id,
  t.size AS size_mb,
  t.tbl_rows,
  t.create_time AS created,
  writes.last_insert,
  logged.days AS log_days,
  shared.full_name IS NOT NULL AS shared
FROM svv_table_info AS t
CROSS JOIN logged
LEFT JOIN shared
  ON shared.full_name = LOWER(REPLACE(TRIM(t."schema") || '.' || TRIM(t."table"), '"', ''))
LEFT JOIN scans ON scans.table_id = t.table_id
LEFT JOIN writes ON writes.table_id = t.table_id
WHERE scans.table_id IS NULL AND LEFT(t."table", 8) <> 'mv_tbl__'
ORDER BY COALESCE(t.size, 0) DESC, "schema", "table", t.table_id
