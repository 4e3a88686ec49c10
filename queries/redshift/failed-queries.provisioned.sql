-- id: failed-queries
-- title: Queries that failed, were cancelled or aborted
-- engine: provisioned
-- views: [stl_query, stl_wlm_rule_action, pg_user]
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
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_QUERY.html
WITH runs AS (
  SELECT
    query,
    userid,
    starttime,
    DATEDIFF(us, starttime, endtime) AS elapsed_us,
    aborted
  FROM stl_query
  WHERE userid > 1 AND starttime >= :since AND starttime <= :now
),
counted AS (
  SELECT COUNT(*) AS all_queries FROM runs
),
monitored AS (
  SELECT query, MIN(TRIM(rule)) AS rule
  FROM stl_wlm_rule_action
  WHERE TRIM(action) = 'abort' AND recordtime >= :since
  GROUP BY query
),
grouped AS (
  SELECT
    TRIM(users.usename) AS usename,
    CASE
      WHEN monitored.rule IS NULL THEN '' ELSE 'query monitoring rule ' || monitored.rule
    END AS error,
    COUNT(*) AS queries,
    MIN(runs.starttime) AS first_time,
    MAX(runs.starttime) AS last_time,
    SUM(runs.elapsed_us) AS elapsed_us,
    MAX(runs.query) AS last_query_id
  FROM runs
  LEFT JOIN monitored ON monitored.query = runs.query
  LEFT JOIN pg_user AS users ON users.usesysid = runs.userid
  WHERE runs.aborted = 1
  GROUP BY
    TRIM(users.usename),
    CASE
      WHEN monitored.rule IS NULL THEN '' ELSE 'query monitoring rule ' || monitored.rule
    END
)
SELECT
  grouped.usename AS "user",
  'aborted' AS status,
  grouped.error,
  grouped.queries,
  grouped.first_time,
  grouped.last_time,
  grouped.elapsed_us,
  grouped.last_query_id,
  SUBSTRING(TRIM(texts.querytxt), 1, 200) AS text,
  counted.all_queries
FROM grouped
CROSS JOIN counted
LEFT JOIN stl_query AS texts
  ON texts.query = grouped.last_query_id AND texts.starttime >= :since
ORDER BY grouped.queries DESC, COALESCE(grouped.usename, ''), grouped.error
LIMIT 50
