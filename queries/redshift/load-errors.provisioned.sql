-- id: load-errors
-- title: Rows that COPY refused, by table, column and reason
-- engine: provisioned
-- views: [stl_load_errors, pg_class, pg_namespace]
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
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_LOAD_ERRORS.html
SELECT
  TRIM(spaces.nspname) AS "schema",
  TRIM(classes.relname) AS "table",
  TRIM(COALESCE(errors.colname, '')) AS "column",
  TRIM(errors.err_reason) AS reason,
  COUNT(*) AS errors,
  MIN(errors.starttime) AS first_time,
  MAX(errors.starttime) AS last_time,
  MIN(TRIM(errors.filename) || ':' || CAST(errors.line_number AS VARCHAR)) AS example,
  MAX(errors.query) AS last_query_id
FROM stl_load_errors AS errors
LEFT JOIN pg_class AS classes ON classes.oid = errors.tbl
LEFT JOIN pg_namespace AS spaces ON spaces.oid = classes.relnamespace
WHERE errors.starttime >= :since AND errors.starttime <= :now
GROUP BY
  TRIM(spaces.nspname),
  TRIM(classes.relname),
  TRIM(COALESCE(errors.colname, '')),
  TRIM(errors.err_reason)
ORDER BY
  COUNT(*) DESC,
  COALESCE(TRIM(spaces.nspname), ''),
  COALESCE(TRIM(classes.relname), ''),
  TRIM(COALESCE(errors.colname, '')),
  COALESCE(TRIM(errors.err_reason), '')
LIMIT 200
