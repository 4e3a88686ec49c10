-- id: compression-analyses
-- title: Tables whose compression COPY analyzes again and again
-- engine: serverless
-- views: [sys_analyze_compression_history, pg_class, pg_namespace]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   schema: schema of the table; NULL where it is not in this database
--   table: the table
--   analyses: times that COPY analyzed its compression
--   first_time: the first
--   last_time: the last
--   elapsed_us: microseconds of the analyses; NULL where not logged
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SYS_ANALYZE_COMPRESSION_HISTORY.html
WITH analyses AS (
  SELECT
    table_id,
    MAX(LTRIM(TRIM(table_name), '$')) AS table_name,
    transaction_id,
    MIN(start_time) AS start_time
  FROM sys_analyze_compression_history
  WHERE user_id > 1 AND TRIM(mode) = 'ON' AND start_time >= :since AND start_time <= :now
  GROUP BY table_id, transaction_id
)
SELECT
  TRIM(spaces.nspname) AS "schema",
  analyses.table_name AS "table",
  COUNT(*) AS analyses,
  MIN(analyses.start_time) AS first_time,
  MAX(analyses.start_time) AS last_time,
  CAST(NULL AS BIGINT) AS elapsed_us
FROM analyses
LEFT JOIN pg_class AS classes ON classes.oid = analyses.table_id
LEFT JOIN pg_namespace AS spaces ON spaces.oid = classes.relnamespace
GROUP BY TRIM(spaces.nspname), analyses.table_name
ORDER BY COUNT(*) DESC, COALESCE(TRIM(spaces.nspname), ''), COALESCE(analyses.table_name, '')
LIMIT 200
