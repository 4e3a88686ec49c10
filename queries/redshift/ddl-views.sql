-- id: ddl-views
-- title: The definitions of the views of a schema
-- engine: any
-- views: [pg_views]
-- privilege: none
-- columns:
--   schema: name of the schema
--   view: name of the view
--   definition: its query; the whole CREATE of a late-binding or materialized view
-- parameters:
--   schema: "text "
--   table: "text "
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_VIEW.html
SELECT
  schemaname AS "schema",
  viewname AS view,
  definition
FROM pg_views
WHERE schemaname = :schema
  AND (:table = '' OR viewname = :table)
ORDER BY schemaname, viewname
