-- id: copy-performance
-- title: "The slowest COPY commands: files, bytes, time"
-- engine: serverless
-- views: [sys_load_history, sys_load_detail, sys_query_history]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   query_id: the COPY
--   started: when it began
--   user: who ran it
--   target: the table, schema.table where that is known, else as the statement names it
--   files: files, each counted once however it was split; NULL where not logged
--   bytes: bytes read of them, all files; NULL where not logged
--   largest_bytes: bytes of the largest file; NULL where not logged
--   duration_us: microseconds from start to end, wait in a queue included
--   format: csv, text, json, avro, orc, parquet or fixedwidth, by log, statement or names
--   compression: gzip, lzop, zstd, bzip2 or empty, by the statement or the names of the files
--   text: the start of the statement
--   slices: slices of the cluster; NULL on serverless
--   split_files: files that were read in parts; NULL on serverless, which does not log it
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_HISTORY.html
WITH files AS (
  SELECT query_id, TRIM(file_name) AS file_name, SUM(CAST(bytes_scanned AS BIGINT)) AS bytes
  FROM sys_load_detail
  WHERE start_time >= :since
  GROUP BY query_id, TRIM(file_name)
),
details AS (
  SELECT
    query_id,
    COUNT(*) AS files,
    SUM(bytes) AS bytes,
    MAX(bytes) AS largest_bytes,
    MIN(LOWER(file_name)) AS example
  FROM files
  GROUP BY query_id
),
joined AS (
  SELECT
    loads.query_id,
    loads.start_time,
    loads.duration,
    TRIM(loads.table_name) AS table_name,
    LOWER(TRIM(loads.file_format)) AS file_format,
    COALESCE(
      NULLIF(loads.file_count_scanned, 0), NULLIF(loads.source_file_count, 0), details.files
    ) AS files,
    COALESCE(
      NULLIF(loads.file_bytes_scanned, 0), NULLIF(loads.source_file_bytes, 0), details.bytes
    ) AS bytes,
    details.largest_bytes,
    COALESCE(details.example, LOWER(TRIM(loads.data_source))) AS example,
    TRIM(history.username) AS username,
    TRIM(history.query_text) AS text,
    LOWER(REGEXP_REPLACE(TRIM(COALESCE(history.query_text, '')), '[[:space:]]+', ' ')) AS words
  FROM sys_load_history AS loads
  LEFT JOIN details ON details.query_id = loads.query_id
  LEFT JOIN sys_query_history AS history
    ON history.query_id = loads.query_id
    AND history.start_time >= DATEADD(day, -1, :since)
  WHERE loads.user_id > 1 AND loads.start_time >= :since AND loads.start_time <= :now
)
SELECT
  query_id,
  start_time AS started,
  username AS "user",
  COALESCE(
    NULLIF(SPLIT_PART(SPLIT_PART(SPLIT_PART(words, ' ', 2), '(', 1), ';', 1), ''),
    table_name
  ) AS target,
  files,
  bytes,
  largest_bytes,
  duration AS duration_us,
  CASE
    WHEN file_format IN ('parquet', 'orc', 'avro', 'json', 'csv') THEN file_format
    WHEN words LIKE '% parquet%' THEN 'parquet'
    WHEN words LIKE '% orc%' THEN 'orc'
    WHEN words LIKE '% avro%' THEN 'avro'
    WHEN words LIKE '% json%' THEN 'json'
    WHEN words LIKE '% fixedwidth%' THEN 'fixedwidth'
    WHEN words LIKE '% csv%' OR example LIKE '%.csv%' THEN 'csv'
    WHEN example LIKE '%.json%' THEN 'json'
    ELSE 'text'
  END AS format,
  CASE
    WHEN words LIKE '% gzip%' OR example LIKE '%.gz' THEN 'gzip'
    WHEN words LIKE '% lzop%' OR example LIKE '%.lzo' THEN 'lzop'
    WHEN words LIKE '% zstd%' OR example LIKE '%.zst' THEN 'zstd'
    WHEN words LIKE '% bzip2%' OR example LIKE '%.bz2' THEN 'bzip2'
    ELSE ''
  END AS compression,
  SUBSTRING(text, 1, 200) AS text,
  CAST(NULL AS BIGINT) AS slices,
  CAST(NULL AS BIGINT) AS split_files
FROM joined
ORDER BY COALESCE(duration, 0) DESC, query_id, started, "user", target, files, text
LIMIT 200
