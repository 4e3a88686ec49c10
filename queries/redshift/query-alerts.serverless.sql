-- id: query-alerts
-- title: Alerts of the optimizer, by kind and table or text
-- engine: serverless
-- views: [sys_query_history, sys_query_detail]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   kind: nested loop, selective filter, deleted rows, distribution, broadcast, serial distribution
--   database: the database of the last query
--   schema: schema of the scanned table; NULL where none is known
--   table: the scanned table; NULL where none is known
--   hash: the text, as in top-queries, where no table is known and for nested loops
--   queries: queries that raised the alert, each once
--   rows: rows kept by a filter, sent to other nodes, of a loop; NULL for deleted rows
--   of_rows: rows scanned; NULL where that means nothing
--   time_us: microseconds of the segments that raised it; NULL where not logged
--   elapsed_us: microseconds from start to end of those queries
--   last_query_id: the last of them
--   text: the start of its text
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_DETAIL.html
WITH runs AS (
  SELECT
    query_id,
    user_id,
    TRIM(database_name) AS db,
    start_time,
    elapsed_time,
    queue_time,
    execution_time,
    returned_rows,
    returned_bytes,
    COALESCE(NULLIF(TRIM(generic_query_hash), ''), MD5(TRIM(query_text))) AS hash,
    SUBSTRING(TRIM(query_text), 1, 200) AS text
  FROM sys_query_history
  WHERE user_id > 1 AND start_time >= :since AND start_time <= :now
),
-- Steps only: the view has the same work at the levels of segment, stream and query again.
steps AS (
  SELECT
    query_id,
    child_query_sequence,
    segment_id,
    CASE
      WHEN LOWER(alert) LIKE '%nested loop%' THEN 'nested loop'
      WHEN LOWER(alert) LIKE '%selective query filter%' THEN 'selective filter'
      WHEN LOWER(alert) LIKE '%deleted rows%' THEN 'deleted rows'
      WHEN LOWER(alert) LIKE '%ds_dist_all_inner%' THEN 'serial distribution'
      WHEN LOWER(alert) LIKE '%broadcast%' THEN 'broadcast'
      WHEN LOWER(alert) LIKE '%distributed a large%' THEN 'distribution'
    END AS kind,
    TRIM(step_name) AS step,
    CASE WHEN TRIM(step_name) = 'scan' THEN TRIM(table_name) END AS table_name,
    duration,
    input_rows,
    output_rows
  FROM sys_query_detail
  WHERE user_id > 1 AND step_id >= 0 AND start_time >= :since
),
raised AS (
  SELECT query_id, child_query_sequence, segment_id, kind
  FROM steps
  WHERE kind IS NOT NULL
  GROUP BY query_id, child_query_sequence, segment_id, kind
),
-- The duration of a step is that of its segment.
segments AS (
  SELECT
    query_id,
    child_query_sequence,
    segment_id,
    MAX(table_name) AS table_name,
    MAX(duration) AS time_us,
    SUM(CASE WHEN step = 'scan' THEN output_rows END) AS kept,
    SUM(CASE WHEN step = 'scan' THEN input_rows END) AS scanned,
    SUM(CASE WHEN step = 'distribute' THEN output_rows END) AS distributed,
    SUM(CASE WHEN step = 'broadcast' THEN output_rows END) AS broadcast,
    SUM(CASE WHEN step = 'nestloop' THEN output_rows END) AS looped
  FROM steps
  GROUP BY query_id, child_query_sequence, segment_id
),
placed AS (
  SELECT
    raised.kind,
    runs.query_id AS query,
    COALESCE(NULLIF(SPLIT_PART(segments.table_name, '.', 1), ''), runs.db) AS db,
    runs.hash,
    runs.text,
    runs.elapsed_time AS elapsed_us,
    segments.time_us,
    CASE raised.kind
      WHEN 'selective filter' THEN segments.kept
      WHEN 'distribution' THEN segments.distributed
      WHEN 'broadcast' THEN segments.broadcast
      WHEN 'nested loop' THEN segments.looped
    END AS rows,
    CASE raised.kind WHEN 'selective filter' THEN segments.scanned END AS of_rows,
    CASE
      WHEN raised.kind <> 'nested loop'
      THEN NULLIF(SPLIT_PART(segments.table_name, '.', 2), '')
    END AS "schema",
    CASE
      WHEN raised.kind <> 'nested loop'
      THEN NULLIF(SPLIT_PART(segments.table_name, '.', 3), '')
    END AS "table"
  FROM raised
  JOIN runs ON runs.query_id = raised.query_id
  JOIN segments
    ON segments.query_id = raised.query_id
    AND segments.child_query_sequence = raised.child_query_sequence
    AND segments.segment_id = raised.segment_id
),
named AS (
  SELECT
    kind,
    query,
    db,
    text,
    elapsed_us,
    time_us,
    rows,
    of_rows,
    CASE WHEN "table" IS NOT NULL THEN "schema" END AS "schema",
    CASE WHEN "schema" IS NOT NULL THEN "table" END AS "table",
    CASE WHEN "schema" IS NULL OR "table" IS NULL THEN hash END AS hash
  FROM placed
),
-- A query that raises an alert in two segments is one query.
once AS (
  SELECT
    kind,
    "schema",
    "table",
    hash,
    query,
    MAX(db) AS db,
    MAX(text) AS text,
    MAX(elapsed_us) AS elapsed_us,
    SUM(rows) AS rows,
    SUM(of_rows) AS of_rows,
    SUM(time_us) AS time_us
  FROM named
  GROUP BY kind, "schema", "table", hash, query
),
ranked AS (
  SELECT
    once.*,
    ROW_NUMBER() OVER (PARTITION BY kind, "schema", "table", hash ORDER BY query DESC) AS place
  FROM once
)
SELECT
  kind,
  MAX(CASE WHEN place = 1 THEN db END) AS "database",
  "schema",
  "table",
  hash,
  COUNT(*) AS queries,
  SUM(rows) AS rows,
  SUM(of_rows) AS of_rows,
  SUM(time_us) AS time_us,
  SUM(elapsed_us) AS elapsed_us,
  MAX(query) AS last_query_id,
  MAX(CASE WHEN place = 1 THEN text END) AS text
FROM ranked
GROUP BY kind, "schema", "table", hash
ORDER BY
  COALESCE(SUM(time_us), SUM(elapsed_us), 0) DESC,
  kind,
  COALESCE("schema", ''),
  COALESCE("table", ''),
  COALESCE(hash, '')
LIMIT 200
