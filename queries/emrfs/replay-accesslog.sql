-- id: replay-accesslog
-- title: What S3 server access logs say that EMRFS did
-- tables:
--   accesslog: file, bucket_name, requestdatetime, requester, operation, key, request_uri,
--     httpstatus, errorcode, as replay-lines returns them
-- columns:
--   file: the file, where it is the damaged one
--   damaged: 1 for a line that is no whole record
--   who: the ARN of the session of EMRFS, or of an instance with `i-` for its name; else null
--   operation, status, code: as written
--   event_time: when
--   bucket, object: the bucket, and the key or the listed prefix, decoded; null where the encoding
--     is broken
-- functions: DECODED (percent-encoding undone; null where it is no UTF-8), LOG_TIME (a timestamp)
-- reference: S3 User Guide, "Amazon S3 server access log format". Keys are encoded twice, but once
--   in BATCH.DELETE.OBJECT (measured at scale: engineeringblog.yelp.com, "S3 server access logs at
--   scale", September 2025)
WITH named AS (
  SELECT
    CASE WHEN operation IS NULL THEN file END AS file,
    CASE WHEN operation IS NULL THEN 1 ELSE 0 END AS damaged,
    CASE
      WHEN requester LIKE 'arn:%:assumed-role/%/EmrFS-Session' THEN requester
      WHEN requester LIKE 'arn:%:assumed-role/%/i-%'
        THEN REGEXP_REPLACE(requester, '/i-[0-9a-f]+$', '/i-')
    END AS who,
    operation,
    key,
    request_uri,
    httpstatus,
    errorcode,
    bucket_name,
    requestdatetime
  FROM accesslog
),
known AS (
  SELECT
    file,
    damaged,
    CASE WHEN who LIKE '%/EmrFS-Session' OR who LIKE '%/i-' THEN who END AS who,
    operation,
    key,
    request_uri,
    httpstatus,
    errorcode,
    bucket_name,
    requestdatetime
  FROM named
),
written AS (
  SELECT
    file,
    damaged,
    who,
    CASE WHEN who IS NOT NULL THEN operation END AS operation,
    CASE WHEN who IS NOT NULL THEN httpstatus END AS status,
    CASE WHEN who IS NOT NULL THEN errorcode END AS code,
    CASE WHEN who IS NOT NULL THEN LOG_TIME(SUBSTRING(requestdatetime, 1, 20)) END AS event_time,
    CASE WHEN who IS NOT NULL THEN bucket_name END AS bucket,
    CASE
      WHEN who IS NULL THEN NULL
      WHEN key <> '-' THEN key
      WHEN operation IN ('REST.GET.BUCKET', 'REST.GET.BUCKETVERSIONS', 'REST.GET.UPLOADS')
        THEN REPLACE(
          COALESCE(REGEXP_EXTRACT(request_uri, '[?&]prefix=([^& "]*)', 1), ''), '+', '%20'
        )
      ELSE ''
    END AS object,
    CASE WHEN key = '-' OR operation = 'BATCH.DELETE.OBJECT' THEN 1 ELSE 2 END AS times
  FROM known
),
once AS (
  SELECT
    file,
    damaged,
    who,
    operation,
    status,
    code,
    event_time,
    bucket,
    CASE
      WHEN STRPOS(object, '%') = 0 THEN object
      WHEN REGEXP_MATCHES(object, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') THEN object
      ELSE DECODED(object)
    END AS object,
    times
  FROM written
)
SELECT
  file,
  damaged,
  who,
  operation,
  status,
  code,
  event_time,
  bucket,
  CASE
    WHEN times = 1 OR STRPOS(object, '%') = 0 THEN object
    WHEN REGEXP_MATCHES(object, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') THEN object
    ELSE DECODED(object)
  END AS object
FROM once
