-- id: serverless-usage
-- title: What a workgroup computed and what it was charged, hour by hour
-- engine: serverless
-- views: [sys_serverless_usage]
-- privilege: superuser, or SELECT on sys_serverless_usage granted
-- columns:
--   hour: the hour, by the start of its minutes
--   charged_seconds: RPU-seconds that were charged
--   compute_us: RPU-microseconds that were computed
--   busy_minutes: minutes in which something was computed
--   capacity: RPUs, the highest average of a minute
--   storage_mb: MB in use, the highest average of a minute
--   extra_seconds: RPU-seconds charged for automatic optimization
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_SERVERLESS_USAGE.html
SELECT
  DATE_TRUNC('hour', start_time) AS hour,
  SUM(charged_seconds) AS charged_seconds,
  -- As integers: sums of floating point numbers depend on their order.
  SUM(CAST(ROUND(compute_seconds * 1000000) AS BIGINT)) AS compute_us,
  SUM(CASE WHEN compute_seconds > 0 THEN 1 ELSE 0 END) AS busy_minutes,
  MAX(compute_capacity) AS capacity,
  MAX(data_storage) AS storage_mb,
  SUM(charged_extra_compute_for_automatic_optimization_seconds) AS extra_seconds
FROM sys_serverless_usage
WHERE start_time >= :since
GROUP BY 1
ORDER BY 1
