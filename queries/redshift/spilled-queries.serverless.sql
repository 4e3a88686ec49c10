-- id: spilled-queries
-- title: Queries that wrote intermediate results to disk
-- engine: serverless
-- views: [sys_query_history, sys_query_detail]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   text: the start of the text
--   hash: what the runs have in common, as in top-queries
--   runs: runs that wrote to disk
--   spilled_mb: MB written to disk for want of memory, all runs
--   largest_mb: MB of the worst run
--   exec_us: microseconds at work of those runs; NULL where not logged
--   service_class: "the queue: 6 to 13 manual, 100 to 107 automatic; NULL on serverless"
--   last_query_id: the last of those runs
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_DETAIL.html
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
spills AS (
  SELECT query_id, GREATEST(of_steps, of_segments, of_streams, of_queries) AS spilled_mb
  FROM levels
)
SELECT
  MIN(runs.text) AS text,
  runs.hash,
  COUNT(*) AS runs,
  SUM(spills.spilled_mb) AS spilled_mb,
  MAX(spills.spilled_mb) AS largest_mb,
  SUM(runs.execution_time) AS exec_us,
  CAST(NULL AS INTEGER) AS service_class,
  MAX(runs.query_id) AS last_query_id
FROM runs
JOIN spills ON spills.query_id = runs.query_id
WHERE spills.spilled_mb > 0
GROUP BY runs.hash
ORDER BY SUM(spills.spilled_mb) DESC, runs.hash
LIMIT 50
