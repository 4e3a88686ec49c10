-- What statements do, step by step: a row a slice in the logs, a row a step in the SYS views.

-- view: stl_scan
SELECT r.userid, r.query, s.slice, p.segment, p.step, r.starts AS starttime, r.end_time AS endtime,
  0 AS tasknum, p.rows // c.n + CASE WHEN s.slice < p.rows % c.n THEN 1 ELSE 0 END AS rows,
  p.bytes // c.n AS bytes, 1 AS fetches, 2 AS type, CAST(p.relation AS INTEGER) AS tbl,
  p.range_restricted AS is_rrscan, 'f' AS is_delayed_scan,
  p.stored // c.n + CASE WHEN s.slice < p.stored % c.n THEN 1 ELSE 0 END AS rows_pre_filter,
  p.live // c.n + CASE WHEN s.slice < p.live % c.n THEN 1 ELSE 0 END AS rows_pre_user_filter,
  t.name AS perm_table_name
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec AND p.kind = 'scan'
JOIN made.relations AS t ON t.oid = p.relation
CROSS JOIN made.slices AS s
CROSS JOIN made.slice_count AS c

-- view: stl_nestloop
SELECT r.userid, r.query, s.slice, p.segment, p.step, r.starts AS starttime, r.end_time AS endtime,
  0 AS tasknum, p.rows // c.n + CASE WHEN s.slice < p.rows % c.n THEN 1 ELSE 0 END AS rows,
  0 AS tbl
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec AND p.kind = 'nestloop'
CROSS JOIN made.slices AS s
CROSS JOIN made.slice_count AS c

-- view: stl_dist
SELECT r.userid, r.query, s.slice, p.segment, p.step, r.starts AS starttime, r.end_time AS endtime,
  0 AS tasknum, p.rows // c.n + CASE WHEN s.slice < p.rows % c.n THEN 1 ELSE 0 END AS rows,
  p.bytes // c.n AS bytes, 1 AS packets
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec AND p.kind = 'dist'
CROSS JOIN made.slices AS s
CROSS JOIN made.slice_count AS c

-- view: stl_bcast
SELECT r.userid, r.query, s.slice, p.segment, p.step, r.starts AS starttime, r.end_time AS endtime,
  0 AS tasknum, p.rows // c.n + CASE WHEN s.slice < p.rows % c.n THEN 1 ELSE 0 END AS rows,
  p.bytes // c.n AS bytes, 1 AS packets
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec AND p.kind = 'bcast'
CROSS JOIN made.slices AS s
CROSS JOIN made.slice_count AS c

-- view: stl_insert
SELECT r.userid, r.query, s.slice, p.segment, p.step, r.starts AS starttime, r.end_time AS endtime,
  0 AS tasknum, p.rows // c.n + CASE WHEN s.slice < p.rows % c.n THEN 1 ELSE 0 END AS rows,
  CAST(p.relation AS INTEGER) AS tbl
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec AND p.kind = 'insert'
CROSS JOIN made.slices AS s
CROSS JOIN made.slice_count AS c

-- view: stl_delete
SELECT r.userid, r.query, s.slice, p.segment, p.step, r.starts AS starttime, r.end_time AS endtime,
  0 AS tasknum, p.rows // c.n + CASE WHEN s.slice < p.rows % c.n THEN 1 ELSE 0 END AS rows,
  CAST(p.relation AS INTEGER) AS tbl
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec AND p.kind = 'delete'
CROSS JOIN made.slices AS s
CROSS JOIN made.slice_count AS c

-- view: stl_return
SELECT r.userid, r.query, 6411 AS slice, p.segment, p.step, r.starts AS starttime,
  r.end_time AS endtime, 0 AS tasknum, p.rows, p.bytes, 1 AS packets
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec AND p.kind = 'return'
WHERE r.status = 'success'

-- view: stl_alert_event_log
SELECT r.userid, r.query, 0 AS slice, a.segment, a.step, r.pid, r.xid, a.event, a.solution,
  r.starts AS event_time
FROM made.finished AS r
JOIN made.alerts AS a ON a.spec = r.spec

-- view: svcs_alert_event_log
SELECT r.userid, r.query, a.segment, a.step, r.pid, r.xid, a.event, a.solution,
  r.starts AS event_time
FROM made.finished AS r
JOIN made.alerts AS a ON a.spec = r.spec

