-- id: small-inserts
-- title: INSERT statements of few rows, an hour and table
-- engine: serverless
-- views: [sys_query_history, sys_query_detail]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which they began
--   schema: schema of the table; NULL where it is not known
--   table: the table; NULL where it is not known
--   most_rows: "at most so many rows an INSERT: 1, 10, 100 or 1000; larger ones are left out"
--   inserts: INSERT statements of that size
--   rows: their rows
--   elapsed_us: microseconds from start to end, all of them
--   last_query_id: the last of them
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/c_best-practices-multi-row-inserts.html

-- Steps only: the view has the same work at the levels of segment, stream and query again.
WITH written AS (
  SELECT
    query_id,
    MAX(TRIM(table_name)) AS full_name,
    SUM(GREATEST(COALESCE(input_rows, 0), COALESCE(output_rows, 0))) AS rows
  FROM sys_query_detail
  WHERE user_id > 1 AND step_id >= 0 AND TRIM(step_name) = 'insert' AND start_time >= :since
  GROUP BY query_id
),
inserts AS (
  SELECT
    runs.query_id AS query,
    DATE_TRUNC('hour', runs.start_time) AS hour,
    runs.elapsed_time AS elapsed_us,
    written.rows,
    NULLIF(SPLIT_PART(written.full_name, '.', 2), '') AS "schema",
    NULLIF(SPLIT_PART(written.full_name, '.', 3), '') AS "table"
  FROM sys_query_history AS runs
  JOIN written ON written.query_id = runs.query_id
  WHERE runs.user_id > 1
    AND runs.start_time >= :since
    AND runs.start_time <= :now
    AND TRIM(runs.query_type) = 'INSERT'
)
SELECT
  hour,
  "schema",
  "table",
  CASE
    WHEN rows <= 1 THEN 1
    WHEN rows <= 10 THEN 10
    WHEN rows <= 100 THEN 100
    ELSE 1000
  END AS most_rows,
  COUNT(*) AS inserts,
  SUM(rows) AS rows,
  SUM(elapsed_us) AS elapsed_us,
  MAX(query) AS last_query_id
FROM inserts
WHERE rows <= 1000
GROUP BY
  hour,
  "schema",
  "table",
  CASE
    WHEN rows <= 1 THEN 1
    WHEN rows <= 10 THEN 10
    WHEN rows <= 100 THEN 100
    ELSE 1000
  END
ORDER BY COUNT(*) DESC, hour, COALESCE("schema", ''), COALESCE("table", ''), most_rows
LIMIT 200
