-- id: materialized-views
-- title: Materialized views, whether they are stale, and whether they can be refreshed
-- engine: any
-- views: [svv_mv_info]
-- privilege: none; a user sees the views in schemas that it may use
-- columns:
--   database: the database's name
--   schema: the schema's name
--   name: the materialized view's name
--   owner: who may refresh it
--   is_stale: t where base tables have changed since the refresh, f where not, u where unknown
--   state: 0 is recomputed whole, 1 incrementally, 101 to 105 cannot be refreshed
--   autorefresh: t where Redshift refreshes it by itself, f where not
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_MV_INFO.html
SELECT
  TRIM(database_name) AS "database",
  TRIM(schema_name) AS "schema",
  TRIM(name) AS name,
  TRIM(user_name) AS owner,
  TRIM(is_stale) AS is_stale,
  state,
  -- AWS describes t and f, its sample shows 1 and 0.
  CASE WHEN autorefresh IN ('t', '1') THEN 't' WHEN autorefresh IN ('f', '0') THEN 'f' END
    AS autorefresh
FROM svv_mv_info
ORDER BY 1, 2, 3, 4, 5, 6, 7
