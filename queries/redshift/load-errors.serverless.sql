-- id: load-errors
-- title: Rows that COPY refused, by table, column and reason
-- engine: serverless
-- views: [sys_load_error_detail, pg_class, pg_namespace]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   schema: schema of the table; NULL where it is not in this database
--   table: the table; NULL where it is not known
--   column: the column; empty where the row as a whole is wrong
--   reason: why rows were refused
--   errors: refused rows or values
--   first_time: when the first was refused
--   last_time: when the last was refused
--   example: one of them, file:line
--   last_query_id: the last COPY that met it
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_ERROR_DETAIL.html
SELECT
  TRIM(spaces.nspname) AS "schema",
  TRIM(classes.relname) AS "table",
  TRIM(COALESCE(errors.column_name, '')) AS "column",
  TRIM(errors.error_message) AS reason,
  COUNT(*) AS errors,
  MIN(errors.start_time) AS first_time,
  MAX(errors.start_time) AS last_time,
  MIN(TRIM(errors.file_name) || ':' || CAST(errors.line_number AS VARCHAR)) AS example,
  MAX(errors.query_id) AS last_query_id
FROM sys_load_error_detail AS errors
LEFT JOIN pg_class AS classes ON classes.oid = errors.table_id
LEFT JOIN pg_namespace AS spaces ON spaces.oid = classes.relnamespace
WHERE errors.start_time >= :since AND errors.start_time <= :now
GROUP BY
  TRIM(spaces.nspname),
  TRIM(classes.relname),
  TRIM(COALESCE(errors.column_name, '')),
  TRIM(errors.error_message)
ORDER BY
  COUNT(*) DESC,
  COALESCE(TRIM(spaces.nspname), ''),
  COALESCE(TRIM(classes.relname), ''),
  TRIM(COALESCE(errors.column_name, '')),
  COALESCE(TRIM(errors.error_message), '')
LIMIT 200
