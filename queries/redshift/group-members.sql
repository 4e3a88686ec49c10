-- id: group-members
-- title: Every group and the numbers of its users
-- engine: any
-- views: [pg_group]
-- privilege: none
-- columns:
--   group_id: number of the group
--   group_name: name
--   members: numbers of its users, as an array
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
SELECT
  grosysid AS group_id,
  TRIM(groname) AS group_name,
  grolist AS members
FROM pg_group
ORDER BY group_name, group_id
