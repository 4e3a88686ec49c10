-- id: schemas
-- title: Every schema of the database and its owner
-- engine: any
-- views: [pg_namespace, pg_user]
-- privilege: none
-- columns:
--   schema_id: number of the schema
--   schema: name
--   owner_id: number of its owner
--   owner: name of its owner; empty where there is no such user
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_SCHEMA.html
SELECT
  n.oid AS schema_id,
  n.nspname AS "schema",
  n.nspowner AS owner_id,
  u.usename AS owner
FROM pg_namespace AS n
LEFT JOIN pg_user AS u ON u.usesysid = n.nspowner
WHERE n.nspname NOT LIKE 'pg!_temp!_%' ESCAPE '!'
ORDER BY n.nspname, n.oid
