-- id: queue-wait
-- title: Time that queries wait in each WLM queue, an hour
-- engine: provisioned
-- views: [stl_wlm_query]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which the queries entered the queue
--   queue: the name of the queue
--   queries: queries
--   queue_us: microseconds in the queue, all of them
--   exec_us: microseconds at work, all of them
--   elapsed_us: microseconds in all
--   longest_queue_us: microseconds of the longest wait
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_WLM_QUERY.html

-- The queues of users: service classes 1 to 5 are the system's and the superuser's. Microseconds
-- are summed as they are: whole seconds a query would make many short waits nothing.
WITH entries AS (
  SELECT
    DATE_TRUNC('hour', COALESCE(queue_start_time, service_class_start_time)) AS hour,
    COALESCE(
      NULLIF(TRIM(service_class_name), ''), 'service class ' || CAST(service_class AS VARCHAR)
    ) AS queue,
    query,
    COALESCE(total_queue_time, 0) AS queue_us,
    COALESCE(total_exec_time, 0) AS exec_us
  FROM stl_wlm_query
  WHERE userid > 1
    AND service_class > 5
    AND service_class_start_time >= :since
    AND service_class_start_time <= :now
)
SELECT
  hour,
  queue,
  COUNT(DISTINCT query) AS queries,
  SUM(queue_us) AS queue_us,
  SUM(exec_us) AS exec_us,
  SUM(queue_us + exec_us) AS elapsed_us,
  MAX(queue_us) AS longest_queue_us
FROM entries
GROUP BY hour, queue
ORDER BY hour, queue
