-- id: running-statements
-- title: What every session runs now
-- engine: provisioned
-- views: [stv_recents]
-- privilege: superuser; other users see their own statements only
-- columns:
--   pid: process of the session
--   started: when the statement began
--   text: first 600 characters of the statement
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_RECENTS.html
SELECT
  pid,
  starttime AS started,
  TRIM(query) AS text
FROM stv_recents
WHERE status = 'Running'
  AND pid <> PG_BACKEND_PID()
ORDER BY pid, started, text
