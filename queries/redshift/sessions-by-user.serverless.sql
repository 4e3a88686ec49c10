-- id: sessions-by-user
-- title: Open sessions of each user
-- engine: serverless
-- views: [pg_user, sys_session_history]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see those of others
-- columns:
--   user_name: the user's name
--   sessions: open sessions that began in the window
--   oldest: when the first of them began
--   timeout_sec: seconds after which an idle session ends, the longest; 0 is never
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_SESSION_HISTORY.html
SELECT
  TRIM(u.usename) AS user_name,
  COUNT(*) AS sessions,
  MIN(s.start_time) AS oldest,
  CASE WHEN MIN(s.session_timeout) = 0 THEN 0 ELSE MAX(s.session_timeout) END AS timeout_sec
FROM sys_session_history AS s
JOIN pg_user AS u ON CAST(u.usesysid AS VARCHAR(50)) = TRIM(s.user_id)
WHERE s.start_time >= DATEADD(day, -7, :since)  -- sessions that leak began long ago
  AND LOWER(TRIM(s.status)) = 'active'
  AND u.usesysid > 1
GROUP BY 1
ORDER BY 2 DESC, 1
LIMIT 200
