-- id: superusers
-- title: Superusers, and how many queries they ran
-- engine: serverless
-- views: [pg_user, sys_query_history]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see the queries of others
-- columns:
--   user_name: the superuser's name
--   queries: queries that it ran, those of opskit not counted
--   all_queries: queries of all users
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_superusers.html
SELECT
  TRIM(u.usename) AS user_name,
  COALESCE(q.queries, 0) AS queries,
  t.all_queries
FROM pg_user AS u
LEFT JOIN (
  SELECT user_id, COUNT(*) AS queries
  FROM sys_query_history
  WHERE start_time >= :since AND COALESCE(TRIM(query_label), '') <> 'opskit'
  GROUP BY user_id
) AS q ON q.user_id = u.usesysid
CROSS JOIN (
  SELECT COUNT(*) AS all_queries
  FROM sys_query_history
  WHERE start_time >= :since AND user_id > 1 AND COALESCE(TRIM(query_label), '') <> 'opskit'
) AS t
-- User 1 is rdsdb, Redshift's own.
WHERE u.usesuper AND u.usesysid > 1
ORDER BY 2 DESC, 1
