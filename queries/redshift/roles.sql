-- id: roles
-- title: Every role
-- engine: any
-- views: [svv_roles]
-- privilege: none; others than superusers see roles that they have or own
-- columns:
--   role_id: number of the role
--   role_name: name; sys:... are Redshift's own
--   role_owner: name of its owner
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_ROLES.html
SELECT
  role_id,
  role_name,
  role_owner
FROM svv_roles
ORDER BY role_name, role_id, role_owner
