-- id: sessions-by-user
-- title: Open sessions of each user
-- engine: provisioned
-- views: [stv_sessions]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see those of others
-- columns:
--   user_name: the user's name; IAM users have a prefix
--   sessions: open sessions
--   oldest: when the first of them began
--   timeout_sec: seconds after which an idle session ends, the longest; 0 is never
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_SESSIONS.html
SELECT
  TRIM(user_name) AS user_name,
  COUNT(*) AS sessions,
  MIN(starttime) AS oldest,
  CASE WHEN MIN(timeout_sec) = 0 THEN 0 ELSE MAX(timeout_sec) END AS timeout_sec
FROM stv_sessions
WHERE TRIM(user_name) <> 'rdsdb'
GROUP BY 1
ORDER BY 2 DESC, 1
LIMIT 200
