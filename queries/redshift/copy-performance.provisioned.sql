-- id: copy-performance
-- title: "The slowest COPY commands: files, bytes, time"
-- engine: provisioned
-- views:
--   - stl_query
--   - stl_s3client
--   - stl_load_commits
--   - stl_insert
--   - stv_slices
--   - pg_class
--   - pg_namespace
--   - pg_user
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
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_S3CLIENT.html
WITH copies AS (
  SELECT
    query,
    userid,
    starttime,
    DATEDIFF(us, starttime, endtime) AS duration_us,
    TRIM(querytxt) AS text,
    LOWER(REGEXP_REPLACE(
      REGEXP_REPLACE(querytxt, '^([[:space:]]|/[*][^*]*[*]+([^/*][^*]*[*]+)*/|--[^[:cntrl:]]*[[:cntrl:]])*', ''),
      '[[:space:]]+', ' '
    )) AS words
  FROM stl_query
  WHERE userid > 1
    AND starttime >= :since
    AND starttime <= :now
    AND LOWER(REGEXP_REPLACE(querytxt, '^([[:space:]]|/[*][^*]*[*]+([^/*][^*]*[*]+)*/|--[^[:cntrl:]]*[[:cntrl:]])*', '')) LIKE 'copy%'
    AND LOWER(REGEXP_REPLACE(querytxt, '^([[:space:]]|/[*][^*]*[*]+([^/*][^*]*[*]+)*/|--[^[:cntrl:]]*[[:cntrl:]])*', '')) NOT LIKE 'copy analyze%'
),
-- One row a file: a split file has a row a part. Listings of the bucket are GETs as well.
objects AS (
  SELECT
    query,
    TRIM(bucket) AS bucket,
    TRIM("key") AS object_key,
    SUM(transfer_size) AS bytes,
    MAX(is_partial) AS is_partial
  FROM stl_s3client
  WHERE query > 0
    AND TRIM(http_method) = 'GET'
    AND transfer_size > 0
    AND "key" NOT LIKE 'prefix=%'
    AND recordtime >= :since
  GROUP BY query, TRIM(bucket), TRIM("key")
),
transfers AS (
  SELECT
    query,
    COUNT(*) AS files,
    SUM(bytes) AS bytes,
    MAX(bytes) AS largest_bytes,
    SUM(CASE WHEN is_partial = 1 THEN 1 ELSE 0 END) AS split_files,
    MIN(LOWER(object_key)) AS example
  FROM objects
  GROUP BY query
),
-- A manifest is fetched as well, and is no file of the load: the commits do not have it.
loaded AS (
  SELECT
    query,
    COUNT(DISTINCT TRIM(filename)) AS files,
    MAX(LOWER(TRIM(file_format))) AS file_format,
    MIN(LOWER(TRIM(filename))) AS example
  FROM stl_load_commits
  WHERE curtime >= :since
  GROUP BY query
),
targets AS (
  SELECT query, MAX(tbl) AS tbl
  FROM stl_insert
  WHERE userid > 1 AND starttime >= :since
  GROUP BY query
),
shape AS (
  SELECT NULLIF(COUNT(*), 0) AS slices FROM stv_slices WHERE type = 'D'
),
joined AS (
  SELECT
    copies.*,
    COALESCE(loaded.files, transfers.files) AS files,
    transfers.bytes,
    transfers.largest_bytes,
    transfers.split_files,
    COALESCE(loaded.example, transfers.example) AS example,
    loaded.file_format,
    TRIM(users.usename) AS usename,
    TRIM(spaces.nspname) || '.' || TRIM(classes.relname) AS known_target
  FROM copies
  LEFT JOIN transfers ON transfers.query = copies.query
  LEFT JOIN loaded ON loaded.query = copies.query
  LEFT JOIN targets ON targets.query = copies.query
  LEFT JOIN pg_class AS classes ON classes.oid = targets.tbl
  LEFT JOIN pg_namespace AS spaces ON spaces.oid = classes.relnamespace
  LEFT JOIN pg_user AS users ON users.usesysid = copies.userid
)
SELECT
  query AS query_id,
  starttime AS started,
  usename AS "user",
  COALESCE(
    known_target, SPLIT_PART(SPLIT_PART(SPLIT_PART(words, ' ', 2), '(', 1), ';', 1)
  ) AS target,
  files,
  bytes,
  largest_bytes,
  duration_us,
  CASE
    WHEN file_format IN ('parquet', 'orc', 'avro', 'json') THEN file_format
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
  slices,
  split_files
FROM joined
CROSS JOIN shape
ORDER BY COALESCE(duration_us, 0) DESC, query, usename, starttime, target, files, text
LIMIT 200
