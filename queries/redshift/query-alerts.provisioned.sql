-- id: query-alerts
-- title: Alerts of the optimizer, by kind and table or text
-- engine: provisioned
-- views:
--   - stl_alert_event_log
--   - stl_query
--   - stl_scan
--   - stl_dist
--   - stl_bcast
--   - stl_nestloop
--   - pg_class
--   - pg_namespace
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   kind: nested loop, selective filter, deleted rows, distribution, broadcast, serial distribution
--   database: the database of the last query
--   schema: schema of the scanned table; NULL where none is known
--   table: the scanned table; NULL where none is known
--   hash: the text, as in top-queries, where no table is known and for nested loops
--   queries: queries that raised the alert, each once
--   rows: rows kept by a filter, deleted rows, rows sent to other nodes, rows of a loop
--   of_rows: rows scanned; NULL where that means nothing
--   time_us: microseconds of the segments that raised it; NULL where not logged
--   elapsed_us: microseconds from start to end of those queries
--   last_query_id: the last of them
--   text: the start of its text
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_ALERT_EVENT_LOG.html
WITH runs AS (
  SELECT
    query,
    userid,
    TRIM("database") AS db,
    starttime,
    DATEDIFF(us, starttime, endtime) AS elapsed_us,
    MD5(REGEXP_REPLACE(TRIM(querytxt), '''[^'']*''', '?')) AS hash,
    SUBSTRING(TRIM(querytxt), 1, 200) AS text
  FROM stl_query
  WHERE userid > 1 AND starttime >= :since AND starttime <= :now
),
events AS (
  SELECT
    query,
    segment,
    CASE
      WHEN LOWER(event) LIKE '%nested loop%' THEN 'nested loop'
      WHEN LOWER(event) LIKE '%selective query filter%' THEN 'selective filter'
      WHEN LOWER(event) LIKE '%deleted rows%' THEN 'deleted rows'
      WHEN LOWER(event) LIKE '%ds_dist_all_inner%' THEN 'serial distribution'
      WHEN LOWER(event) LIKE '%broadcast%' THEN 'broadcast'
      WHEN LOWER(event) LIKE '%distributed a large%' THEN 'distribution'
    END AS kind
  FROM stl_alert_event_log
  WHERE userid > 1 AND event_time >= :since AND event_time <= :now
),
raised AS (
  SELECT query, segment, kind FROM events WHERE kind IS NOT NULL GROUP BY query, segment, kind
),
-- What the segments of the queries did, a row a slice: scans of tables on disk have type 2.
steps AS (
  SELECT
    query,
    segment,
    'scan' AS step,
    tbl,
    starttime,
    endtime,
    rows,
    rows_pre_user_filter AS live_rows,
    rows_pre_filter AS stored_rows
  FROM stl_scan
  WHERE userid > 1 AND type = 2 AND starttime >= :since
  UNION ALL
  SELECT query, segment, 'dist', NULL, starttime, endtime, rows, NULL, NULL
  FROM stl_dist
  WHERE userid > 1 AND starttime >= :since
  UNION ALL
  SELECT query, segment, 'bcast', NULL, starttime, endtime, rows, NULL, NULL
  FROM stl_bcast
  WHERE userid > 1 AND starttime >= :since
  UNION ALL
  SELECT query, segment, 'nestloop', NULL, starttime, endtime, rows, NULL, NULL
  FROM stl_nestloop
  WHERE userid > 1 AND starttime >= :since
),
segments AS (
  SELECT
    query,
    segment,
    MAX(tbl) AS tbl,
    DATEDIFF(us, MIN(starttime), MAX(endtime)) AS time_us,
    SUM(CASE WHEN step = 'scan' THEN rows END) AS kept,
    SUM(CASE WHEN step = 'scan' THEN live_rows END) AS live,
    SUM(CASE WHEN step = 'scan' THEN stored_rows END) AS stored,
    SUM(CASE WHEN step = 'dist' THEN rows END) AS distributed,
    SUM(CASE WHEN step = 'bcast' THEN rows END) AS broadcast,
    SUM(CASE WHEN step = 'nestloop' THEN rows END) AS looped
  FROM steps
  GROUP BY query, segment
),
placed AS (
  SELECT
    raised.kind,
    raised.query,
    runs.db,
    runs.hash,
    runs.text,
    runs.elapsed_us,
    segments.time_us,
    CASE raised.kind
      WHEN 'selective filter' THEN segments.kept
      WHEN 'deleted rows' THEN segments.stored - segments.live
      WHEN 'distribution' THEN segments.distributed
      WHEN 'broadcast' THEN segments.broadcast
      WHEN 'nested loop' THEN segments.looped
    END AS rows,
    CASE raised.kind
      WHEN 'selective filter' THEN segments.live
      WHEN 'deleted rows' THEN segments.stored
    END AS of_rows,
    CASE
      WHEN raised.kind <> 'nested loop' THEN TRIM(spaces.nspname)
    END AS "schema",
    CASE
      WHEN raised.kind <> 'nested loop' THEN TRIM(classes.relname)
    END AS "table"
  FROM raised
  JOIN runs ON runs.query = raised.query
  LEFT JOIN segments
    ON segments.query = raised.query AND segments.segment = raised.segment
  LEFT JOIN pg_class AS classes ON classes.oid = segments.tbl
  LEFT JOIN pg_namespace AS spaces ON spaces.oid = classes.relnamespace
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
    "schema",
    "table",
    CASE WHEN "table" IS NULL THEN hash END AS hash
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
