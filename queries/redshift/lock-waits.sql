-- id: lock-waits
-- title: Time that queries waited for locks, by user and text
-- engine: any
-- views: [sys_query_history]
-- privilege: superuser or SYS:MONITOR; other users see their own queries only
-- columns:
--   user_name: who asked
--   text_hash: hash of the text without its literals
--   queries: queries that waited
--   waited_us: microseconds, all waits together
--   longest_us: microseconds, the longest wait
--   last_query: number of the last of them
--   sample: first 600 characters of one text
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
SELECT
  TRIM(username) AS user_name,
  TRIM(generic_query_hash) AS text_hash,
  COUNT(*) AS queries,
  SUM(lock_wait_time) AS waited_us,
  MAX(lock_wait_time) AS longest_us,
  MAX(query_id) AS last_query,
  MIN(TRIM(SUBSTRING(query_text, 1, 600))) AS sample
FROM sys_query_history
WHERE start_time >= :since
  AND start_time < :now
  AND lock_wait_time > 0
GROUP BY 1, 2
ORDER BY waited_us DESC, user_name, text_hash
LIMIT 50
