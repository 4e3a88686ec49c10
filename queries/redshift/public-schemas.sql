-- id: public-schemas
-- title: Schemas in which everybody may create tables
-- engine: any
-- views: [svv_schema_privileges]
-- privilege: superuser, or the permission ACCESS SYSTEM TABLE
-- columns:
--   schema: the schema's name
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_SCHEMA_PRIVILEGES.html
SELECT DISTINCT TRIM(namespace_name) AS "schema"
FROM svv_schema_privileges
WHERE LOWER(TRIM(identity_type)) = 'public'
  AND UPPER(TRIM(privilege_type)) = 'CREATE'
  AND UPPER(COALESCE(TRIM(privilege_scope), 'SCHEMA')) = 'SCHEMA'
  AND LEFT(namespace_name, 3) <> 'pg_'
ORDER BY 1
