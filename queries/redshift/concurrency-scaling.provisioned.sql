-- id: concurrency-scaling
-- title: Time that concurrency scaling clusters are in use, an hour
-- engine: provisioned
-- views: [svcs_concurrency_scaling_usage]
-- privilege: superuser, or SELECT on svcs_concurrency_scaling_usage granted
-- columns:
--   hour: the hour in which the use began
--   queries: queries that ran there
--   seconds: seconds of use
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVCS_CONCURRENCY_SCALING_USAGE.html
SELECT
  DATE_TRUNC('hour', start_time) AS hour,
  SUM(queries) AS queries,
  SUM(usage_in_seconds) AS seconds
FROM svcs_concurrency_scaling_usage
WHERE start_time >= :since AND start_time <= :now
GROUP BY DATE_TRUNC('hour', start_time)
ORDER BY 1
