-- id: large-results
-- title: The texts that return the most through the leader node
-- engine: provisioned
-- views: [stl_query, stl_return]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   text: the start of the text
--   hash: what the runs have in common, as in top-queries
--   runs: runs that returned rows
--   rows: rows returned, all runs
--   bytes: bytes returned through the leader node, all runs
--   largest_bytes: bytes of the largest run
--   elapsed_us: microseconds from start to end, all runs
--   last_query_id: the last of them
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_RETURN.html
WITH runs AS (
  SELECT
    query,
    userid,
    TRIM("database") AS db,
    starttime,
    DATEDIFF(us, starttime, endtime) AS elapsed_us,
    MD5(REGEXP_REPLACE(TRIM(querytxt), '''[^'']*''', '?')) AS hash,
    SUBSTRING(TRIM(querytxt), 1, 200) AS text
  FROM stl_query
  WHERE userid > 1 AND starttime >= :since AND starttime <= :now
),
-- A row a slice. The leader's own step comes after those of the slices: the fuller one counts.
segments AS (
  SELECT query, segment, SUM(rows) AS rows, SUM(bytes) AS bytes
  FROM stl_return
  WHERE starttime >= :since
  GROUP BY query, segment
),
results AS (
  SELECT query, MAX(rows) AS rows, MAX(bytes) AS bytes FROM segments GROUP BY query
)
SELECT
  MIN(runs.text) AS text,
  runs.hash,
  COUNT(*) AS runs,
  SUM(results.rows) AS rows,
  SUM(results.bytes) AS bytes,
  MAX(results.bytes) AS largest_bytes,
  SUM(runs.elapsed_us) AS elapsed_us,
  MAX(runs.query) AS last_query_id
FROM runs
JOIN results ON results.query = runs.query
WHERE results.bytes > 0
GROUP BY runs.hash
ORDER BY MAX(results.bytes) DESC, runs.hash
LIMIT 50
