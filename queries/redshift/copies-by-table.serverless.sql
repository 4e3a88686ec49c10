-- id: copies-by-table
-- title: COPY commands an hour into each table
-- engine: serverless
-- views: [sys_load_history, sys_query_history]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which they began
--   target: the table, as the COPY names it
--   copies: COPY commands
--   duration_us: microseconds from start to end, all of them
--   last_query_id: the last of them
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_HISTORY.html
WITH copies AS (
  SELECT
    loads.query_id,
    DATE_TRUNC('hour', loads.start_time) AS hour,
    loads.duration,
    TRIM(loads.table_name) AS table_name,
    LOWER(REGEXP_REPLACE(TRIM(COALESCE(history.query_text, '')), '[[:space:]]+', ' ')) AS words
  FROM sys_load_history AS loads
  LEFT JOIN sys_query_history AS history
    ON history.query_id = loads.query_id
    AND history.start_time >= DATEADD(day, -1, :since)
  WHERE loads.user_id > 1 AND loads.start_time >= :since AND loads.start_time <= :now
),
named AS (
  SELECT
    query_id,
    hour,
    duration,
    COALESCE(
      NULLIF(SPLIT_PART(SPLIT_PART(SPLIT_PART(words, ' ', 2), '(', 1), ';', 1), ''),
      table_name
    ) AS target
  FROM copies
)
SELECT
  hour,
  target,
  COUNT(*) AS copies,
  SUM(duration) AS duration_us,
  MAX(query_id) AS last_query_id
FROM named
GROUP BY hour, target
ORDER BY COUNT(*) DESC, hour, target
LIMIT 200
