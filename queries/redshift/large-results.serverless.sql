-- id: large-results
-- title: The texts that return the most through the leader node
-- engine: serverless
-- views: [sys_query_history]
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
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
WITH runs AS (
  SELECT
    query_id,
    user_id,
    TRIM(database_name) AS db,
    start_time,
    elapsed_time,
    queue_time,
    execution_time,
    returned_rows,
    returned_bytes,
    COALESCE(NULLIF(TRIM(generic_query_hash), ''), MD5(TRIM(query_text))) AS hash,
    SUBSTRING(TRIM(query_text), 1, 200) AS text
  FROM sys_query_history
  WHERE user_id > 1 AND start_time >= :since AND start_time <= :now
)
SELECT
  MIN(text) AS text,
  hash,
  COUNT(*) AS runs,
  SUM(returned_rows) AS rows,
  SUM(returned_bytes) AS bytes,
  MAX(returned_bytes) AS largest_bytes,
  SUM(elapsed_time) AS elapsed_us,
  MAX(query_id) AS last_query_id
FROM runs
WHERE returned_bytes > 0
GROUP BY hash
ORDER BY MAX(returned_bytes) DESC, hash
LIMIT 50
