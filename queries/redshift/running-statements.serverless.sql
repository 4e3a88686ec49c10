-- id: running-statements
-- title: What every session runs now
-- engine: serverless
-- views: [sys_query_history]
-- privilege: superuser or SYS:MONITOR; other users see their own statements only
-- columns:
--   pid: process of the session
--   started: when the statement began
--   text: first 600 characters of the statement
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
SELECT
  session_id AS pid,
  start_time AS started,
  TRIM(SUBSTRING(query_text, 1, 600)) AS text
FROM sys_query_history
WHERE status IN ('planning', 'queued', 'running', 'returning')
  AND start_time >= DATEADD(day, -7, :since)  -- what runs now may have begun long ago
  AND session_id <> PG_BACKEND_PID()
ORDER BY pid, started, text
