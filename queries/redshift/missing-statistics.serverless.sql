-- id: missing-statistics
-- title: Plans that say which tables have no statistics
-- engine: serverless
-- views: [sys_query_explain, sys_query_history]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see the plans of others
-- columns:
--   database: the database's name
--   plan: the text of the plan's node, which names the tables
--   queries: queries with such a node
--   query: the latest of them
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_EXPLAIN.html
SELECT
  TRIM(q.database_name) AS "database",
  TRIM(e.plan_node) AS plan,
  COUNT(DISTINCT e.query_id) AS queries,
  MAX(e.query_id) AS query
FROM sys_query_explain AS e
JOIN sys_query_history AS q ON q.query_id = e.query_id
WHERE q.start_time >= :since
  AND LOWER(e.plan_node) LIKE '%missing statistics%'
  AND e.plan_node NOT LIKE '%redshift_auto_health_check%'
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
LIMIT 200
