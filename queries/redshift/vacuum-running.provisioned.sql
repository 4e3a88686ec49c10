-- id: vacuum-running
-- title: The VACUUM that runs now
-- engine: provisioned
-- views: [svv_vacuum_progress]
-- privilege: superuser, or SELECT on svv_vacuum_progress granted
-- columns:
--   schema: NULL, the view gives the table alone
--   table: the table's name
--   status: what it does
--   remaining: its estimate of the time left, as in 5m 10s; empty before its first sort
--   started: NULL, the view does not say
--   automatic: NULL, the view does not say
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_VACUUM_PROGRESS.html
SELECT
  CAST(NULL AS VARCHAR(128)) AS "schema",
  TRIM(table_name) AS "table",
  TRIM(status) AS status,
  TRIM(time_remaining_estimate) AS remaining,
  CAST(NULL AS TIMESTAMP) AS started,
  CAST(NULL AS BOOLEAN) AS automatic
FROM svv_vacuum_progress
-- Where none runs, the view shows the one that ran last.
WHERE LOWER(TRIM(status)) NOT LIKE 'complete%'
  AND LOWER(TRIM(status)) NOT LIKE 'failed%'
  AND LOWER(TRIM(status)) NOT LIKE 'skipped%'
ORDER BY 2, 3, 4
