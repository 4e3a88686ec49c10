-- id: wlm-rule-actions
-- title: What query monitoring rules did to queries
-- engine: provisioned
-- views: [stl_wlm_rule_action, stl_wlm_query, stl_query]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   queue: the name of the queue
--   rule: the rule
--   action: abort, hop, log or change_query_priority
--   queries: queries that it was done to
--   first_time: when first
--   last_time: when last
--   exec_us: microseconds at work of those queries, which an abort threw away
--   last_query_id: the last of them
--   text: the start of its text
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_WLM_RULE_ACTION.html

-- A rule may act on a query more than once: a query counts once for each rule and action.
WITH acts AS (
  SELECT
    query,
    COALESCE(
      NULLIF(TRIM(service_class_name), ''), 'service class ' || CAST(service_class AS VARCHAR)
    ) AS queue,
    TRIM(rule) AS rule,
    TRIM(action) AS action,
    MIN(recordtime) AS first_time,
    MAX(recordtime) AS last_time
  FROM stl_wlm_rule_action
  WHERE userid > 1 AND recordtime >= :since AND recordtime <= :now
  GROUP BY
    query,
    COALESCE(
      NULLIF(TRIM(service_class_name), ''), 'service class ' || CAST(service_class AS VARCHAR)
    ),
    TRIM(rule),
    TRIM(action)
),
work AS (
  SELECT query, SUM(total_exec_time) AS exec_us
  FROM stl_wlm_query
  WHERE service_class_start_time >= DATEADD(day, -1, :since)
  GROUP BY query
),
grouped AS (
  SELECT
    acts.queue,
    acts.rule,
    acts.action,
    COUNT(*) AS queries,
    MIN(acts.first_time) AS first_time,
    MAX(acts.last_time) AS last_time,
    SUM(work.exec_us) AS exec_us,
    MAX(acts.query) AS last_query_id
  FROM acts
  LEFT JOIN work ON work.query = acts.query
  GROUP BY acts.queue, acts.rule, acts.action
)
SELECT
  grouped.queue,
  grouped.rule,
  grouped.action,
  grouped.queries,
  grouped.first_time,
  grouped.last_time,
  grouped.exec_us,
  grouped.last_query_id,
  SUBSTRING(TRIM(texts.querytxt), 1, 200) AS text
FROM grouped
LEFT JOIN stl_query AS texts
  ON texts.query = grouped.last_query_id AND texts.starttime >= DATEADD(day, -1, :since)
ORDER BY
  grouped.queries DESC,
  COALESCE(grouped.queue, ''),
  COALESCE(grouped.rule, ''),
  COALESCE(grouped.action, '')
LIMIT 50
