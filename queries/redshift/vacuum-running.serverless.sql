-- id: vacuum-running
-- title: The VACUUMs that run now
-- engine: serverless
-- views: [sys_vacuum_history]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see those of others
-- columns:
--   schema: the schema's name
--   table: the table's name
--   status: what it does
--   remaining: NULL, no estimate
--   started: when it started
--   automatic: whether Redshift started it
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_VACUUM_HISTORY.html
SELECT
  TRIM(schema_name) AS "schema",
  TRIM(table_name) AS "table",
  TRIM(status) AS status,
  CAST(NULL AS VARCHAR(32)) AS remaining,
  start_time AS started,
  is_automatic AS automatic
FROM sys_vacuum_history
WHERE start_time >= :since
  AND end_time IS NULL
  AND LOWER(TRIM(status)) NOT LIKE 'complete%'
  AND LOWER(TRIM(status)) NOT LIKE 'failed%'
  AND LOWER(TRIM(status)) NOT LIKE 'skipped%'
ORDER BY 5, 1, 2, 3
LIMIT 50
