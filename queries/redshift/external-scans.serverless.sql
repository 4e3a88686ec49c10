-- id: external-scans
-- title: Scans of external tables in S3 by table
-- engine: serverless
-- views: [sys_external_query_detail]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see those of others
-- columns:
--   table: the external table's name
--   file_format: format of the files
--   queries: queries that scanned it
--   scans: scans of it
--   total_partitions: partitions of the table, summed over the scans
--   qualified_partitions: partitions that were read, summed likewise
--   files: files that were read
--   scanned_rows: rows read in S3
--   scanned_bytes: bytes read in S3
--   file_bytes: bytes of the files; NULL of Parquet and ORC, of which only some columns are read
--   billed_mb: NULL, serverless workgroups pay for their time only
--   elapsed_us: microseconds of the scans
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_EXTERNAL_QUERY_DETAIL.html
SELECT
  TRIM(table_name) AS "table",
  MAX(TRIM(file_format)) AS file_format,
  COUNT(DISTINCT query_id) AS queries,
  COUNT(*) AS scans,
  SUM(total_partitions) AS total_partitions,
  SUM(qualified_partitions) AS qualified_partitions,
  SUM(scanned_files) AS files,
  SUM(returned_rows) AS scanned_rows,
  SUM(returned_bytes) AS scanned_bytes,
  SUM(CASE WHEN LOWER(TRIM(file_format)) NOT IN ('parquet', 'orc') THEN returned_bytes END)
    AS file_bytes,
  CAST(NULL AS BIGINT) AS billed_mb,
  SUM(duration) AS elapsed_us
FROM sys_external_query_detail
WHERE start_time >= :since
  AND UPPER(TRIM(source_type)) = 'S3'
  AND table_name IS NOT NULL
GROUP BY TRIM(table_name)
ORDER BY SUM(returned_bytes) DESC, 1
LIMIT 200
