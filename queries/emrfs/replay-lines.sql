-- id: replay-lines
-- title: Lines of S3 server access logs, in columns
-- tables:
--   lines: line, file
-- columns:
--   file: the file of the line
--   bucket_name, requester, operation, key, request_uri, httpstatus, errorcode: as written;
--     requester and operation are null where the line is no whole record: truncated, run into
--     another, or something else, and then the others are nothing either
--   requestdatetime: 06/Feb/2019:00:00:38, in UTC
-- reference: S3 User Guide, "Amazon S3 server access log format"; the columns are named as in the
--   table of "Querying access logs for requests by using Amazon Athena" there
WITH quoted AS (
  SELECT file, line, STRING_SPLIT(line, '"') AS quotes FROM lines WHERE line <> ''
),
parted AS (
  SELECT file, line, quotes, STRING_SPLIT(quotes[1], ' ') AS parts FROM quoted
),
arranged AS (
  SELECT
    file,
    line,
    quotes,
    parts,
    CASE
      -- a second time in one line: two records have run into each other
      WHEN ARRAY_LENGTH(parts) < 10 OR line LIKE '%+0000] %+0000] %' THEN ''
      WHEN parts[4] <> '+0000]' THEN ''
      WHEN parts[10] = '' AND ARRAY_LENGTH(quotes) > 2 THEN SUBSTRING(quotes[3], 1, 6)
      -- the source of a copy, and what S3 does by itself, may have no URI
      WHEN parts[10] = '-' AND ARRAY_LENGTH(parts) > 13 THEN '-'
      ELSE ''
    END AS answer
  FROM parted
),
answered AS (
  SELECT
    file,
    line,
    quotes,
    parts,
    CASE
      WHEN answer = '-' THEN parts[11]
      WHEN answer LIKE ' ___ _' AND answer BETWEEN ' 100 ' AND ' 599 ~'
        THEN SUBSTRING(answer, 2, 3)
      WHEN answer LIKE ' - %' THEN '-'
      WHEN answer = '' THEN NULL
      -- the URI has a quotation mark
      ELSE NULLIF(REGEXP_EXTRACT(line, ' HTTP/[0-9.]+" ([0-9][0-9][0-9]) [^ "]+ ', 1), '')
    END AS httpstatus,
    CASE
      WHEN answer = '-' THEN parts[12]
      WHEN answer LIKE ' ___ -' THEN '-'
      WHEN answer LIKE ' ___ _' THEN SPLIT_PART(quotes[3], ' ', 3)
      WHEN answer LIKE ' - %' THEN SPLIT_PART(quotes[3], ' ', 3)
      WHEN answer = '' THEN NULL
      ELSE REGEXP_EXTRACT(line, ' HTTP/[0-9.]+" [0-9][0-9][0-9] ([^ "]+) ', 1)
    END AS errorcode
  FROM arranged
)
-- no engine but DuckDB takes an index behind the end of an array
SELECT
  file,
  CASE WHEN httpstatus IS NOT NULL THEN parts[2] END AS bucket_name,
  CASE WHEN httpstatus IS NOT NULL THEN SUBSTRING(parts[3], 2) END AS requestdatetime,
  CASE WHEN httpstatus IS NOT NULL THEN parts[6] END AS requester,
  CASE WHEN httpstatus IS NOT NULL THEN parts[8] END AS operation,
  CASE WHEN httpstatus IS NOT NULL THEN parts[9] END AS key,
  CASE WHEN ARRAY_LENGTH(quotes) > 1 THEN quotes[2] END AS request_uri,
  httpstatus,
  errorcode
FROM answered
