-- id: whoami
-- title: Who asks, and whether it sees the rows of others in the logs
-- engine: any
-- views: [pg_user, svv_role_grants, svv_user_grants, svv_user_info]
-- privilege: none
-- columns:
--   user_name: the name of the user that asks
--   superuser: whether it is a superuser
--   syslog_access: UNRESTRICTED or RESTRICTED
--   monitor: 1 where a role of it includes sys:monitor, 0 where not
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html
SELECT
  TRIM(u.usename) AS user_name,
  u.usesuper AS superuser,
  MAX(TRIM(i.syslog_access)) AS syslog_access,
  MAX(
    CASE
      WHEN g.role_name IN ('sys:monitor', 'sys:operator', 'sys:dba', 'sys:superuser') THEN 1
      WHEN r.granted_role_name IN ('sys:monitor', 'sys:operator', 'sys:dba', 'sys:superuser')
        THEN 1
      ELSE 0
    END
  ) AS monitor
FROM pg_user AS u
LEFT JOIN svv_user_info AS i ON i.user_id = u.usesysid
LEFT JOIN svv_user_grants AS g ON g.user_id = u.usesysid
LEFT JOIN svv_role_grants AS r ON r.role_name = g.role_name
WHERE u.usename = CURRENT_USER
GROUP BY 1, 2
ORDER BY 1, 2
