-- Tables on disk, the disks, statistics and VACUUM.

-- The view does not show tables without rows (AWS, SVV_TABLE_INFO).
-- view: svv_table_info
SELECT c.database, n.name AS schema, t.oid AS table_id, t.name AS "table", t.encoded, t.diststyle,
  t.sortkey1, t.max_varchar, t.sortkey1_enc, t.sortkeys AS sortkey_num, t.size_mb AS size,
  round(100 * t.size_mb / c.capacity_mb, 4) AS pct_used, 0 AS empty,
  round(t.unsorted, 2) AS unsorted, round(t.stats_off, 2) AS stats_off,
  t.live + t.deleted AS tbl_rows,
  CASE WHEN t.sortkeys > 0 THEN 1.0 END AS skew_sortkey1, round(t.skew, 2) AS skew_rows,
  t.live AS estimated_visible_rows, t.sort_benefit AS vacuum_sort_benefit,
  t.created AS create_time
FROM made.relations AS t
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c
WHERE t.kind = 'r' AND t.live + t.deleted > 0

-- view: stv_tbl_perm
SELECT s.slice, CAST(s.oid AS INTEGER) AS id, t.name, s.rows,
  CAST(floor(s.rows * (100 - COALESCE(t.unsorted, 0)) / 100) AS BIGINT) AS sorted_rows, 0 AS temp,
  100 AS db_id, 0 AS insert_pristine, 0 AS delete_pristine, 1 AS backup, t.dist AS dist_style,
  t.size_mb // c.n AS block_count
FROM made.on_slices AS s
JOIN made.relations AS t ON t.oid = s.oid
CROSS JOIN made.slice_count AS c

