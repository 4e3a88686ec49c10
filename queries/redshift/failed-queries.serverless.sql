-- id: failed-queries
-- title: Queries that failed, were cancelled or aborted
-- engine: serverless
-- views: [sys_query_history]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   user: who ran them
--   status: failed, canceled, or aborted where the log does not tell the two apart
--   error: the message, numbers left out, or the monitoring rule; empty where not logged
--   queries: queries that ended so
--   first_time: when the first began
--   last_time: when the last began
--   elapsed_us: microseconds from start to end, all of them
--   last_query_id: the last of them
--   text: the start of its text
--   all_queries: all queries of the window, good and bad, of all users
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
WITH runs AS (
  SELECT
    query_id,
    TRIM(username) AS username,
    TRIM(status) AS status,
    REGEXP_REPLACE(TRIM(COALESCE(error_message, '')), '[0-9]+', 'N') AS error,
    start_time,
    elapsed_time,
    SUBSTRING(TRIM(query_text), 1, 200) AS text
  FROM sys_query_history
  WHERE user_id > 1 AND start_time >= :since AND start_time <= :now
),
counted AS (
  SELECT COUNT(*) AS all_queries FROM runs
),
grouped AS (
  SELECT
    username,
    status,
    error,
    COUNT(*) AS queries,
    MIN(start_time) AS first_time,
    MAX(start_time) AS last_time,
    SUM(elapsed_time) AS elapsed_us,
    MAX(query_id) AS last_query_id
  FROM runs
  WHERE status IN ('failed', 'canceled')
  GROUP BY username, status, error
)
SELECT
  grouped.username AS "user",
  grouped.status,
  grouped.error,
  grouped.queries,
  grouped.first_time,
  grouped.last_time,
  grouped.elapsed_us,
  grouped.last_query_id,
  runs.text,
  counted.all_queries
FROM grouped
CROSS JOIN counted
JOIN runs ON runs.query_id = grouped.last_query_id
ORDER BY grouped.queries DESC, COALESCE(grouped.username, ''), grouped.status, grouped.error
LIMIT 50
