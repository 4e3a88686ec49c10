-- id: queue-wait
-- title: Time that queries wait for compute, an hour
-- engine: serverless
-- views: [sys_query_history]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which the queries entered the queue
--   queue: "always serverless: a workgroup has one queue"
--   queries: queries
--   queue_us: microseconds in the queue, all of them
--   exec_us: microseconds at work, all of them
--   elapsed_us: microseconds in all, planning and compiling included
--   longest_queue_us: microseconds of the longest wait
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html

-- A workgroup has no service classes: the column that numbers them is -1 for every query.
SELECT
  DATE_TRUNC('hour', start_time) AS hour,
  'serverless' AS queue,
  COUNT(*) AS queries,
  SUM(COALESCE(queue_time, 0)) AS queue_us,
  SUM(COALESCE(execution_time, 0)) AS exec_us,
  SUM(COALESCE(elapsed_time, 0)) AS elapsed_us,
  MAX(COALESCE(queue_time, 0)) AS longest_queue_us
FROM sys_query_history
WHERE user_id > 1 AND start_time >= :since AND start_time <= :now
GROUP BY DATE_TRUNC('hour', start_time)
ORDER BY 1
