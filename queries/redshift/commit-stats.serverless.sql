-- id: commit-stats
-- title: Commits an hour, and their time
-- engine: serverless
-- views: [sys_transaction_history]
-- privilege: superuser, or SELECT on sys_transaction_history granted
-- columns:
--   hour: the hour in which the commits began
--   commits: commits
--   wait_us: microseconds in the commit queue, all commits; NULL on serverless
--   work_us: microseconds from the start of the commit to its end, all commits
--   longest_queue: "most commits under way when one began: by their overlap, no queue is logged"
--   longest_wait_us: microseconds of the longest wait; NULL on serverless
--   slowest_us: microseconds of the slowest commit, without its wait
--   slowest_xid: its transaction
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_TRANSACTION_HISTORY.html

-- A transaction that was rolled back has the year 2000 as the start of its commit: passed over.
WITH commits AS (
  SELECT
    transaction_id AS xid,
    commit_start_time AS started,
    commit_end_time AS ended,
    DATEDIFF(us, commit_start_time, commit_end_time) AS work_us
  FROM sys_transaction_history
  WHERE TRIM(status) = 'committed'
    AND commit_start_time >= :since
    AND commit_start_time <= :now
),
steps AS (
  SELECT started AS moment, 1 AS step, xid FROM commits
  UNION ALL
  SELECT ended AS moment, -1 AS step, xid FROM commits WHERE ended IS NOT NULL
),
-- How many commits are under way at each moment, those that end counted out first.
waiting AS (
  SELECT
    xid,
    step,
    SUM(step) OVER (ORDER BY moment, step, xid ROWS UNBOUNDED PRECEDING) - 1 AS others
  FROM steps
),
ranked AS (
  SELECT
    commits.xid,
    DATE_TRUNC('hour', commits.started) AS hour,
    commits.work_us,
    waiting.others,
    ROW_NUMBER() OVER (
      PARTITION BY DATE_TRUNC('hour', commits.started)
      ORDER BY COALESCE(commits.work_us, 0) DESC, commits.xid
    ) AS place
  FROM commits
  JOIN waiting ON waiting.xid = commits.xid AND waiting.step = 1
)
SELECT
  hour,
  COUNT(*) AS commits,
  CAST(NULL AS BIGINT) AS wait_us,
  SUM(work_us) AS work_us,
  MAX(others) AS longest_queue,
  CAST(NULL AS BIGINT) AS longest_wait_us,
  MAX(work_us) AS slowest_us,
  MAX(CASE WHEN place = 1 THEN xid END) AS slowest_xid
FROM ranked
GROUP BY hour
ORDER BY hour
