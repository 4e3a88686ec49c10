-- id: column-privileges
-- title: Privileges granted on columns
-- engine: any
-- views: [svv_column_privileges]
-- privilege: superuser or ACCESS SYSTEM TABLE; others see what they have access to
-- columns:
--   schema: name of the schema
--   table: name of the table or view
--   column: name of the column
--   privilege: what may be done
--   identity_type: user, role, group or public
--   identity_id: number of who has it
--   identity_name: name of who has it
--   admin_option: whether the user may grant it on
-- parameters:
--   schema: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_COLUMN_PRIVILEGES.html
SELECT
  namespace_name AS "schema",
  relation_name AS "table",
  column_name AS "column",
  privilege_type AS privilege,
  identity_type,
  identity_id,
  identity_name,
  FALSE AS admin_option
FROM svv_column_privileges
WHERE :schema = '' OR namespace_name = :schema
ORDER BY "schema", "table", "column", privilege, identity_type, identity_name, identity_id
