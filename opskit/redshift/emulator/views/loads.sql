-- COPY: files, what it wrote and what it refused; commits; external tables.

-- Times are microseconds since 2000-01-01; a split file has a row a part.
-- view: stl_s3client
SELECT r.userid, r.query, CAST((f.file + p.part) % c.n AS INTEGER) AS slice,
  r.end_time AS recordtime, r.pid, 'GET' AS http_method, l.bucket,
  l.prefix || 'part-' || lpad(CAST(f.file AS VARCHAR), 5, '0') || l.ending AS "key",
  CASE WHEN p.part < l.parts - 1 THEN l.file_bytes // l.parts
    ELSE l.file_bytes - l.file_bytes // l.parts * (l.parts - 1) END AS transfer_size,
  CASE WHEN p.part < l.parts - 1 THEN l.file_bytes // l.parts
    ELSE l.file_bytes - l.file_bytes // l.parts * (l.parts - 1) END AS data_size,
  epoch_us(r.starts) - 946684800000000 AS start_time,
  epoch_us(r.end_time) - 946684800000000 AS end_time, r.exec_us AS transfer_time,
  0 AS compression_time, 1000 AS connect_time, 1000 AS app_connect_time, 0 AS retries,
  CASE WHEN l.parts > 1 THEN 1 ELSE 0 END AS is_partial,
  l.file_bytes // l.parts * p.part AS start_offset
FROM made.finished AS r
JOIN made.loads AS l ON l.spec = r.spec
CROSS JOIN made.slice_count AS c
CROSS JOIN LATERAL (SELECT unnest(range(l.files)) AS file) AS f
CROSS JOIN LATERAL (SELECT unnest(range(l.parts)) AS part) AS p

