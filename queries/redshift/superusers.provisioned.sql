-- id: superusers
-- title: Superusers, and how many queries they ran
-- engine: provisioned
-- views: [pg_user, stl_query]
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
  SELECT userid, COUNT(*) AS queries
  FROM stl_query
  WHERE starttime >= :since AND COALESCE(TRIM(label), '') <> 'opskit'
  GROUP BY userid
) AS q ON q.userid = u.usesysid
CROSS JOIN (
  SELECT COUNT(*) AS all_queries
  FROM stl_query
  WHERE starttime >= :since AND userid > 1 AND COALESCE(TRIM(label), '') <> 'opskit'
) AS t
-- User 1 is rdsdb, Redshift's own.
WHERE u.usesuper AND u.usesysid > 1
ORDER BY 2 DESC, 1
