-- id: last-statements
-- title: The last statement that each open transaction has ended
-- engine: any
-- views: [sys_query_history, svv_transactions]
-- privilege: superuser or SYS:MONITOR; other users see their own statements only
-- columns:
--   pid: process of the session
--   xid: number of the transaction
--   ended: when the statement ended
--   text: first 600 characters of the statement
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
SELECT
  pid,
  xid,
  ended,
  text
FROM (
  SELECT
    session_id AS pid,
    transaction_id AS xid,
    end_time AS ended,
    TRIM(SUBSTRING(query_text, 1, 600)) AS text,
    ROW_NUMBER() OVER (
      PARTITION BY transaction_id ORDER BY end_time DESC, query_id DESC
    ) AS recent
  FROM sys_query_history
  WHERE start_time >= DATEADD(day, -7, :since)
    AND end_time IS NOT NULL
    AND status IN ('success', 'failed', 'canceled')
    AND transaction_id IN (SELECT xid FROM svv_transactions)
) AS statements
WHERE recent = 1
ORDER BY xid, pid
