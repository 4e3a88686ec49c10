-- id: analyze-history
-- title: Rows inserted and deleted since the last ANALYZE of each table
-- engine: provisioned
-- views: [stl_analyze, stl_delete, stl_insert, stl_query]
-- privilege: SELECT on stl_analyze granted, and SYSLOG ACCESS UNRESTRICTED
-- columns:
--   table_id: number of the table
--   table_name: NULL, the logs give the number
--   last_analyze: when the last ANALYZE that was not skipped ended; NULL where none did since then
--   inserted: rows inserted after it
--   deleted: rows deleted after it; an UPDATE inserts and deletes
--   inserted_once: the same where each node inserts every row (distribution ALL)
--   deleted_once: the same where each node deletes every row
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_ANALYZE.html
WITH analyzed AS (
  SELECT table_id, MAX(endtime) AS last_analyze
  FROM stl_analyze
  WHERE starttime >= :since AND TRIM(status) <> 'Skipped'
  GROUP BY table_id
),
done AS (
  SELECT query
  FROM stl_query
  WHERE starttime >= :since AND aborted = 0
),
inserts AS (
  SELECT i.tbl, i.query, MIN(i.starttime) AS began, SUM(i."rows") AS total,
    MAX(i."rows") AS once
  FROM stl_insert AS i
  JOIN done AS d ON d.query = i.query
  WHERE i.starttime >= :since
  GROUP BY i.tbl, i.query
),
deletes AS (
  SELECT i.tbl, i.query, MIN(i.starttime) AS began, SUM(i."rows") AS total,
    MAX(i."rows") AS once
  FROM stl_delete AS i
  JOIN done AS d ON d.query = i.query
  WHERE i.starttime >= :since
  GROUP BY i.tbl, i.query
),
changes AS (
  SELECT tbl, began, total AS inserted, once AS inserted_once, 0 AS deleted, 0 AS deleted_once
  FROM inserts
  UNION ALL
  SELECT tbl, began, 0, 0, total, once
  FROM deletes
)
SELECT
  c.tbl AS table_id,
  CAST(NULL AS VARCHAR(136)) AS table_name,
  MAX(a.last_analyze) AS last_analyze,
  SUM(c.inserted) AS inserted,
  SUM(c.deleted) AS deleted,
  SUM(c.inserted_once) AS inserted_once,
  SUM(c.deleted_once) AS deleted_once
FROM changes AS c
LEFT JOIN analyzed AS a ON a.table_id = c.tbl
WHERE c.tbl IS NOT NULL AND (a.last_analyze IS NULL OR c.began > a.last_analyze)
GROUP BY c.tbl
ORDER BY SUM(c.inserted) + SUM(c.deleted) DESC, c.tbl
LIMIT 200
