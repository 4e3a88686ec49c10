-- id: serializable-conflicts
-- title: Transactions ended for serializable isolation, by table
-- engine: serverless
-- views: [sys_query_history, pg_class, pg_namespace]
-- privilege: superuser or SYS:MONITOR; other users see their own queries only
-- columns:
--   table_id: number of the table where the conflict was found; empty where the error names none
--   schema: schema of the table; empty where it is in another database or dropped
--   table: name of the table; empty where it is in another database or dropped
--   transactions: transactions that were ended
--   lost_us: microseconds of the queries that failed, without those before in the transactions
--   last_time: when the last was ended
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
SELECT
  k.table_id,
  TRIM(n.nspname) AS "schema",
  TRIM(c.relname) AS "table",
  COUNT(DISTINCT k.transaction_id) AS transactions,
  SUM(k.elapsed_time) AS lost_us,
  MAX(k.end_time) AS last_time
FROM (
  SELECT
    CASE
      WHEN SPLIT_PART(SPLIT_PART(error_message, ' on table - ', 2), ',', 1) ~ '^[0-9]+$'
        THEN CAST(SPLIT_PART(SPLIT_PART(error_message, ' on table - ', 2), ',', 1) AS BIGINT)
    END AS table_id,
    transaction_id,
    elapsed_time,
    end_time
  FROM sys_query_history
  WHERE start_time >= :since
    AND start_time < :now
    AND error_message LIKE '%Serializable isolation violation%'
) AS k
LEFT JOIN pg_class AS c ON c.oid = k.table_id
LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
GROUP BY 1, 2, 3
ORDER BY transactions DESC, k.table_id
LIMIT 50