-- view: stl_load_commits
SELECT r.userid, r.query, CAST(f.file % c.n AS INTEGER) AS slice,
  's3://' || l.bucket || '/' || l.prefix || 'part-' || lpad(CAST(f.file AS VARCHAR), 5, '0')
    || l.ending AS name,
  's3://' || l.bucket || '/' || l.prefix || 'part-' || lpad(CAST(f.file AS VARCHAR), 5, '0')
    || l.ending AS filename,
  0 AS byte_offset, CAST(l.rows // l.files AS INTEGER) AS lines_scanned, 0 AS errors,
  r.end_time AS curtime, 1 AS status, l.format AS file_format,
  CASE WHEN l.parts > 1 THEN 1 ELSE 0 END AS is_partial, 0 AS start_offset
FROM made.finished AS r
JOIN made.loads AS l ON l.spec = r.spec
CROSS JOIN made.slice_count AS c
CROSS JOIN LATERAL (SELECT unnest(range(l.files)) AS file) AS f
WHERE r.status = 'success'

-- view: stl_file_scan
SELECT r.userid, r.query, CAST(f.file % c.n AS INTEGER) AS slice,
  's3://' || l.bucket || '/' || l.prefix || 'part-' || lpad(CAST(f.file AS VARCHAR), 5, '0')
    || l.ending AS name,
  l.rows // l.files AS lines, l.file_bytes AS bytes, r.exec_us AS loadtime,
  r.end_time AS curtime, CASE WHEN l.parts > 1 THEN 1 ELSE 0 END AS is_partial,
  0 AS start_offset
FROM made.finished AS r
JOIN made.loads AS l ON l.spec = r.spec
CROSS JOIN made.slice_count AS c
CROSS JOIN LATERAL (SELECT unnest(range(l.files)) AS file) AS f

-- view: sys_load_history
SELECT r.userid AS user_id, r.query AS query_id, r.xid AS transaction_id, r.pid AS session_id,
  c.database AS database_name,
  CASE WHEN r.going THEN 'running' WHEN r.status = 'success' THEN 'completed' ELSE 'aborted' END
    AS status,
  t.name AS table_name, r.start_time, r.end_time, r.elapsed_us AS duration,
  's3://' || l.bucket || '/' || l.prefix AS data_source, l.format AS file_format,
  CASE WHEN r.status = 'success' THEN l.rows ELSE 0 END AS loaded_rows,
  CASE WHEN r.status = 'success' THEN l.file_bytes * l.files ELSE 0 END AS loaded_bytes,
  l.files AS source_file_count, l.file_bytes * l.files AS source_file_bytes,
  l.files AS file_count_scanned,
  CASE WHEN l.file_bytes * l.files < 2147483648 THEN l.file_bytes * l.files END
    AS file_bytes_scanned,
  (SELECT COUNT(*) FROM made.refusals AS e WHERE e.spec = r.spec) AS error_count
FROM made.runs AS r
JOIN made.loads AS l ON l.spec = r.spec
JOIN made.relations AS t ON t.oid = l.relation
CROSS JOIN made.cluster AS c

-- view: sys_load_detail
SELECT r.userid AS user_id, r.query AS query_id,
  's3://' || l.bucket || '/' || l.prefix || 'part-' || lpad(CAST(f.file AS VARCHAR), 5, '0')
    || l.ending AS file_name,
  CASE WHEN l.file_bytes < 2147483648 THEN l.file_bytes END AS bytes_scanned,
  CAST(l.rows // l.files AS INTEGER) AS lines_scanned, r.end_time AS record_time,
  CAST(l.parts AS VARCHAR) AS splits_scanned, r.starts AS start_time, r.end_time
FROM made.finished AS r
JOIN made.loads AS l ON l.spec = r.spec
CROSS JOIN LATERAL (SELECT unnest(range(l.files)) AS file) AS f

-- view: stl_load_errors
SELECT r.userid, 0 AS slice, CAST(l.relation AS INTEGER) AS tbl, r.end_time AS starttime,
  r.pid AS session, r.query,
  's3://' || l.bucket || '/' || l.prefix || 'part-00000' || l.ending AS filename,
  e.line AS line_number, e.column_name AS colname, e.type, e.length AS col_length, 0 AS position,
  e.value AS raw_line, e.value AS raw_field_value, e.code AS err_code, e.reason AS err_reason,
  0 AS is_partial, 0 AS start_offset
FROM made.finished AS r
JOIN made.loads AS l ON l.spec = r.spec
JOIN made.refusals AS e ON e.spec = r.spec

-- view: stl_loaderror_detail
SELECT r.userid, 0 AS slice, r.pid AS session, r.query,
  's3://' || l.bucket || '/' || l.prefix || 'part-00000' || l.ending AS filename,
  e.line AS line_number, 0 AS field, e.column_name AS colname, e.value, 0 AS is_null, e.type,
  e.length AS col_length
FROM made.finished AS r
JOIN made.loads AS l ON l.spec = r.spec
JOIN made.refusals AS e ON e.spec = r.spec

-- view: sys_load_error_detail
SELECT r.userid AS user_id, r.query AS query_id, r.xid AS transaction_id, r.pid AS session_id,
  c.database AS database_name, CAST(l.relation AS INTEGER) AS table_id,
  r.end_time AS start_time,
  's3://' || l.bucket || '/' || l.prefix || 'part-00000' || l.ending AS file_name,
  e.line AS line_number, e.column_name, e.type AS column_type, e.length AS column_length,
  0 AS position, e.code AS error_code, e.reason AS error_message
FROM made.finished AS r
JOIN made.loads AS l ON l.spec = r.spec
JOIN made.refusals AS e ON e.spec = r.spec
CROSS JOIN made.cluster AS c

-- Only the leader's row says when the wait began.
-- view: stl_commit_stats
SELECT k.xid, CAST(copy - 1 AS INTEGER) AS node,
  CASE WHEN copy = 0 THEN k.start_time ELSE TIMESTAMP '2000-01-01 00:00:00' END AS startqueue,
  k.start_time + to_microseconds(k.wait_us) AS startwork,
  k.start_time + to_microseconds(k.wait_us + k.work_us) AS endtime,
  CASE WHEN copy = 0 THEN k.ahead ELSE 0 END AS queuelen, k.blocks AS permblocks,
  k.blocks AS newblocks, k.blocks AS dirtyblocks, 0 AS headers, 1 AS numxids,
  0 AS batched_by
FROM made.commits AS k, made.cluster AS c, LATERAL (SELECT unnest(range(c.nodes + 1)) AS copy)

-- view: sys_transaction_history
SELECT k.userid AS user_id, k.xid AS transaction_id, 'Snapshot Isolation' AS isolation_level,
  'committed' AS status, k.start_time AS transaction_start_time,
  k.start_time + to_microseconds(CASE WHEN c.serverless THEN 0 ELSE k.wait_us END)
    AS commit_start_time,
  k.start_time + to_microseconds(k.wait_us + k.work_us) AS commit_end_time,
  k.blocks AS blocks_committed
FROM made.commits AS k, made.cluster AS c

-- view: svcs_s3query_summary
SELECT r.userid, r.query, r.xid, r.pid, 0 AS segment, 0 AS step, r.starts AS starttime,
  r.end_time AS endtime, CAST(LEAST(r.exec_us, 2147483647) AS INTEGER) AS elapsed,
  CASE WHEN r.status = 'success' THEN 0 ELSE 1 END AS aborted,
  'S3 Scan ' || e.name AS external_table_name, e.format AS file_format,
  CASE WHEN e.partitions > 0 THEN 't' ELSE 'f' END AS is_partitioned, 'f' AS is_rrscan,
  'f' AS is_nested, e.rows AS s3_scanned_rows, e.bytes AS s3_scanned_bytes,
  e.rows AS s3query_returned_rows, e.bytes AS s3query_returned_bytes, e.files,
  e.files AS splits, e.bytes AS total_split_size, 0 AS total_retries
FROM made.finished AS r
JOIN made.external AS e ON e.spec = r.spec

-- view: svl_s3query_summary
SELECT r.userid, r.query, r.xid, r.pid, 0 AS segment, 0 AS step, r.starts AS starttime,
  r.end_time AS endtime, CAST(LEAST(r.exec_us, 2147483647) AS INTEGER) AS elapsed,
  CASE WHEN r.status = 'success' THEN 0 ELSE 1 END AS aborted,
  'S3 Scan ' || e.name AS external_table_name, e.format AS file_format,
  CASE WHEN e.partitions > 0 THEN 't' ELSE 'f' END AS is_partitioned, 'f' AS is_rrscan,
  'f' AS is_nested, e.rows AS s3_scanned_rows, e.bytes AS s3_scanned_bytes,
  e.rows AS s3query_returned_rows, e.bytes AS s3query_returned_bytes, e.files,
  e.files AS splits, e.bytes AS total_split_size, 0 AS total_retries
FROM made.finished AS r
JOIN made.external AS e ON e.spec = r.spec

-- view: svcs_s3partition_summary
SELECT r.query, 0 AS segment, 'p' AS assignment, r.starts AS min_starttime,
  r.end_time AS max_endtime, r.exec_us AS min_duration, r.exec_us AS max_duration,
  r.exec_us AS avg_duration, e.partitions AS total_partitions,
  e.qualified AS qualified_partitions
FROM made.finished AS r
JOIN made.external AS e ON e.spec = r.spec
WHERE e.partitions > 0

-- view: svl_s3partition_summary
SELECT r.query, 0 AS segment, 'p' AS assignment, r.starts AS min_starttime,
  r.end_time AS max_endtime, r.exec_us AS min_duration, r.exec_us AS max_duration,
  r.exec_us AS avg_duration, e.partitions AS total_partitions,
  e.qualified AS qualified_partitions
FROM made.finished AS r
JOIN made.external AS e ON e.spec = r.spec
WHERE e.partitions > 0

-- view: sys_external_query_detail
SELECT r.userid AS user_id, r.query AS query_id, r.xid AS transaction_id,
  1 AS child_query_sequence, 0 AS segment_id, 'S3' AS source_type, r.starts AS start_time,
  r.end_time, r.exec_us AS duration, e.partitions AS total_partitions,
  e.qualified AS qualified_partitions, e.files AS scanned_files, e.rows AS returned_rows,
  e.bytes AS returned_bytes, e.format AS file_format, e.name AS table_name
FROM made.finished AS r
JOIN made.external AS e ON e.spec = r.spec
