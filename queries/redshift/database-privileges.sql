-- id: database-privileges
-- title: Privileges granted on databases
-- engine: any
-- views: [svv_database_privileges]
-- privilege: superuser or ACCESS SYSTEM TABLE; others see what they have access to
-- columns:
--   database: name of the database
--   scope: DATABASE, or SCHEMAS, TABLES, FUNCTIONS or LANGUAGES for all in it
--   privilege: what may be done
--   identity_type: user, role, group or public
--   identity_id: number of who has it
--   identity_name: name of who has it
--   admin_option: whether the user may grant it on
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_DATABASE_PRIVILEGES.html
SELECT
  database_name AS database,
  privilege_scope AS scope,
  privilege_type AS privilege,
  identity_type,
  identity_id,
  identity_name,
  admin_option
FROM svv_database_privileges
ORDER BY database, scope, privilege, identity_type, identity_name, identity_id
