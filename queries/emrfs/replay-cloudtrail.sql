-- id: replay-cloudtrail
-- title: What CloudTrail's data events of S3 say that EMRFS did
-- tables:
--   cloudtrail: file, useridentity (with arn), eventtime, eventsource, eventname, errorcode,
--     requestparameters (JSON as text)
-- columns: as those of replay-accesslog; a copy is two accesses, of which "... source" is the read
-- functions: DECODED (percent-encoding undone, null where it is no UTF-8)
-- reference: S3 User Guide, "Amazon S3 CloudTrail events"; Athena User Guide, "Create a table for
--   CloudTrail logs in Athena using manual partitioning". Keys are as they are; the source of a
--   copy is the header, encoded once
WITH events AS (
  SELECT
    CASE WHEN eventname IS NULL THEN file END AS file,
    CASE WHEN eventname IS NULL THEN 1 ELSE 0 END AS damaged,
    CASE
      WHEN eventsource <> 's3.amazonaws.com' THEN NULL
      WHEN useridentity.arn LIKE 'arn:%:assumed-role/%/EmrFS-Session' THEN useridentity.arn
      WHEN useridentity.arn LIKE 'arn:%:assumed-role/%/i-%'
        THEN REGEXP_REPLACE(useridentity.arn, '/i-[0-9a-f]+$', '/i-')
    END AS who,
    eventname,
    COALESCE(errorcode, '-') AS code,
    TRY_CAST(REPLACE(SUBSTRING(eventtime, 1, 19), 'T', ' ') AS TIMESTAMP) AS event_time,
    requestparameters ->> '$.bucketName' AS bucket,
    COALESCE(requestparameters ->> '$.key', requestparameters ->> '$.prefix', '') AS object,
    REGEXP_REPLACE(
      requestparameters ->> '$["x-amz-copy-source"]', '[?]versionId=[^?]*$', ''
    ) AS source
  FROM cloudtrail
),
kept AS (
  SELECT
    file,
    damaged,
    CASE WHEN who LIKE '%/EmrFS-Session' OR who LIKE '%/i-' THEN who END AS who,
    eventname,
    code,
    event_time,
    bucket,
    object,
    CASE
      WHEN REGEXP_MATCHES(source, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') THEN source
      ELSE DECODED(source)
    END AS source
  FROM events
),
sides AS (
  SELECT 'target' AS side
  UNION ALL
  SELECT 'source' AS side
),
both AS (
  SELECT
    kept.file,
    kept.damaged,
    kept.who,
    CASE
      WHEN sides.side = 'source' THEN kept.eventname || ' source'
      ELSE kept.eventname
    END AS operation,
    kept.code,
    kept.event_time,
    CASE
      WHEN sides.side = 'source' THEN REGEXP_EXTRACT(kept.source, '^/?([^/]+)/', 1)
      ELSE kept.bucket
    END AS bucket,
    CASE
      WHEN sides.side = 'source'
        THEN REGEXP_EXTRACT(kept.source, '^/?[^/]+/([\s\S]*)$', 1)
      ELSE kept.object
    END AS object
  FROM kept
  CROSS JOIN sides
  WHERE sides.side = 'target' OR (kept.source IS NOT NULL AND kept.who IS NOT NULL)
)
SELECT
  file,
  damaged,
  who,
  CASE WHEN who IS NOT NULL THEN operation END AS operation,
  CASE WHEN who IS NOT NULL THEN '-' END AS status,
  CASE WHEN who IS NOT NULL THEN code END AS code,
  CASE WHEN who IS NOT NULL THEN event_time END AS event_time,
  CASE WHEN who IS NOT NULL THEN bucket END AS bucket,
  CASE WHEN who IS NOT NULL THEN object END AS object
FROM both
