-- id: loads-by-hour
-- title: "COPY commands of each hour: files, bytes, time"
-- engine: serverless
-- views: [sys_load_history]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which they began
--   copies: COPY commands
--   files: files read from S3, each counted once however it was split; NULL where not logged
--   bytes: bytes read of them; NULL where not logged
--   duration_us: microseconds from start to end of all, waits in queues included
--   timed_us: those of the COPY commands whose bytes are known
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_HISTORY.html
WITH loads AS (
  SELECT
    DATE_TRUNC('hour', start_time) AS hour,
    COALESCE(NULLIF(file_count_scanned, 0), NULLIF(source_file_count, 0)) AS files,
    COALESCE(NULLIF(file_bytes_scanned, 0), NULLIF(source_file_bytes, 0)) AS bytes,
    duration AS duration_us
  FROM sys_load_history
  WHERE user_id > 1 AND start_time >= :since AND start_time <= :now
)
SELECT
  hour,
  COUNT(*) AS copies,
  SUM(files) AS files,
  SUM(bytes) AS bytes,
  SUM(duration_us) AS duration_us,
  SUM(CASE WHEN bytes IS NOT NULL THEN duration_us END) AS timed_us
FROM loads
GROUP BY hour
ORDER BY hour