-- view: stl_explain
SELECT r.userid, r.query, p.node AS nodeid, p.parent AS parentid, p.text AS plannode, p.info
FROM made.finished AS r
JOIN made.plans AS p ON p.spec = r.spec

-- view: svcs_explain
SELECT r.userid, r.query, p.node AS nodeid, p.parent AS parentid, p.text AS plannode, p.info
FROM made.finished AS r
JOIN made.plans AS p ON p.spec = r.spec

-- view: sys_query_explain
SELECT r.userid, r.query AS query_id, 1 AS child_query_sequence, p.node AS plan_node_id,
  p.parent AS plan_parent_id, p.text AS plan_node, p.info AS plan_info
FROM made.finished AS r
JOIN made.plans AS p ON p.spec = r.spec

-- view: svl_query_summary
SELECT r.userid, r.query, p.segment AS stm, p.segment AS seg, p.step, r.exec_us AS maxtime,
  r.exec_us AS avgtime, p.rows, COALESCE(p.bytes, 0) AS bytes,
  CASE
    WHEN p.kind = 'scan' THEN 'scan   tbl=' || p.relation || ' name=' || t.name
    ELSE p.kind
  END AS label,
  CASE WHEN r.spill_mb > 0 THEN 't' ELSE 'f' END AS is_diskbased, 0 AS workmem,
  COALESCE(p.range_restricted, 'f') AS is_rrscan, 'f' AS is_delayed_scan,
  COALESCE(p.stored, p.rows) AS rows_pre_filter
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec
LEFT JOIN made.relations AS t ON t.oid = p.relation

-- view: svcs_query_summary
SELECT r.userid, r.query, p.segment AS stm, p.segment AS seg, p.step, r.exec_us AS maxtime,
  r.exec_us AS avgtime, p.rows, COALESCE(p.bytes, 0) AS bytes,
  CASE
    WHEN p.kind = 'scan' THEN 'scan   tbl=' || p.relation || ' name=' || t.name
    ELSE p.kind
  END AS label,
  CASE WHEN r.spill_mb > 0 THEN 't' ELSE 'f' END AS is_diskbased, 0 AS workmem,
  COALESCE(p.range_restricted, 'f') AS is_rrscan, 'f' AS is_delayed_scan,
  COALESCE(p.stored, p.rows) AS rows_pre_filter
FROM made.finished AS r
JOIN made.steps AS p ON p.spec = r.spec
LEFT JOIN made.relations AS t ON t.oid = p.relation

-- The level of the steps, and that of the query, which has what was spilled.
-- view: sys_query_detail
SELECT r.userid AS user_id, r.query AS query_id, 1 AS child_query_sequence,
  p.segment AS stream_id, p.segment AS segment_id, p.step AS step_id,
  CASE p.kind WHEN 'dist' THEN 'distribute' WHEN 'bcast' THEN 'broadcast' ELSE p.kind END
    AS step_name,
  COALESCE(CAST(p.relation AS INTEGER), -1) AS table_id,
  c.database || '.' || n.name || '.' || t.name AS table_name,
  COALESCE(p.range_restricted, 'f') AS is_rrscan, r.starts AS start_time, r.end_time,
  r.exec_us AS duration, COALESCE(a.event, '') AS alert, COALESCE(p.bytes, 0) AS input_bytes,
  COALESCE(p.live, p.rows) AS input_rows, COALESCE(p.bytes, 0) AS output_bytes,
  p.rows AS output_rows, 0 AS blocks_read, 0 AS blocks_write, 0 AS spilled_block_local_disk,
  0 AS spilled_block_remote_disk, 'f' AS is_active, 'step' AS metrics_level
FROM made.finished AS r
CROSS JOIN made.cluster AS c
JOIN made.steps AS p ON p.spec = r.spec
LEFT JOIN made.relations AS t ON t.oid = p.relation
LEFT JOIN made.spaces AS n ON n.oid = t.space
LEFT JOIN (
  SELECT spec, segment, step, string_agg(event, '; ' ORDER BY event) AS event
  FROM made.alerts
  GROUP BY spec, segment, step
) AS a ON a.spec = p.spec AND a.segment = p.segment AND a.step = p.step
UNION ALL
SELECT r.userid, r.query, 1, -1, -1, -1, '', -1, NULL, 'f', r.starts, r.end_time, r.exec_us, '', 0,
  0, 0, 0, 0, 0, r.spill_mb, 0, 'f', 'query'
FROM made.finished AS r
