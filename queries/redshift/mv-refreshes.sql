-- id: mv-refreshes
-- title: Refreshes of materialized views, by their outcome
-- engine: any
-- views: [sys_mv_refresh_history]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see those of others
-- columns:
--   database: the database's name
--   schema: the schema's name
--   name: the materialized view's name
--   status: the outcome, in Redshift's words
--   refreshes: how many had it
--   last_time: when the last of them ended
--   duration_us: microseconds that they took in all
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_MV_REFRESH_HISTORY.html
SELECT
  TRIM(database_name) AS "database",
  TRIM(schema_name) AS "schema",
  TRIM(mv_name) AS name,
  TRIM(status) AS status,
  COUNT(*) AS refreshes,
  MAX(end_time) AS last_time,
  SUM(duration) AS duration_us
FROM sys_mv_refresh_history
WHERE start_time >= :since
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
LIMIT 2000
