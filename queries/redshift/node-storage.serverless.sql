-- id: node-storage
-- title: Storage in use now
-- engine: serverless
-- views: [sys_serverless_usage]
-- privilege: superuser, or SELECT on sys_serverless_usage granted
-- columns:
--   node: NULL, a workgroup shows no nodes
--   used_mb: MB in use, the average of the latest minute that is known
--   capacity_mb: NULL, a namespace has no fixed capacity
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_SERVERLESS_USAGE.html
SELECT
  CAST(NULL AS INTEGER) AS node,
  data_storage AS used_mb,
  CAST(NULL AS BIGINT) AS capacity_mb
FROM sys_serverless_usage
WHERE start_time >= :since AND data_storage IS NOT NULL
ORDER BY start_time DESC, data_storage DESC
LIMIT 1
