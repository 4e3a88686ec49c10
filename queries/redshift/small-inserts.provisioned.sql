-- id: small-inserts
-- title: INSERT statements of few rows, an hour and table
-- engine: provisioned
-- views: [stl_query, stl_insert, pg_class, pg_namespace]
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
WITH written AS (
  SELECT query, tbl, SUM(rows) AS rows
  FROM stl_insert
  WHERE userid > 1 AND starttime >= :since
  GROUP BY query, tbl
),
inserts AS (
  SELECT
    runs.query,
    DATE_TRUNC('hour', runs.starttime) AS hour,
    DATEDIFF(us, runs.starttime, runs.endtime) AS elapsed_us,
    written.rows,
    TRIM(spaces.nspname) AS "schema",
    TRIM(classes.relname) AS "table"
  FROM stl_query AS runs
  JOIN written ON written.query = runs.query
  LEFT JOIN pg_class AS classes ON classes.oid = written.tbl
  LEFT JOIN pg_namespace AS spaces ON spaces.oid = classes.relnamespace
  WHERE runs.userid > 1
    AND runs.starttime >= :since
    AND runs.starttime <= :now
    AND LOWER(REGEXP_REPLACE(runs.querytxt, '^([[:space:]]|/[*][^*]*[*]+([^/*][^*]*[*]+)*/|--[^[:cntrl:]]*[[:cntrl:]])*', '')) LIKE 'insert%'
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
