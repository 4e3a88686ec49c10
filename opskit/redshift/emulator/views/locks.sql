-- Open transactions and their locks; the queues of the workload manager.

-- view: svv_transactions
SELECT h.username AS txn_owner, c.database AS txn_db, h.xid, h.pid, h.txn_start,
  h.mode AS lock_mode, h.kind AS lockable_object_type, CAST(h.relation AS INTEGER) AS relation,
  h.granted
FROM made.held AS h, made.cluster AS c

-- view: pg_locks
SELECT relation, CASE WHEN relation IS NOT NULL THEN 100 END AS database,
  CASE WHEN relation IS NULL THEN CAST(xid AS VARCHAR) END AS transaction, pid, mode, granted
FROM made.held

-- view: stv_locks
SELECT relation AS table_id, txn_start AS last_update, xid AS lock_owner, pid AS lock_owner_pid,
  txn_start AS lock_owner_start_ts,
  CASE WHEN granted THEN 'Holding write lock' ELSE 'Waiting for write lock' END AS lock_status
FROM made.held
WHERE relation IS NOT NULL AND mode <> 'AccessShareLock'

-- Service classes 1 to 4 are the system's, 5 the superusers', 14 short queries, 15 maintenance.
-- view: stv_wlm_service_class_config
SELECT service_class, 'fifo queue policy' AS queueing_strategy,
  COALESCE(slots, -1) AS num_query_tasks, COALESCE(slots, -1) AS target_num_query_tasks,
  'true' AS evictable, 0 AS eviction_threshold, COALESCE(memory_mb, -1) AS query_working_mem,
  COALESCE(memory_mb, -1) AS target_query_working_mem, name, max_execution AS max_execution_time,
  FALSE AS user_group_wild_card, FALSE AS query_group_wild_card,
  scaling AS concurrency_scaling, priority AS query_priority, FALSE AS user_role_wild_card
FROM made.queues
UNION ALL
SELECT service_class, 'fifo queue policy', slots, slots, 'false', 0, 100, 100, name, 0, FALSE,
  FALSE, 'off', 'Normal', FALSE
FROM (
  VALUES (1, 1, 'Service class for system user (Health Check)'),
    (2, 2, 'Service class for system user (Metrics)'),
    (3, 2, 'Service class for system user (CM Stats)'),
    (4, 2, 'Service class for system user (Operations)'),
    (5, 1, 'Service class for super user'),
    (15, 4, 'Service class for maintenance')
) AS own(service_class, slots, name)

-- view: stv_wlm_classification_config
SELECT CAST(row_number() OVER (ORDER BY service_class, condition) AS INTEGER) AS id, condition,
  0 AS action_seq, 'assign' AS action, service_class AS action_service_class
FROM made.conditions

-- view: stv_wlm_qmr_config
SELECT service_class, name AS rule_name, action, metric AS metric_name, '>' AS metric_operator,
  above AS metric_value
FROM made.rules

-- view: stv_wlm_service_class_state
SELECT q.service_class,
  (SELECT COUNT(*) FROM made.runs AS r WHERE r.queue = q.service_class AND r.waiting)
    AS num_queued_queries,
  (
    SELECT COUNT(*)
    FROM made.runs AS r
    WHERE r.queue = q.service_class AND r.going AND NOT r.waiting
  ) AS num_executing_queries,
  (SELECT COUNT(*) FROM made.runs AS r WHERE r.queue = q.service_class AND NOT r.going)
    AS num_executed_queries,
  0 AS num_evicted_queries, 0 AS num_concurrency_scaling_queries
FROM made.queues AS q
