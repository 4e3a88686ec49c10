-- id: compile-time
-- title: Time that queries wait to be compiled, an hour
-- engine: serverless
-- views: [sys_query_history]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which the queries began
--   queries: queries
--   compiled: queries of which something was compiled
--   compile_us: microseconds of compiling, as queries waited for it
--   elapsed_us: microseconds from start to end, all queries
--   slowest_us: microseconds of compiling of the slowest
--   slowest_query_id: which that is
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
WITH runs AS (
  SELECT
    query_id,
    DATE_TRUNC('hour', start_time) AS hour,
    elapsed_time AS elapsed_us,
    COALESCE(compile_time, 0) AS compile_us
  FROM sys_query_history
  WHERE user_id > 1 AND start_time >= :since AND start_time <= :now
),
ranked AS (
  SELECT
    runs.*,
    ROW_NUMBER() OVER (PARTITION BY hour ORDER BY compile_us DESC, query_id) AS place
  FROM runs
)
SELECT
  hour,
  COUNT(*) AS queries,
  SUM(CASE WHEN compile_us > 0 THEN 1 ELSE 0 END) AS compiled,
  SUM(compile_us) AS compile_us,
  SUM(elapsed_us) AS elapsed_us,
  MAX(compile_us) AS slowest_us,
  MAX(CASE WHEN place = 1 THEN query_id END) AS slowest_query_id
FROM ranked
GROUP BY hour
ORDER BY hour
