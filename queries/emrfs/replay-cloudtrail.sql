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
    CASE WHEN eventname IS NULL THEN 1 ELSE 0 END AS damaged,
    CASE WHEN eventname IS NULL THEN file END AS file,
    CASE
      WHEN eventsource <> 's3.amazonaws.com' THEN NULL
      WHEN useridentity.arn LIKE 'arn:%:assumed-role/%/EmrFS-Session' THEN useridentity.arn
      WHEN useridentity.arn LIKE 'arn:%:assumed-role/%/i-%'
        THEN NULLIF(REGEXP_EXTRACT(useridentity.arn, '^(arn:[^/]*/[^/]+/i-)[0-9a-f]+$', 1), '')
    END AS who,
    eventname,
    COALESCE(errorcode, '-') AS code,
    TRY_CAST(REPLACE(SUBSTRING(eventtime, 1, 19), 'T', ' ') AS TIMESTAMP) AS event_time,
    requestparameters ->> '$.bucketName' AS bucket,
    COALESCE(requestparameters ->> '$.key', requestparameters ->> '$.prefix', '') AS object_key,
    DECODED(
      REGEXP_REPLACE(
        requestparameters ->> '$["x-amz-copy-source"]', '[?]versionId=[^?]*$', ''
      )
    ) AS copied
  FROM cloudtrail
),
sides AS (
  SELECT 0 AS side
  UNION ALL
  SELECT 1 AS side
)
SELECT
  events.damaged,
  events.file,
  events.who,
  CASE WHEN sides.side = 1 THEN events.eventname || ' source' ELSE events.eventname END
    AS operation,
  '-' AS status,
  events.code,
  events.event_time,
  CASE
    WHEN sides.side = 1 THEN NULLIF(REGEXP_EXTRACT(events.copied, '^/?([^/]+)/', 1), '')
    ELSE events.bucket
  END AS bucket,
  CASE
    WHEN events.who IS NULL THEN NULL
    WHEN sides.side = 1 THEN REGEXP_EXTRACT(events.copied, '^/?[^/]+/([\s\S]*)$', 1)
    ELSE events.object_key
  END AS object_key
FROM events
CROSS JOIN sides
WHERE sides.side = 0 OR (events.copied IS NOT NULL AND events.who IS NOT NULL)
