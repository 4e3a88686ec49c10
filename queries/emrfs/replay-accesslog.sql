-- id: replay-accesslog
-- title: What S3 server access logs say that EMRFS did
-- tables:
--   accesslog: file, bucket_name, requestdatetime, requester, operation, key, request_uri,
--     httpstatus, errorcode, as replay-lines returns them
-- columns:
--   damaged: 1 for a line that is no whole record
--   file: the file, where it is the damaged one
--   who: the ARN of the session of EMRFS, or of an instance with `i-` for its name; else null
--   operation, status, code: as written
--   event_time: when
--   bucket, object_key: the bucket, and the key or the listed prefix, decoded; null where the
--     encoding is broken
-- functions: ENCODED (whether there is a percent sign), DECODED (percent-encoding undone; null
--   where it is no UTF-8), LOG_TIME (a timestamp)
-- reference: S3 User Guide, "Amazon S3 server access log format". Keys are encoded twice, but once
--   in BATCH.DELETE.OBJECT (measured at scale: engineeringblog.yelp.com, "S3 server access logs at
--   scale", September 2025)
WITH named AS (
  SELECT
    CASE WHEN operation IS NULL THEN 1 ELSE 0 END AS damaged,
    CASE WHEN operation IS NULL THEN file END AS file,
    CASE
      WHEN requester LIKE '%/EmrFS-Session' THEN requester
      WHEN requester LIKE 'arn:%:assumed-role/%/i-%'
        THEN NULLIF(REGEXP_EXTRACT(requester, '^(arn:[^/]*/[^/]+/i-)[0-9a-f]+$', 1), '')
    END AS who,
    operation,
    httpstatus AS status,
    errorcode AS code,
    LOG_TIME(SUBSTRING(requestdatetime, 1, 20)) AS event_time,
    bucket_name AS bucket,
    CASE
      WHEN key <> '-' THEN key
      WHEN operation IN ('REST.GET.BUCKET', 'REST.GET.BUCKETVERSIONS', 'REST.GET.UPLOADS')
        THEN REPLACE(
          COALESCE(REGEXP_EXTRACT(request_uri, '[?&]prefix=([^& "]*)', 1), ''), '+', '%20'
        )
      ELSE ''
    END AS object_key,
    CASE WHEN key = '-' OR operation = 'BATCH.DELETE.OBJECT' THEN 1 ELSE 2 END AS times
  FROM accesslog
),
once AS (
  SELECT
    damaged,
    file,
    who,
    operation,
    status,
    code,
    event_time,
    bucket,
    CASE
      WHEN who IS NULL THEN NULL
      WHEN times = 1 OR NOT ENCODED(object_key) THEN object_key
      -- the second encoding had nothing left to encode but the percent signs of the first
      ELSE REPLACE(object_key, '%25', '%')
    END AS object_key
  FROM named
)
SELECT
  damaged,
  file,
  who,
  operation,
  status,
  code,
  event_time,
  bucket,
  CASE WHEN NOT ENCODED(object_key) THEN object_key ELSE DECODED(object_key) END AS object_key
FROM once
