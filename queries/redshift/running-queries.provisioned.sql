-- id: running-queries
-- title: Queries that run now
-- engine: provisioned
-- views: [stv_inflight, stv_wlm_query_state, pg_user]
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
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_INFLIGHT.html
WITH running AS (
  SELECT
    query,
    pid,
    userid,
    MIN(starttime) AS starttime,
    MIN(TRIM(text)) AS text
  FROM stv_inflight
  WHERE userid > 1
  GROUP BY query, pid, userid
),
states AS (
  SELECT
    query,
    MAX(service_class) AS service_class,
    MAX(LOWER(TRIM(state))) AS state,
    SUM(queue_time) AS queue_us,
    SUM(exec_time) AS exec_us
  FROM stv_wlm_query_state
  GROUP BY query
)
SELECT
  running.query AS query_id,
  running.pid,
  TRIM(users.usename) AS "user",
  'service class ' || CAST(states.service_class AS VARCHAR) AS queue,
  COALESCE(states.state, 'running') AS state,
  running.starttime AS started,
  DATEDIFF(us, running.starttime, :now) AS elapsed_us,
  states.queue_us,
  states.exec_us,
  SUBSTRING(running.text, 1, 200) AS text
FROM running
LEFT JOIN states ON states.query = running.query
LEFT JOIN pg_user AS users ON users.usesysid = running.userid
ORDER BY running.starttime, running.query, running.pid
LIMIT 200
