-- id: space-used
-- title: Disk space, rows and unsorted rows of every table
-- engine: provisioned
-- views: [pg_attribute, pg_class, pg_namespace, stv_blocklist, stv_tbl_perm]
-- privilege: superuser, or SELECT on stv_tbl_perm and stv_blocklist granted
-- columns:
--   schema: the schema's name
--   table: the table's name
--   table_id: number of the table
--   size_mb: MB on disk, in blocks of 1 MB, all copies of a table with distribution ALL
--   tbl_rows: rows, deleted ones that are still on disk included; an ALL table's count once
--   unsorted_rows: rows out of sort order; NULL without a sort key
--   sortkeys: columns of the sort key
-- reference: https://github.com/awslabs/amazon-redshift-utils/blob/master/src/AdminViews/v_space_used_per_tbl.sql
SELECT
  TRIM(n.nspname) AS "schema",
  TRIM(c.relname) AS "table",
  t.id AS table_id,
  COALESCE(b.size_mb, 0) AS size_mb,
  -- Each node has all rows of a table with distribution ALL (8) or AUTO(ALL) (10; 9 in pg_class).
  CASE WHEN t.dist_style IN (8, 9, 10) THEN t.rows_once ELSE t.rows_all END AS tbl_rows,
  CASE
    WHEN COALESCE(s.sortkeys, 0) = 0 THEN NULL
    WHEN t.dist_style IN (8, 9, 10) THEN t.rows_once - t.sorted_once
    ELSE t.rows_all - t.sorted_all
  END AS unsorted_rows,
  COALESCE(s.sortkeys, 0) AS sortkeys
FROM (
  SELECT
    id,
    MAX(dist_style) AS dist_style,
    SUM("rows") AS rows_all,
    MAX("rows") AS rows_once,
    SUM(sorted_rows) AS sorted_all,
    MAX(sorted_rows) AS sorted_once
  FROM stv_tbl_perm
  GROUP BY id
) AS t
JOIN pg_class AS c ON c.oid = t.id
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN (
  SELECT attrelid, MAX(ABS(attsortkeyord)) AS sortkeys
  FROM pg_attribute
  WHERE attnum > 0
  GROUP BY attrelid
) AS s ON s.attrelid = t.id
LEFT JOIN (
  SELECT tbl, COUNT(*) AS size_mb
  FROM stv_blocklist
  GROUP BY tbl
) AS b ON b.tbl = t.id
WHERE c.relowner > 1
ORDER BY 4 DESC, 1, 2, 3
