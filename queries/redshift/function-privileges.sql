-- id: function-privileges
-- title: Privileges granted on functions and procedures
-- engine: any
-- views: [svv_function_privileges]
-- privilege: superuser or ACCESS SYSTEM TABLE; others see what they have access to
-- columns:
--   schema: name of the schema
--   function: name of the function or procedure
--   argument_types: types of its arguments
--   privilege: what may be done
--   identity_type: user, role, group or public
--   identity_id: number of who has it
--   identity_name: name of who has it
--   admin_option: whether the user may grant it on
-- parameters:
--   schema: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_FUNCTION_PRIVILEGES.html
SELECT
  namespace_name AS "schema",
  function_name AS "function",
  argument_types,
  privilege_type AS privilege,
  identity_type,
  identity_id,
  identity_name,
  admin_option
FROM svv_function_privileges
WHERE :schema = '' OR namespace_name = :schema
ORDER BY
  "schema", "function", argument_types, privilege, identity_type, identity_name, identity_id
