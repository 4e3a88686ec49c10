-- id: users
-- title: Every user of the cluster
-- engine: any
-- views: [pg_user]
-- privilege: none
-- columns:
--   user_id: number of the user
--   user_name: name
--   superuser: whether no right is ever asked of it
--   creates_databases: whether it may create databases
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_USER.html
SELECT
  usesysid AS user_id,
  TRIM(usename) AS user_name,
  usesuper AS superuser,
  usecreatedb AS creates_databases
FROM pg_user
ORDER BY user_name, user_id
