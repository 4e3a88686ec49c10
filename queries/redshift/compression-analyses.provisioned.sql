-- id: compression-analyses
-- title: Tables whose compression COPY analyzes again and again
-- engine: provisioned
-- views: [stl_analyze_compression, stl_query, pg_class, pg_namespace]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   schema: schema of the table; NULL where it is not in this database
--   table: the table
--   analyses: times that COPY analyzed its compression
--   first_time: the first
--   last_time: the last
--   elapsed_us: microseconds of the analyses; NULL where not logged
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_ANALYZE_COMPRESSION.html

-- A row a column: an analysis is one table in one transaction. Mode ON is what COPY does by itself.
WITH analyses AS (
  SELECT tbl, MAX(LTRIM(TRIM(tablename), '$')) AS tablename, xid, MIN(start_time) AS start_time
  FROM stl_analyze_compression
  WHERE userid > 1 AND TRIM(mode) = 'ON' AND start_time >= :since AND start_time <= :now
  GROUP BY tbl, xid
),
work AS (
  SELECT xid, SUM(DATEDIFF(us, starttime, endtime)) AS elapsed_us
  FROM stl_query
  WHERE starttime >= :since AND LOWER(REGEXP_REPLACE(querytxt, '^([[:space:]]|/[*][^*]*[*]+([^/*][^*]*[*]+)*/|--[^[:cntrl:]]*[[:cntrl:]])*', '')) LIKE 'copy analyze%'
  GROUP BY xid
)
SELECT
  TRIM(spaces.nspname) AS "schema",
  analyses.tablename AS "table",
  COUNT(*) AS analyses,
  MIN(analyses.start_time) AS first_time,
  MAX(analyses.start_time) AS last_time,
  SUM(work.elapsed_us) AS elapsed_us
FROM analyses
LEFT JOIN work ON work.xid = analyses.xid
LEFT JOIN pg_class AS classes ON classes.oid = analyses.tbl
LEFT JOIN pg_namespace AS spaces ON spaces.oid = classes.relnamespace
GROUP BY TRIM(spaces.nspname), analyses.tablename
ORDER BY COUNT(*) DESC, COALESCE(TRIM(spaces.nspname), ''), COALESCE(analyses.tablename, '')
LIMIT 200
