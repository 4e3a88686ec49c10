-- id: analyze-history
-- title: Rows inserted and deleted since the last ANALYZE of each table
-- engine: serverless
-- views: [sys_analyze_history, sys_query_detail, sys_query_history]
-- privilege: SELECT on sys_analyze_history granted, and SYSLOG ACCESS UNRESTRICTED
-- columns:
--   table_id: number of the table, where the log gives it
--   table_name: database.schema.table, where the log gives it
--   last_analyze: when the last ANALYZE that was not skipped ended; NULL where none did since then
--   inserted: rows inserted after it
--   deleted: rows deleted after it; an UPDATE inserts and deletes
--   inserted_once: NULL, neither the log nor AWS says whether each node's work on an ALL table counts
--   deleted_once: NULL, as inserted_once
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_ANALYZE_HISTORY.html

-- Statements that succeeded only: what a failed one wrote is not in the table. Those of users only,
-- as captures have them.
WITH analyzed AS (
  SELECT table_id, MAX(end_time) AS last_analyze
  FROM sys_analyze_history
  WHERE start_time >= :since AND TRIM(status) <> 'Skipped'
  GROUP BY table_id
),
done AS (
  SELECT query_id
  FROM sys_query_history
  WHERE start_time >= DATEADD(day, -1, :since) AND TRIM(status) = 'success'
  GROUP BY query_id
)
SELECT
  d.table_id,
  TRIM(d.table_name) AS table_name,
  MAX(a.last_analyze) AS last_analyze,
  SUM(CASE WHEN TRIM(d.step_name) = 'insert' THEN d.output_rows ELSE 0 END) AS inserted,
  SUM(CASE WHEN TRIM(d.step_name) = 'delete' THEN d.output_rows ELSE 0 END) AS deleted,
  CAST(NULL AS BIGINT) AS inserted_once,
  CAST(NULL AS BIGINT) AS deleted_once
FROM sys_query_detail AS d
JOIN done ON done.query_id = d.query_id
LEFT JOIN analyzed AS a ON a.table_id = d.table_id
WHERE d.user_id > 1
  AND d.start_time >= :since
  AND TRIM(d.step_name) IN ('insert', 'delete')
  AND (a.last_analyze IS NULL OR d.start_time > a.last_analyze)
GROUP BY d.table_id, TRIM(d.table_name)
ORDER BY 4 DESC, 5 DESC, 1, 2
LIMIT 200
