-- id: compile-time
-- title: Time that queries wait to be compiled, an hour
-- engine: provisioned
-- views: [stl_query, svl_compile]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which the queries began
--   queries: queries
--   compiled: queries of which something was compiled
--   compile_us: microseconds of compiling, as queries waited for it
--   elapsed_us: microseconds from start to end, all queries
--   slowest_us: microseconds of compiling of the slowest
--   slowest_query_id: which that is
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_COMPILE.html

-- Segments compile side by side: a query waits no longer than from the first start to the last
-- end, and no longer than their sum.
WITH compiled AS (
  SELECT
    query,
    LEAST(
      DATEDIFF(us, MIN(starttime), MAX(endtime)), SUM(DATEDIFF(us, starttime, endtime))
    ) AS compile_us
  FROM svl_compile
  WHERE userid > 1 AND compile = 1 AND starttime >= :since
  GROUP BY query
),
runs AS (
  SELECT
    runs.query AS query_id,
    DATE_TRUNC('hour', runs.starttime) AS hour,
    DATEDIFF(us, runs.starttime, runs.endtime) AS elapsed_us,
    COALESCE(compiled.compile_us, 0) AS compile_us
  FROM stl_query AS runs
  LEFT JOIN compiled ON compiled.query = runs.query
  WHERE runs.userid > 1 AND runs.starttime >= :since AND runs.starttime <= :now
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
