-- id: schema-quota
-- title: Schemas with a quota, and what they use of it
-- engine: any
-- views: [svv_redshift_schema_quota]
-- privilege: superuser, or USAGE on the schemas
-- columns:
--   database: the database's name
--   schema: the schema's name
--   quota_mb: MB that the schema may use
--   used_mb: MB that it uses
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_REDSHIFT_SCHEMA_QUOTA.html
SELECT
  TRIM(database_name) AS "database",
  TRIM(schema_name) AS "schema",
  quota AS quota_mb,
  disk_usage AS used_mb
FROM svv_redshift_schema_quota
WHERE quota > 0
ORDER BY 1, 2, 3, 4
