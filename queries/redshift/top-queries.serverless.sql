-- id: top-queries
-- title: The texts with the most execution time
-- engine: serverless
-- views: [sys_query_history, sys_query_detail]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   text: the start of the text
--   hash: "what the runs have in common: generic_query_hash, literals left out"
--   runs: runs
--   users: users that ran it
--   elapsed_us: microseconds from start to end, all runs
--   queue_us: microseconds in a queue, all runs
--   exec_us: microseconds at work, all runs
--   spilled_mb: MB written to disk for want of memory, all runs
--   rows: rows returned, all runs
--   bytes: bytes returned, all runs
--   last_query_id: the last run
--   alerts: runs that raised an alert, each once
--   all_exec_us: microseconds at work of all texts, also those that are not listed
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
WITH runs AS (
  SELECT
    query_id,
    user_id,
    TRIM(database_name) AS db,
    start_time,
    elapsed_time,
    queue_time,
    execution_time,
    returned_rows,
    returned_bytes,
    COALESCE(NULLIF(TRIM(generic_query_hash), ''), MD5(TRIM(query_text))) AS hash,
    SUBSTRING(TRIM(query_text), 1, 200) AS text
  FROM sys_query_history
  WHERE user_id > 1 AND start_time >= :since AND start_time <= :now
),
-- The view has the same blocks at four levels, step to query: one of them counts, the fullest.
levels AS (
  SELECT
    query_id,
    SUM(CASE WHEN step_id >= 0 THEN blocks ELSE 0 END) AS of_steps,
    SUM(CASE WHEN step_id < 0 AND segment_id >= 0 THEN blocks ELSE 0 END) AS of_segments,
    SUM(CASE WHEN segment_id < 0 AND stream_id >= 0 THEN blocks ELSE 0 END) AS of_streams,
    SUM(CASE WHEN stream_id < 0 THEN blocks ELSE 0 END) AS of_queries,
    MAX(CASE WHEN alert <> '' THEN 1 ELSE 0 END) AS alerts
  FROM (
    SELECT
      query_id,
      stream_id,
      segment_id,
      step_id,
      TRIM(alert) AS alert,
      COALESCE(spilled_block_local_disk, 0) + COALESCE(spilled_block_remote_disk, 0) AS blocks
    FROM sys_query_detail
    WHERE user_id > 1 AND start_time >= :since
  ) AS details
  GROUP BY query_id
),
grouped AS (
  SELECT
    MIN(runs.text) AS text,
    runs.hash,
    COUNT(*) AS runs,
    COUNT(DISTINCT runs.user_id) AS users,
    SUM(runs.elapsed_time) AS elapsed_us,
    SUM(COALESCE(runs.queue_time, 0)) AS queue_us,
    SUM(runs.execution_time) AS exec_us,
    SUM(
      COALESCE(GREATEST(of_steps, of_segments, of_streams, of_queries), 0)
    ) AS spilled_mb,
    SUM(COALESCE(runs.returned_rows, 0)) AS rows,
    SUM(COALESCE(runs.returned_bytes, 0)) AS bytes,
    MAX(runs.query_id) AS last_query_id,
    SUM(COALESCE(levels.alerts, 0)) AS alerts
  FROM runs
  LEFT JOIN levels ON levels.query_id = runs.query_id
  GROUP BY runs.hash
)
SELECT grouped.*, SUM(exec_us) OVER () AS all_exec_us
FROM grouped
ORDER BY COALESCE(exec_us, 0) DESC, hash
LIMIT 50
