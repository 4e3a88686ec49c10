-- Statements: what ran and what runs, in the logs of clusters and in the SYS views.

-- view: stl_query
SELECT userid, query, label, xid, pid, c.database, text AS querytxt, start_time AS starttime,
  end_time AS endtime, CASE WHEN status = 'success' THEN 0 ELSE 1 END AS aborted,
  0 AS insert_pristine, CASE WHEN scaling THEN 1 ELSE 0 END AS concurrency_scaling_status
FROM made.runs, made.cluster AS c
WHERE NOT going AND kind NOT IN ('DDL', 'UTILITY')

-- view: stl_querytext
SELECT userid, xid, pid, query, CAST(range AS INTEGER) AS sequence,
  substr(text, CAST(range * 200 + 1 AS BIGINT), 200) AS text
FROM made.runs, LATERAL (SELECT unnest(range((length(text) - 1) // 200 + 1)) AS range)
WHERE kind NOT IN ('DDL', 'UTILITY')

-- view: stl_ddltext
SELECT userid, xid, pid, label, start_time AS starttime, end_time AS endtime,
  CAST(range AS INTEGER) AS sequence,
  substr(text, CAST(range * 200 + 1 AS BIGINT), 200) AS text
FROM made.runs, LATERAL (SELECT unnest(range((length(text) - 1) // 200 + 1)) AS range)
WHERE kind = 'DDL' AND NOT going

-- view: stl_utilitytext
SELECT userid, xid, pid, label, start_time AS starttime, end_time AS endtime,
  CAST(range AS INTEGER) AS sequence,
  substr(text, CAST(range * 200 + 1 AS BIGINT), 200) AS text
FROM made.runs, LATERAL (SELECT unnest(range((length(text) - 1) // 200 + 1)) AS range)
WHERE kind = 'UTILITY' AND NOT going

-- view: svl_statementtext
SELECT userid, xid, pid, label, start_time AS starttime, end_time AS endtime,
  CAST(range AS INTEGER) AS sequence,
  CASE WHEN kind IN ('DDL', 'UTILITY') THEN kind ELSE 'QUERY' END AS type,
  substr(text, CAST(range * 200 + 1 AS BIGINT), 200) AS text
FROM made.runs, LATERAL (SELECT unnest(range((length(text) - 1) // 200 + 1)) AS range)
WHERE NOT going

-- view: svl_qlog
SELECT userid, query, xid, pid, start_time AS starttime, end_time AS endtime,
  elapsed_us AS elapsed, CASE WHEN status = 'success' THEN 0 ELSE 1 END AS aborted, label,
  substr(text, 1, 60) AS substring,
  CASE WHEN scaling THEN '1 - Ran on a Concurrency Scaling cluster' ELSE '0 - Ran on the main cluster'
  END AS concurrency_scaling_status_txt
FROM made.runs
WHERE NOT going AND kind NOT IN ('DDL', 'UTILITY')

-- view: sys_query_history
SELECT userid AS user_id, query AS query_id, label AS query_label, xid AS transaction_id,
  pid AS session_id, c.database AS database_name, kind AS query_type,
  CASE
    WHEN NOT going THEN status
    WHEN waiting THEN 'queued'
    ELSE 'running'
  END AS status,
  FALSE AS result_cache_hit, start_time, end_time,
  CASE WHEN going THEN epoch_us(redshift_now()) - epoch_us(start_time) ELSE elapsed_us END
    AS elapsed_time,
  CASE WHEN waiting THEN epoch_us(redshift_now()) - epoch_us(start_time) ELSE queue_us END
    AS queue_time,
  CASE
    WHEN waiting THEN 0
    WHEN going THEN epoch_us(redshift_now()) - epoch_us(start_time) - queue_us
    ELSE exec_us
  END AS execution_time,
  COALESCE(error, '') AS error_message, result_rows AS returned_rows,
  result_bytes AS returned_bytes, text AS query_text, '1.0.100000' AS redshift_version,
  CASE WHEN scaling THEN 'secondary' WHEN c.serverless THEN 'serverless' ELSE 'primary' END
    AS compute_type,
  compile_us AS compile_time, plan_us AS planning_time, lock_us AS lock_wait_time,
  COALESCE(queue, -1) AS service_class_id, queue_name AS service_class_name,
  'Normal' AS query_priority, 'false' AS short_query_accelerated, text_hash AS user_query_hash,
  shape_hash AS generic_query_hash, 1 AS query_hash_version, username
FROM made.runs, made.cluster AS c

-- view: sys_query_text
SELECT userid AS user_id, query AS query_id, xid AS transaction_id, pid AS session_id, start_time,
  0 AS sequence, text
FROM made.runs

-- view: stv_inflight
SELECT userid, CASE WHEN waiting THEN 0 ELSE 0 END AS slice, query, label, xid, pid,
  start_time AS starttime, substr(text, 1, 100) AS text, 0 AS suspended, 0 AS insert_pristine,
  0 AS concurrency_scaling_status
FROM made.runs
WHERE going

-- view: svv_query_inflight
SELECT userid, 0 AS slice, query, pid, start_time AS starttime, 0 AS suspended,
  substr(text, CAST(range * 200 + 1 AS BIGINT), 200) AS text, CAST(range AS INTEGER) AS sequence
FROM made.runs, LATERAL (SELECT unnest(range((length(text) - 1) // 200 + 1)) AS range)
WHERE going

-- view: stv_recents
SELECT userid, CASE WHEN going THEN 'Running' ELSE 'Done' END AS status, start_time AS starttime,
  CAST(
    CASE WHEN going THEN epoch_us(redshift_now()) - epoch_us(start_time) ELSE elapsed_us END
    AS BIGINT
  ) % 2147483647 AS duration,
  username AS user_name, c.database AS db_name, substr(text, 1, 600) AS query,
  CASE WHEN going THEN pid ELSE -1 END AS pid
FROM (
  SELECT *, row_number() OVER (ORDER BY going DESC, start_time DESC, query DESC) AS place
  FROM made.runs
), made.cluster AS c
WHERE going OR place <= 100

-- view: pg_stat_activity
SELECT 100 AS datid, c.database AS datname, s.pid AS procpid, s.userid AS usesysid,
  s.username AS usename, COALESCE(r.text, '<IDLE>') AS current_query,
  COALESCE(r.start_time, s.started) AS query_start
FROM made.open_sessions AS s
CROSS JOIN made.cluster AS c
LEFT JOIN made.runs AS r ON r.pid = s.pid AND r.going

-- view: stl_wlm_query
SELECT userid, CAST(xid AS INTEGER) AS xid, query AS task, query, queue AS service_class,
  1 AS slot_count, start_time AS service_class_start_time, start_time AS queue_start_time,
  start_time + to_microseconds(queue_us) AS queue_end_time, queue_us AS total_queue_time,
  start_time + to_microseconds(queue_us) AS exec_start_time, end_time AS exec_end_time,
  exec_us + plan_us + compile_us + lock_us AS total_exec_time,
  end_time AS service_class_end_time,
  CASE WHEN status = 'success' THEN 'Completed' ELSE 'Evicted' END AS final_state,
  10485760 AS est_peak_mem, 'Normal' AS query_priority, queue_name AS service_class_name
FROM made.runs
WHERE NOT going AND kind NOT IN ('DDL', 'UTILITY') AND queue IS NOT NULL

-- view: stv_wlm_query_state
SELECT CAST(xid AS INTEGER) AS xid, query AS task, query, queue AS service_class, 1 AS slot_count,
  start_time AS wlm_start_time, CASE WHEN waiting THEN 'QueuedWaiting' ELSE 'Running' END AS state,
  CASE WHEN waiting THEN epoch_us(redshift_now()) - epoch_us(start_time) ELSE queue_us END
    AS queue_time,
  CASE WHEN waiting THEN 0 ELSE epoch_us(redshift_now()) - epoch_us(start_time) - queue_us END
    AS exec_time,
  'Normal' AS query_priority
FROM made.runs
WHERE going AND queue IS NOT NULL

-- view: stv_wlm_query_queue_state
SELECT queue AS service_class,
  row_number() OVER (PARTITION BY queue ORDER BY start_time, query) - 1 AS position,
  query AS task, query, 1 AS slot_count, start_time,
  epoch_us(redshift_now()) - epoch_us(start_time) AS queue_time
FROM made.runs
WHERE waiting AND queue IS NOT NULL

-- view: stv_wlm_query_task_state
SELECT queue AS service_class, query AS task, query, 1 AS slot_count, start_time,
  epoch_us(redshift_now()) - epoch_us(start_time) - queue_us AS exec_time
FROM made.runs
WHERE going AND NOT waiting AND queue IS NOT NULL

-- view: svl_query_queue_info
SELECT c.database, query, xid, userid, text AS querytxt, start_time AS queue_start_time,
  start_time + to_microseconds(queue_us) AS exec_start_time, queue AS service_class, 1 AS slots,
  queue_us // 1000000 AS queue_elapsed, (elapsed_us - queue_us) // 1000000 AS exec_elapsed,
  elapsed_us // 1000000 AS wlm_total_elapsed, 0 AS commit_queue_elapsed, 0 AS commit_exec_time,
  queue_name AS service_class_name
FROM made.runs, made.cluster AS c
WHERE NOT going AND queue IS NOT NULL

-- view: stl_query_metrics
SELECT userid, queue AS service_class, query, -1 AS segment, -1 AS step_type,
  start_time AS starttime, c.slices * c.nodes AS slices, result_rows AS max_rows,
  result_rows AS rows, exec_us AS max_cpu_time, exec_us AS cpu_time, 0 AS max_blocks_read,
  0 AS blocks_read, exec_us AS max_run_time, exec_us AS run_time,
  spill_mb AS max_blocks_to_disk, spill_mb AS blocks_to_disk, -1 AS step,
  queue_us // 1000000 AS query_queue_time, queue_name AS service_class_name
FROM made.runs, made.cluster AS c
WHERE NOT going AND kind NOT IN ('DDL', 'UTILITY')

-- view: svl_query_metrics_summary
SELECT userid, query, queue AS service_class, exec_us // 1000000 AS query_cpu_time,
  exec_us // 1000000 AS query_execution_time, spill_mb AS query_temp_blocks_to_disk,
  result_rows AS return_row_count, queue_us // 1000000 AS query_queue_time
FROM made.runs
WHERE NOT going AND kind NOT IN ('DDL', 'UTILITY')

-- view: stl_wlm_rule_action
SELECT r.userid, r.query, r.queue AS service_class, r.rule, COALESCE(m.action, 'log') AS action,
  COALESCE(r.end_time, r.start_time) AS recordtime, r.queue_name AS service_class_name
FROM made.runs AS r
LEFT JOIN made.rules AS m ON m.service_class = r.queue AND m.name = r.rule
WHERE r.rule IS NOT NULL AND NOT r.going

-- view: svl_compile
SELECT userid, xid, pid, query, 0 AS segment, 1 AS locus,
  start_time + to_microseconds(queue_us) AS starttime,
  start_time + to_microseconds(queue_us + compile_us) AS endtime, 1 AS compile
FROM made.runs
WHERE compile_us > 0 AND NOT going

-- view: svcs_compile
SELECT userid, xid, pid, query, 0 AS segment, 1 AS locus,
  start_time + to_microseconds(queue_us) AS starttime,
  start_time + to_microseconds(queue_us + compile_us) AS endtime, 1 AS compile
FROM made.runs
WHERE compile_us > 0 AND NOT going

-- view: svcs_concurrency_scaling_usage
SELECT date_trunc('hour', start_time) AS start_time,
  date_trunc('hour', start_time) + INTERVAL 1 HOUR AS end_time, COUNT(*) AS queries,
  LEAST(SUM(exec_us) // 1000000, 3600) AS usage_in_seconds
FROM made.runs
WHERE scaling AND NOT going
GROUP BY date_trunc('hour', start_time)

-- view: sys_session_history
SELECT CAST(s.userid AS VARCHAR) AS user_id, s.pid AS session_id, c.database AS database_name,
  'active' AS status, s.timeout AS session_timeout, s.started AS start_time
FROM made.open_sessions AS s, made.cluster AS c

-- view: stv_sessions
SELECT s.started AS starttime, s.pid AS process, s.username AS user_name, c.database AS db_name,
  s.timeout AS timeout_sec
FROM made.open_sessions AS s, made.cluster AS c

-- view: stl_error
SELECT userid, 'padbmaster' AS process, end_time AS recordtime, pid, 8001 AS errcode,
  'query' AS file, 0 AS linenum, 'query' AS context, error
FROM made.runs
WHERE status IN ('failed', 'canceled') AND error IS NOT NULL
