-- id: external-scans
-- title: Scans of external tables in S3 by table
-- engine: provisioned
-- views: [svcs_s3partition_summary, svcs_s3query_summary]
-- privilege: SYSLOG ACCESS UNRESTRICTED, to see those of others
-- columns:
--   table: the external table's name, in Redshift's internal form
--   file_format: format of the files
--   queries: queries that scanned it
--   scans: scans of it
--   total_partitions: partitions of the table, summed over the scans; NULL where it has none
--   qualified_partitions: partitions that were read, summed likewise
--   files: files that were read
--   scanned_rows: rows read in S3
--   scanned_bytes: bytes read in S3, compressed
--   file_bytes: bytes of the files
--   billed_mb: MB that Spectrum bills, 10 at least for each query that was not aborted
--   elapsed_us: microseconds of the scans
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVCS_S3QUERY_SUMMARY.html
WITH pruning AS (
  SELECT
    query,
    segment,
    MAX(total_partitions) AS total_partitions,
    MAX(qualified_partitions) AS qualified_partitions
  FROM svcs_s3partition_summary
  WHERE min_starttime >= :since
  GROUP BY query, segment
),
scans AS (
  SELECT
    query,
    segment,
    TRIM(external_table_name) AS external_table,
    MAX(TRIM(file_format)) AS file_format,
    SUM(files) AS files,
    SUM(s3_scanned_rows) AS scanned_rows,
    SUM(s3_scanned_bytes) AS scanned_bytes,
    SUM(total_split_size) AS file_bytes,
    SUM(elapsed) AS elapsed_us,
    MAX(aborted) AS aborted
  FROM svcs_s3query_summary
  WHERE starttime >= :since
  GROUP BY query, segment, TRIM(external_table_name)
),
queries AS (
  SELECT
    s.external_table,
    s.query,
    MAX(s.file_format) AS file_format,
    COUNT(*) AS scans,
    SUM(p.total_partitions) AS total_partitions,
    SUM(p.qualified_partitions) AS qualified_partitions,
    SUM(s.files) AS files,
    SUM(s.scanned_rows) AS scanned_rows,
    CAST(SUM(s.scanned_bytes) AS BIGINT) AS scanned_bytes,
    SUM(s.file_bytes) AS file_bytes,
    SUM(s.elapsed_us) AS elapsed_us,
    MAX(s.aborted) AS aborted
  FROM scans AS s
  LEFT JOIN pruning AS p ON p.query = s.query AND p.segment = s.segment
  GROUP BY s.external_table, s.query
)
SELECT
  external_table AS "table",
  MAX(file_format) AS file_format,
  COUNT(*) AS queries,
  SUM(scans) AS scans,
  SUM(total_partitions) AS total_partitions,
  SUM(qualified_partitions) AS qualified_partitions,
  SUM(files) AS files,
  SUM(scanned_rows) AS scanned_rows,
  SUM(scanned_bytes) AS scanned_bytes,
  SUM(file_bytes) AS file_bytes,
  SUM(
    CASE
      WHEN aborted <> 0 OR scanned_bytes <= 0 THEN 0
      ELSE GREATEST(10, (scanned_bytes + 1048575) / 1048576)
    END
  ) AS billed_mb,
  SUM(elapsed_us) AS elapsed_us
FROM queries
WHERE external_table IS NOT NULL
GROUP BY external_table
ORDER BY SUM(scanned_bytes) DESC, 1
LIMIT 200
