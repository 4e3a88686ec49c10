-- id: wlm-rule-actions
-- title: Queries that a query monitoring rule or a timeout ended
-- engine: serverless
-- views: [sys_query_history]
-- privilege: none for own queries; SYSLOG ACCESS UNRESTRICTED or superuser for those of all users
-- columns:
--   queue: always serverless
--   rule: the rule
--   action: "always abort: what only is logged is not in this view"
--   queries: queries that it was done to
--   first_time: when first
--   last_time: when last
--   exec_us: microseconds at work of those queries, which an abort threw away
--   last_query_id: the last of them
--   text: the start of its text
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html

-- The message reads: Query (N) cancelled by WLM abort action of Query Monitoring Rule "NAME".
WITH ended AS (
  SELECT
    query_id,
    start_time,
    execution_time,
    query_text,
    CASE
      WHEN LOWER(error_message) LIKE '%query monitoring rule "%'
      THEN SPLIT_PART(error_message, '"', 2)
      ELSE 'timeout'
    END AS rule
  FROM sys_query_history
  WHERE user_id > 1
    AND start_time >= :since
    AND start_time <= :now
    AND TRIM(status) IN ('failed', 'canceled')
    AND (
      LOWER(error_message) LIKE '%query monitoring rule%'
      OR LOWER(error_message) LIKE '%statement timeout%'
    )
),
grouped AS (
  SELECT
    rule,
    COUNT(*) AS queries,
    MIN(start_time) AS first_time,
    MAX(start_time) AS last_time,
    SUM(execution_time) AS exec_us,
    MAX(query_id) AS last_query_id
  FROM ended
  GROUP BY rule
)
SELECT
  'serverless' AS queue,
  grouped.rule,
  'abort' AS action,
  grouped.queries,
  grouped.first_time,
  grouped.last_time,
  grouped.exec_us,
  grouped.last_query_id,
  SUBSTRING(TRIM(ended.query_text), 1, 200) AS text
FROM grouped
JOIN ended ON ended.query_id = grouped.last_query_id
ORDER BY grouped.queries DESC, grouped.rule
LIMIT 50
