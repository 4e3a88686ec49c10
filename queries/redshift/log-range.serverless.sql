-- id: log-range
-- title: How far back the query log reaches
-- engine: serverless
-- views: [sys_query_history]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see the queries of others
-- columns:
--   log: the log that was looked at
--   oldest: start of the first query since the beginning of the window
--   newest: start of the last query
--   entries: queries since the beginning of the window
--   scaled: nothing; the SYS views have the steps of all queries
--   older: 1 where the log has a query from before the window, 0 where not
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html
SELECT
  CAST('sys_query_history' AS VARCHAR(32)) AS log,
  MIN(start_time) AS oldest,
  MAX(start_time) AS newest,
  COUNT(*) AS entries,
  CAST(NULL AS BIGINT) AS scaled,
  (
    SELECT COUNT(*)
    FROM (SELECT query_id FROM sys_query_history WHERE start_time < :since LIMIT 1) AS earlier
  ) AS older
FROM sys_query_history
WHERE start_time >= :since
