-- id: wlm-config
-- title: "The WLM queues: slots, memory, rules, and what runs in them"
-- engine: provisioned
-- views:
--   - stv_wlm_service_class_config
--   - stv_wlm_classification_config
--   - stv_wlm_qmr_config
--   - stl_wlm_query
--   - stl_query
-- privilege: superuser
-- columns:
--   queue: the name of the queue
--   service_class: "its number: 6 to 13 manual, 14 short queries, 100 to 107 automatic"
--   mode: manual, auto, or short for short query acceleration
--   slots: query slots; NULL where they are automatic
--   memory: MB a slot and node; NULL where it is automatic
--   max_execution_time: milliseconds until a query is ended; 0 without a limit
--   concurrency_scaling: auto or off
--   priority: priority of its queries, with automatic WLM
--   conditions: "who is sent there: user groups, query groups, roles"
--   rules: its query monitoring rules, name=action
--   queries: queries that ran in it since then
--   copies: COPY commands among them
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_WLM_SERVICE_CLASS_CONFIG.html

-- Service classes 1 to 5 are the system's and the superuser's, 15 is its own maintenance.
WITH conditions AS (
  SELECT
    action_service_class AS service_class,
    LISTAGG(TRIM(condition), '; ') WITHIN GROUP (ORDER BY TRIM(condition)) AS conditions
  FROM stv_wlm_classification_config
  GROUP BY action_service_class
),
-- A rule has a row for each of its predicates.
monitoring AS (
  SELECT service_class, TRIM(rule_name) || '=' || TRIM(action) AS rule
  FROM stv_wlm_qmr_config
  GROUP BY service_class, TRIM(rule_name) || '=' || TRIM(action)
),
rules AS (
  SELECT service_class, LISTAGG(rule, '; ') WITHIN GROUP (ORDER BY rule) AS rules
  FROM monitoring
  GROUP BY service_class
),
runs AS (
  SELECT
    wlm.service_class,
    COUNT(DISTINCT wlm.query) AS queries,
    COUNT(
      DISTINCT CASE WHEN LOWER(REGEXP_REPLACE(texts.querytxt, '^([[:space:]]|/[*][^*]*[*]+([^/*][^*]*[*]+)*/|--[^[:cntrl:]]*[[:cntrl:]])*', '')) LIKE 'copy%' THEN wlm.query END
    ) AS copies
  FROM stl_wlm_query AS wlm
  LEFT JOIN stl_query AS texts
    ON texts.query = wlm.query AND texts.starttime >= DATEADD(day, -1, :since)
  WHERE wlm.userid > 1
    AND wlm.service_class_start_time >= :since
    AND wlm.service_class_start_time <= :now
  GROUP BY wlm.service_class
)
SELECT
  TRIM(config.name) AS queue,
  config.service_class,
  CASE
    WHEN config.service_class >= 100 THEN 'auto'
    WHEN config.service_class = 14 THEN 'short'
    ELSE 'manual'
  END AS mode,
  CASE WHEN config.num_query_tasks >= 0 THEN config.num_query_tasks END AS slots,
  CASE WHEN config.query_working_mem >= 0 THEN config.query_working_mem END AS memory,
  config.max_execution_time,
  TRIM(config.concurrency_scaling) AS concurrency_scaling,
  TRIM(config.query_priority) AS priority,
  conditions.conditions,
  rules.rules,
  COALESCE(runs.queries, 0) AS queries,
  COALESCE(runs.copies, 0) AS copies
FROM stv_wlm_service_class_config AS config
LEFT JOIN conditions ON conditions.service_class = config.service_class
LEFT JOIN rules ON rules.service_class = config.service_class
LEFT JOIN runs ON runs.service_class = config.service_class
WHERE config.service_class > 5 AND config.service_class <> 15
ORDER BY config.service_class
