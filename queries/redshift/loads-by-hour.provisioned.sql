-- id: loads-by-hour
-- title: "COPY commands of each hour: files, bytes, time"
-- engine: provisioned
-- views: [stl_query, stl_s3client]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which they began
--   copies: COPY commands
--   files: files read from S3, each counted once however it was split, manifests included; NULL where not logged
--   bytes: bytes read of them; NULL where not logged
--   duration_us: microseconds from start to end of all, waits in queues included
--   timed_us: those of the COPY commands whose bytes are known
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_S3CLIENT.html
WITH copies AS (
  SELECT
    query,
    DATE_TRUNC('hour', starttime) AS hour,
    DATEDIFF(us, starttime, endtime) AS duration_us
  FROM stl_query
  WHERE userid > 1
    AND starttime >= :since
    AND starttime <= :now
    AND LOWER(REGEXP_REPLACE(querytxt, '^([[:space:]]|/[*][^*]*[*]+([^/*][^*]*[*]+)*/|--[^[:cntrl:]]*[[:cntrl:]])*', '')) LIKE 'copy %'
    AND LOWER(REGEXP_REPLACE(querytxt, '^([[:space:]]|/[*][^*]*[*]+([^/*][^*]*[*]+)*/|--[^[:cntrl:]]*[[:cntrl:]])*', '')) NOT LIKE 'copy analyze %'
),
-- A split file has a row a part. Listings of the bucket are GETs as well.
transfers AS (
  SELECT
    query,
    COUNT(DISTINCT TRIM(bucket) || '/' || TRIM("key")) AS files,
    SUM(transfer_size) AS bytes
  FROM stl_s3client
  WHERE query > 0
    AND TRIM(http_method) = 'GET'
    AND transfer_size > 0
    AND "key" NOT LIKE 'prefix=%'
    AND recordtime >= :since
  GROUP BY query
)
SELECT
  copies.hour,
  COUNT(*) AS copies,
  SUM(transfers.files) AS files,
  SUM(transfers.bytes) AS bytes,
  SUM(copies.duration_us) AS duration_us,
  SUM(CASE WHEN transfers.bytes IS NOT NULL THEN copies.duration_us END) AS timed_us
FROM copies
LEFT JOIN transfers ON transfers.query = copies.query
GROUP BY copies.hour
ORDER BY copies.hour
