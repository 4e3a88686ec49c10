-- id: unscanned-tables
-- title: Tables that no query of a user has scanned since the beginning of the window
-- engine: provisioned
-- views:
--   - stl_insert
--   - stl_query
--   - stl_scan
--   - svv_datashare_objects
--   - svv_table_info
--   - sys_query_detail
--   - sys_query_history
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
--   log_days: >-
--     days of the window, UTC, on which the query log has entries; no more than since the oldest
--     step in sys_query_detail
--   shared: whether a datashare gives the table to others, whose scans are not in these logs
-- reference: https://github.com/awslabs/amazon-redshift-utils/blob/master/src/AdminScripts/unscanned_table_summary.sql

-- What ANALYZE reads to sample a table is no use of it. A materialized view's own table is left
-- out: it is scanned through the view, and dropped with it. STL logs the main cluster only, SYS the
-- concurrency scaling clusters, too; their numbers of queries are different ones.
WITH samples AS (
  SELECT query
  FROM stl_query
  WHERE starttime >= DATEADD(day, -1, :since) AND querytxt LIKE 'padb_fetch_sample%'
),
sys_samples AS (
  SELECT query_id
  FROM sys_query_history
  WHERE start_time >= DATEADD(day, -1, :since)
    AND (query_text LIKE 'padb_fetch_sample%' OR LOWER(query_text) LIKE 'analyze%')
),
steps AS (
  SELECT tbl, 'scan' AS step, endtime AS ended
  FROM stl_scan
  WHERE userid > 1
    AND type = 2
    AND starttime >= :since
    AND query NOT IN (SELECT query FROM samples)
  UNION ALL
  SELECT tbl, 'insert', endtime
  FROM stl_insert
  WHERE userid > 1 AND starttime >= :since
  UNION ALL
  SELECT table_id, TRIM(step_name), end_time
  FROM sys_query_detail
  WHERE user_id > 1
    AND TRIM(step_name) IN ('scan', 'insert')
    AND start_time >= :since
    AND query_id NOT IN (SELECT query_id FROM sys_samples)
),
used AS (
  SELECT
    tbl,
    SUM(CASE WHEN step = 'scan' THEN 1 ELSE 0 END) AS scans,
    MAX(CASE WHEN step = 'insert' THEN ended END) AS last_insert
  FROM steps
  GROUP BY tbl
),
shared AS (
  SELECT DISTINCT LOWER(REPLACE(TRIM(object_name), '"', '')) AS full_name
  FROM svv_datashare_objects
  WHERE UPPER(TRIM(share_type)) = 'OUTBOUND'
),
detailed AS (
  SELECT COALESCE(DATEDIFF(day, MIN(start_time), :now) + 1, 0) AS days
  FROM sys_query_detail
  WHERE user_id > 1 AND start_time >= DATEADD(day, -1, :since) AND start_time <= :now
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
  used.last_insert,
  LEAST(logged.days, detailed.days) AS log_days,
  shared.full_name IS NOT NULL AS shared
FROM svv_table_info AS t
CROSS JOIN logged
CROSS JOIN detailed
LEFT JOIN shared
  ON shared.full_name = LOWER(REPLACE(TRIM(t."schema") || '.' || TRIM(t."table"), '"', ''))
LEFT JOIN used ON used.tbl = t.table_id
WHERE COALESCE(used.scans, 0) = 0 AND LEFT(t."table", 8) <> 'mv_tbl__'
ORDER BY COALESCE(t.size, 0) DESC, "schema", "table", t.table_id
