-- id: schema-privileges
-- title: Privileges granted on schemas
-- engine: any
-- views: [svv_schema_privileges]
-- privilege: superuser or ACCESS SYSTEM TABLE; others see what they have access to
-- columns:
--   schema: name of the schema
--   scope: SCHEMA, or TABLES or FUNCTIONS for all in it
--   privilege: what may be done
--   identity_type: user, role, group or public
--   identity_id: number of who has it
--   identity_name: name of who has it
--   admin_option: whether the user may grant it on
-- parameters:
--   schema: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_SCHEMA_PRIVILEGES.html
SELECT
  namespace_name AS "schema",
  privilege_scope AS scope,
  privilege_type AS privilege,
  identity_type,
  identity_id,
  identity_name,
  admin_option
FROM svv_schema_privileges
WHERE :schema = '' OR namespace_name = :schema
ORDER BY "schema", scope, privilege, identity_type, identity_name, identity_id
