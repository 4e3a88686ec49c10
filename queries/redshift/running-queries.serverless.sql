-- id: running-queries
-- title: Queries that run now
-- engine: serverless
-- views: [sys_query_history]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   query_id: the query
--   pid: the process or session to cancel
--   user: who runs it
--   queue: its service class; NULL where it has none
--   state: "what it does: queued, running, ..."
--   started: when it began
--   elapsed_us: microseconds since then
--   queue_us: microseconds in a queue; NULL where not known
--   exec_us: microseconds at work; NULL where not known
--   text: the start of its text
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html

-- What began long before the window is what is looked for.
SELECT
  query_id,
  session_id AS pid,
  TRIM(username) AS "user",
  CAST(NULL AS VARCHAR) AS queue,
  TRIM(status) AS state,
  start_time AS started,
  DATEDIFF(us, start_time, :now) AS elapsed_us,
  queue_time AS queue_us,
  execution_time AS exec_us,
  SUBSTRING(TRIM(query_text), 1, 200) AS text
FROM sys_query_history
WHERE user_id > 1
  AND TRIM(status) IN ('planning', 'queued', 'running', 'returning')
  AND start_time >= DATEADD(day, -7, :since)
ORDER BY start_time, query_id, session_id
LIMIT 200
