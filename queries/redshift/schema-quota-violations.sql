-- id: schema-quota-violations
-- title: Transactions that were aborted for the quota of a schema
-- engine: any
-- views: [sys_schema_quota_violations]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see those of others
-- columns:
--   schema: the schema's name
--   schema_id: number of the schema
--   violations: transactions that were aborted
--   last_time: when the last was
--   quota_mb: MB that the schema might use, the largest of the quotas
--   used_mb: MB that it would have used, the largest
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_SCHEMA_QUOTA_VIOLATIONS.html
SELECT
  TRIM(schema_name) AS "schema",
  schema_id,
  COUNT(*) AS violations,
  MAX(record_time) AS last_time,
  MAX(quota) AS quota_mb,
  MAX(disk_usage) AS used_mb
FROM sys_schema_quota_violations
WHERE record_time >= :since
GROUP BY 1, 2
ORDER BY 1, 2
