-- id: top-queries
-- title: The texts with the most execution time
-- engine: provisioned
-- views: [stl_query, stl_wlm_query, stl_query_metrics, stl_return, stl_alert_event_log]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   text: the start of the text
--   hash: "what the runs have in common: a hash of the text, quoted values left out"
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
-- reference: https://github.com/awslabs/amazon-redshift-utils/blob/master/src/AdminScripts/top_queries.sql
WITH runs AS (
  SELECT
    query,
    userid,
    TRIM("database") AS db,
    starttime,
    DATEDIFF(us, starttime, endtime) AS elapsed_us,
    MD5(REGEXP_REPLACE(TRIM(querytxt), '''[^'']*''', '?')) AS hash,
    SUBSTRING(TRIM(querytxt), 1, 200) AS text
  FROM stl_query
  WHERE userid > 1 AND starttime >= :since AND starttime <= :now
),
work AS (
  SELECT query, SUM(total_queue_time) AS queue_us, SUM(total_exec_time) AS exec_us
  FROM stl_wlm_query
  WHERE service_class_start_time >= :since
  GROUP BY query
),
-- The rows of a whole query; those of its segments and steps say the same again.
spills AS (
  SELECT query, MAX(blocks_to_disk) AS spilled_mb
  FROM stl_query_metrics
  WHERE segment = -1 AND step_type = -1 AND starttime >= :since
  GROUP BY query
),
segments AS (
  SELECT query, segment, SUM(rows) AS rows, SUM(bytes) AS bytes
  FROM stl_return
  WHERE starttime >= :since
  GROUP BY query, segment
),
results AS (
  SELECT query, MAX(rows) AS rows, MAX(bytes) AS bytes FROM segments GROUP BY query
),
-- A query with three alerts is one run.
alerted AS (
  SELECT query, 1 AS alerts FROM stl_alert_event_log WHERE event_time >= :since GROUP BY query
),
grouped AS (
  SELECT
    MIN(runs.text) AS text,
    runs.hash,
    COUNT(*) AS runs,
    COUNT(DISTINCT runs.userid) AS users,
    SUM(runs.elapsed_us) AS elapsed_us,
    SUM(COALESCE(work.queue_us, 0)) AS queue_us,
    SUM(COALESCE(work.exec_us, runs.elapsed_us)) AS exec_us,
    SUM(COALESCE(spills.spilled_mb, 0)) AS spilled_mb,
    SUM(COALESCE(results.rows, 0)) AS rows,
    SUM(COALESCE(results.bytes, 0)) AS bytes,
    MAX(runs.query) AS last_query_id,
    SUM(COALESCE(alerted.alerts, 0)) AS alerts
  FROM runs
  LEFT JOIN work ON work.query = runs.query
  LEFT JOIN spills ON spills.query = runs.query
  LEFT JOIN results ON results.query = runs.query
  LEFT JOIN alerted ON alerted.query = runs.query
  GROUP BY runs.hash
)
SELECT grouped.*, SUM(exec_us) OVER () AS all_exec_us
FROM grouped
ORDER BY COALESCE(exec_us, 0) DESC, hash
LIMIT 50
