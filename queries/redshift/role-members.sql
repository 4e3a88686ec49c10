-- id: role-members
-- title: Which users and roles every role is granted to
-- engine: any
-- views: [svv_user_grants, svv_role_grants]
-- privilege: superuser or ACCESS SYSTEM TABLE; others see what they have access to
-- columns:
--   role_id: number of the role that is granted
--   role_name: its name
--   member_type: user or role
--   member_id: number of who has it
--   member_name: name of who has it
--   admin_option: whether the user may grant it on
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_ROLE_GRANTS.html
SELECT
  role_id,
  role_name,
  'user' AS member_type,
  user_id AS member_id,
  user_name AS member_name,
  admin_option
FROM svv_user_grants
UNION ALL
SELECT
  granted_role_id AS role_id,
  granted_role_name AS role_name,
  'role' AS member_type,
  role_id AS member_id,
  role_name AS member_name,
  FALSE AS admin_option
FROM svv_role_grants
ORDER BY 2, 3, 5, 1, 4
