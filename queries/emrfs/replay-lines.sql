-- id: replay-lines
-- title: Lines of S3 server access logs, in columns
-- tables:
--   lines: line, file
-- columns:
--   file: the file of the line
--   bucket_name, requester, operation, key, request_uri, httpstatus, errorcode: as written; null
--     where the line is no whole record: truncated, run into another, or something else
--   requestdatetime: 06/Feb/2019:00:00:38, in UTC
-- reference: S3 User Guide, "Amazon S3 server access log format"; the columns are named as in the
--   table of "Querying access logs for requests by using Amazon Athena" there
WITH parted AS (
  SELECT file, line, STRING_SPLIT(line, ' ') AS parts FROM lines WHERE line <> ''
),
arranged AS (
  SELECT
    file,
    parts,
    CASE
      WHEN ARRAY_LENGTH(parts) < 13 THEN 0
      -- a second time in one line: two records have run into each other
      WHEN parts[4] <> '+0000]' OR line LIKE '% +0000] % +0000] %' THEN 0
      -- what S3 does by itself, and the source of a copy, have no URI
      WHEN parts[10] IN ('-', '"-"') THEN 11
      WHEN ARRAY_LENGTH(parts) >= 15 AND parts[10] LIKE '"%' AND parts[12] LIKE '%"' THEN 13
      ELSE 0
    END AS place
  FROM parted
),
cut AS (
  SELECT
    file,
    parts,
    CASE
      WHEN place = 13 AND (parts[13] BETWEEN '100' AND '599' OR parts[13] = '-') THEN 13
      WHEN place = 11 AND (parts[11] BETWEEN '100' AND '599' OR parts[11] = '-') THEN 11
      ELSE 0
    END AS place
  FROM arranged
)
SELECT
  file,
  CASE WHEN place > 0 THEN parts[2] END AS bucket_name,
  CASE WHEN place > 0 THEN SUBSTRING(parts[3], 2) END AS requestdatetime,
  CASE WHEN place > 0 THEN parts[6] END AS requester,
  CASE WHEN place > 0 THEN parts[8] END AS operation,
  CASE WHEN place > 0 THEN parts[9] END AS key,
  CASE WHEN place = 13 THEN parts[11] END AS request_uri,
  CASE WHEN place = 13 THEN parts[13] WHEN place = 11 THEN parts[11] END AS httpstatus,
  CASE WHEN place = 13 THEN parts[14] WHEN place = 11 THEN parts[12] END AS errorcode
FROM cut
