-- id: spilled-queries
-- title: Queries that wrote intermediate results to disk
-- engine: provisioned
-- views: [stl_query, stl_query_metrics, stl_wlm_query]
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
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_QUERY_METRICS.html
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
spills AS (
  SELECT query, MAX(service_class) AS service_class, MAX(blocks_to_disk) AS spilled_mb
  FROM stl_query_metrics
  WHERE segment = -1 AND step_type = -1 AND starttime >= :since
  GROUP BY query
),
work AS (
  SELECT query, SUM(total_exec_time) AS exec_us
  FROM stl_wlm_query
  WHERE service_class_start_time >= :since
  GROUP BY query
)
SELECT
  MIN(runs.text) AS text,
  runs.hash,
  COUNT(*) AS runs,
  SUM(spills.spilled_mb) AS spilled_mb,
  MAX(spills.spilled_mb) AS largest_mb,
  SUM(work.exec_us) AS exec_us,
  MAX(spills.service_class) AS service_class,
  MAX(runs.query) AS last_query_id
FROM runs
JOIN spills ON spills.query = runs.query
LEFT JOIN work ON work.query = runs.query
WHERE spills.spilled_mb > 0
GROUP BY runs.hash
ORDER BY SUM(spills.spilled_mb) DESC, runs.hash
LIMIT 50
