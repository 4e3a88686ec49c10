-- id: system-privileges
-- title: System privileges granted to roles
-- engine: any
-- views: [svv_system_privileges]
-- privilege: superuser or ACCESS SYSTEM TABLE; others see what they have access to
-- columns:
--   privilege: what may be done
--   identity_type: user, role, group or public
--   identity_id: number of who has it
--   identity_name: name of who has it
--   admin_option: whether the user may grant it on
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_SYSTEM_PRIVILEGES.html
SELECT
  system_privilege AS privilege,
  identity_type,
  identity_id,
  identity_name,
  FALSE AS admin_option
FROM svv_system_privileges
ORDER BY privilege, identity_type, identity_name, identity_id
