-- id: log-range
-- title: How far back the query log reaches
-- engine: provisioned
-- views: [stl_query]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see the queries of others
-- columns:
--   log: the log that was looked at
--   oldest: start of the first query since the beginning of the window
--   newest: start of the last query
--   entries: queries since the beginning of the window
--   scaled: queries of these that ran on a concurrency scaling cluster
--   older: 1 where the log has a query from before the window, 0 where not
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html
SELECT
  CAST('stl_query' AS VARCHAR(32)) AS log,
  MIN(starttime) AS oldest,
  MAX(starttime) AS newest,
  COUNT(*) AS entries,
  SUM(CASE WHEN concurrency_scaling_status = 1 THEN 1 ELSE 0 END) AS scaled,
  (
    SELECT COUNT(*)
    FROM (SELECT query FROM stl_query WHERE starttime < :since LIMIT 1) AS earlier
  ) AS older
FROM stl_query
WHERE starttime >= :since
