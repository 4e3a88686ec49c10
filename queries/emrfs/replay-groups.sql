-- id: replay-groups
-- title: Accesses, those together that one answer is right for
-- tables:
--   accesses: as replay-accesslog and replay-cloudtrail return them
-- columns:
--   damaged, file: 1 and the file for what could not be read
--   who: who asked; null for those who are not EMRFS
--   operation, status, code: as written; null for those who are not EMRFS
--   region: the number of the range in which the place (bucket/key) lies; null where it is unknown
--   listed: the number of the range in which a listed prefix lies
--   marks: a digit for each pattern: whether the place matches it
--   slot: the number of the time window
--   requests: how many
--   first_time, last_time: when
--   witness: one of the places
-- functions: REGION_OF, LISTED_OF, MARKS_OF, SLOT_OF: searches in sorted texts, made from the
--   documents
WITH located AS (
  SELECT
    damaged,
    file,
    who,
    CASE WHEN who IS NOT NULL THEN operation END AS operation,
    CASE WHEN who IS NOT NULL THEN status END AS status,
    CASE WHEN who IS NOT NULL THEN code END AS code,
    CASE WHEN who IS NOT NULL THEN event_time END AS event_time,
    bucket,
    object_key,
    bucket || '/' || object_key AS place
  FROM accesses
),
numbered AS (
  SELECT
    damaged,
    file,
    who,
    operation,
    status,
    code,
    event_time,
    place,
    CASE WHEN place IS NOT NULL THEN REGION_OF(place) END AS region,
    CASE
      WHEN operation LIKE 'REST.GET.BUCKET%' OR operation = 'REST.GET.UPLOADS'
        OR operation LIKE 'List%' THEN LISTED_OF(object_key)
      ELSE 0
    END AS listed,
    CASE WHEN place IS NOT NULL THEN MARKS_OF(place, bucket, object_key) ELSE '' END AS marks,
    SLOT_OF(event_time) AS slot
  FROM located
)
SELECT
  damaged,
  file,
  who,
  operation,
  status,
  code,
  region,
  listed,
  marks,
  slot,
  COUNT(*) AS requests,
  MIN(event_time) AS first_time,
  MAX(event_time) AS last_time,
  MIN(place) AS witness
FROM numbered
GROUP BY damaged, file, who, operation, status, code, region, listed, marks, slot
