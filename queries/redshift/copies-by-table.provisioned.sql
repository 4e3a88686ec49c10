-- id: copies-by-table
-- title: COPY commands an hour into each table
-- engine: provisioned
-- views: [stl_query]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   hour: the hour in which they began
--   target: the table, as the COPY names it
--   copies: COPY commands
--   duration_us: microseconds from start to end, all of them
--   last_query_id: the last of them
-- reference: https://aws.amazon.com/blogs/big-data/top-8-best-practices-for-high-performance-etl-processing-using-amazon-redshift/
WITH copies AS (
  SELECT
    query,
    DATE_TRUNC('hour', starttime) AS hour,
    DATEDIFF(us, starttime, endtime) AS duration_us,
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
named AS (
  SELECT
    query,
    hour,
    duration_us,
    SPLIT_PART(SPLIT_PART(SPLIT_PART(words, ' ', 2), '(', 1), ';', 1) AS target
  FROM copies
)
SELECT
  hour,
  target,
  COUNT(*) AS copies,
  SUM(duration_us) AS duration_us,
  MAX(query) AS last_query_id
FROM named
GROUP BY hour, target
ORDER BY COUNT(*) DESC, hour, target
LIMIT 200
