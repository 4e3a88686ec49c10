-- id: missing-statistics
-- title: Plans that say which tables have no statistics
-- engine: provisioned
-- views: [stl_explain, stl_query]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see the plans of others
-- columns:
--   database: the database's name
--   plan: the text of the plan's node, which names the tables
--   queries: queries with such a node
--   query: the latest of them
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/identify-tables-with-missing-statistics.html
SELECT
  TRIM(q."database") AS "database",
  TRIM(e.plannode) AS plan,
  COUNT(DISTINCT e.query) AS queries,
  MAX(e.query) AS query
FROM stl_explain AS e
JOIN stl_query AS q ON q.query = e.query
WHERE q.starttime >= :since
  AND LOWER(e.plannode) LIKE '%missing statistics%'
  AND e.plannode NOT LIKE '%redshift_auto_health_check%'
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
LIMIT 200