-- A row for each block of 1 MB.
-- view: stv_blocklist
SELECT CAST(b % c.n AS INTEGER) AS slice, CAST(b // c.n % t.columns AS INTEGER) AS col,
  CAST(t.oid AS INTEGER) AS tbl, CAST(b // (c.n * t.columns) AS INTEGER) AS blocknum,
  1000 AS num_values, 0 AS minvalue, 0 AS maxvalue, 0 AS pinned, 1 AS on_disk, 0 AS modified,
  0 AS hdr_modified, 0 AS unsorted, 0 AS tombstone, 0 AS temporary, 0 AS newblock,
  0 AS num_readers, 0 AS flags
FROM made.relations AS t
CROSS JOIN made.slice_count AS c
CROSS JOIN LATERAL (SELECT unnest(range(t.size_mb)) AS b)
WHERE t.kind = 'r'

-- view: svv_diskusage
SELECT 100 AS db_id, t.name, CAST(b % c.n AS INTEGER) AS slice,
  CAST(b // c.n % t.columns AS INTEGER) AS col, CAST(t.oid AS INTEGER) AS tbl,
  CAST(b // (c.n * t.columns) AS INTEGER) AS blocknum, 1000 AS num_values, 0 AS minvalue,
  0 AS maxvalue, 1 AS on_disk, 0 AS unsorted, 0 AS tombstone
FROM made.relations AS t
CROSS JOIN made.slice_count AS c
CROSS JOIN LATERAL (SELECT unnest(range(t.size_mb)) AS b)
WHERE t.kind = 'r'

-- view: stv_slices
SELECT node, slice, localslice, 'D' AS type
FROM made.slices

-- view: stv_node_storage_capacity
SELECT CAST(n AS INTEGER) AS node, c.used_mb // c.nodes AS used,
  c.capacity_mb // c.nodes AS capacity
FROM made.cluster AS c, LATERAL (SELECT unnest(range(c.nodes)) AS n)

-- view: stv_partitions
SELECT CAST(n AS INTEGER) AS owner, CAST(n AS INTEGER) AS host, 0 AS diskno, 0 AS part_begin,
  CAST(c.capacity_mb // c.nodes AS BIGINT) * 1048576 AS part_end, c.used_mb // c.nodes AS used,
  0 AS tossed, c.capacity_mb // c.nodes AS capacity, 0 AS failed, '/dev/nvme1n1' AS mount
FROM made.cluster AS c, LATERAL (SELECT unnest(range(c.nodes)) AS n)

-- view: svv_interleaved_columns
SELECT CAST(k.relation AS INTEGER) AS tbl, k.number - 1 AS col,
  t.interleaved_skew, t.last_reindex
FROM made.columns AS k
JOIN made.relations AS t ON t.oid = k.relation
WHERE t.interleaved_skew IS NOT NULL AND k.sortkey <> 0

-- view: svv_alter_table_recommendations
SELECT a.type, c.database, CAST(a.relation AS INTEGER) AS table_id, 0 AS group_id, a.ddl,
  a.auto AS auto_eligible
FROM made.advice AS a, made.cluster AS c

-- view: stl_analyze
SELECT a.userid, a.xid, c.database, CAST(a.relation AS INTEGER) AS table_id, 'Full' AS status,
  a.rows, 0 AS modified_rows, 10 AS threshold_percent, 'f' AS is_auto, a.start_time AS starttime,
  a.start_time + INTERVAL 5 SECOND AS endtime, a.start_time - INTERVAL 7 DAY AS prevtime,
  'f' AS is_background, n.name AS schema_name, t.name AS table_name
FROM made.analyses AS a
JOIN made.relations AS t ON t.oid = a.relation
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c
WHERE a.start_time >= redshift_now() - INTERVAL 7 DAY

-- view: sys_analyze_history
SELECT a.userid AS user_id, a.xid AS transaction_id, c.database AS database_name,
  n.name AS schema_name, t.name AS table_name, CAST(a.relation AS INTEGER) AS table_id,
  'f' AS is_automatic, 'Full' AS status, a.start_time,
  a.start_time + INTERVAL 5 SECOND AS end_time, a.rows, 0 AS modified_rows,
  10 AS analyze_threshold_percent, a.start_time - INTERVAL 7 DAY AS last_analyze_time
FROM made.analyses AS a
JOIN made.relations AS t ON t.oid = a.relation
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c
WHERE a.start_time >= redshift_now() - INTERVAL 7 DAY

-- view: stl_vacuum
SELECT v.userid, v.xid, CAST(v.relation AS INTEGER) AS table_id, s.status,
  CASE s.place WHEN 0 THEN v.rows_before ELSE v.rows_after END AS rows, 0 AS sortedrows,
  CAST(v.size_before AS INTEGER) AS blocks,
  v.start_time + to_seconds(s.place * 60) AS eventtime
FROM made.vacuums AS v, (VALUES (0, 'Started'), (1, 'Finished')) AS s(place, status)
WHERE v.start_time >= redshift_now() - INTERVAL 7 DAY

-- view: sys_vacuum_history
SELECT v.userid AS user_id, v.xid AS transaction_id, c.database AS database_name,
  n.name AS schema_name, t.name AS table_name, CAST(v.relation AS INTEGER) AS table_id,
  v.kind AS vacuum_type, FALSE AS is_automatic, 'Complete' AS status, v.start_time,
  v.start_time + INTERVAL 60 SECOND AS end_time, v.start_time AS record_time,
  60000000 AS duration, v.rows_before AS rows_before_vacuum,
  CAST(v.size_before AS INTEGER) AS size_before_vacuum,
  v.rows_before - v.rows_after AS reclaimed_rows
FROM made.vacuums AS v
JOIN made.relations AS t ON t.oid = v.relation
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c
WHERE v.start_time >= redshift_now() - INTERVAL 7 DAY

-- view: svv_mv_info
SELECT c.database AS database_name, n.name AS schema_name, u.name AS user_name, t.name,
  t.mv_stale AS is_stale, t.mv_state AS state, 't' AS autorewrite,
  t.mv_autorefresh AS autorefresh
FROM made.relations AS t
JOIN made.spaces AS n ON n.oid = t.space
JOIN made.users AS u ON u.id = t.owner
CROSS JOIN made.cluster AS c
WHERE t.mv_state IS NOT NULL

-- view: stv_mv_info
SELECT c.database AS db_name, n.name AS schema, t.name, 0 AS updated_upto_xid,
  t.mv_stale AS is_stale, u.name AS owner_user_name, t.mv_state AS state, 't' AS autorewrite,
  t.mv_autorefresh AS autorefresh
FROM made.relations AS t
JOIN made.spaces AS n ON n.oid = t.space
JOIN made.users AS u ON u.id = t.owner
CROSS JOIN made.cluster AS c
WHERE t.mv_state IS NOT NULL

-- view: sys_mv_refresh_history
SELECT r.userid AS user_id, 1073600000 + r.userid * 16 AS session_id,
  3000000 + row_number() OVER (ORDER BY r.start_time, r.relation) AS transaction_id,
  c.database AS database_name, n.name AS schema_name, r.relation AS mv_id, t.name AS mv_name,
  CASE WHEN t.mv_autorefresh = 't' THEN 'Auto' ELSE 'Manual' END AS refresh_type, r.status,
  r.start_time, r.start_time + to_microseconds(r.took_us) AS end_time, r.took_us AS duration
FROM made.refreshes AS r
JOIN made.relations AS t ON t.oid = r.relation
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c
WHERE r.start_time <= redshift_now()

-- view: svl_mv_refresh_status
SELECT c.database AS db_name, r.userid, n.name AS schema_name, t.name AS mv_name,
  3000000 + row_number() OVER (ORDER BY r.start_time, r.relation) AS xid,
  r.start_time AS starttime, r.start_time + to_microseconds(r.took_us) AS endtime, r.status,
  CASE WHEN t.mv_autorefresh = 't' THEN 'Auto' ELSE 'Manual' END AS refresh_type
FROM made.refreshes AS r
JOIN made.relations AS t ON t.oid = r.relation
JOIN made.spaces AS n ON n.oid = t.space
CROSS JOIN made.cluster AS c
WHERE r.start_time <= redshift_now()

-- view: sys_serverless_usage
SELECT start_time, start_time + INTERVAL 1 MINUTE AS end_time, compute_seconds,
  capacity AS compute_capacity, storage_mb AS data_storage,
  0 AS cross_region_transferred_data, charged_seconds,
  0 AS charged_extra_compute_for_automatic_optimization_seconds
FROM made.usage
WHERE start_time <= redshift_now()
