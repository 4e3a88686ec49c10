-- id: commit-stats
-- title: Commits an hour, their wait in the commit queue and their time
-- engine: provisioned
-- views: [stl_commit_stats]
-- privilege: superuser, or SELECT on stl_commit_stats granted
-- columns:
--   hour: the hour in which the commits began
--   commits: commits
--   wait_us: microseconds in the commit queue, all commits; NULL on serverless
--   work_us: microseconds from the start of the commit to its end, all commits
--   longest_queue: most transactions ahead in the commit queue
--   longest_wait_us: microseconds of the longest wait; NULL on serverless
--   slowest_us: microseconds of the slowest commit, without its wait
--   slowest_xid: its transaction
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_COMMIT_STATS.html

-- Rows of the leader only (node = -1): those of the other nodes have no time of queueing.
WITH commits AS (
  SELECT
    xid,
    DATE_TRUNC('hour', startwork) AS hour,
    GREATEST(DATEDIFF(us, startqueue, startwork), 0) AS wait_us,
    DATEDIFF(us, startwork, endtime) AS work_us,
    queuelen
  FROM stl_commit_stats
  WHERE node = -1 AND startwork >= :since AND startwork <= :now
),
ranked AS (
  SELECT
    commits.*,
    ROW_NUMBER() OVER (PARTITION BY hour ORDER BY COALESCE(work_us, 0) DESC, xid) AS place
  FROM commits
)
SELECT
  hour,
  COUNT(*) AS commits,
  SUM(wait_us) AS wait_us,
  SUM(work_us) AS work_us,
  MAX(queuelen) AS longest_queue,
  MAX(wait_us) AS longest_wait_us,
  MAX(work_us) AS slowest_us,
  MAX(CASE WHEN place = 1 THEN xid END) AS slowest_xid
FROM ranked
GROUP BY hour
ORDER BY hour
