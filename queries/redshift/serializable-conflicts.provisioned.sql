-- id: serializable-conflicts
-- title: Transactions ended for serializable isolation, by table
-- engine: provisioned
-- views: [stl_tr_conflict, pg_class, pg_namespace]
-- privilege: superuser
-- columns:
--   table_id: number of the table where the conflict was found
--   schema: schema of the table; empty where it is in another database or dropped
--   table: name of the table; empty where it is in another database or dropped
--   transactions: transactions that were ended
--   lost_us: microseconds from the start of each to its end, all together
--   last_time: when the last was ended
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_TR_CONFLICT.html
SELECT
  k.table_id,
  TRIM(n.nspname) AS "schema",
  TRIM(c.relname) AS "table",
  COUNT(DISTINCT k.xact_id) AS transactions,
  SUM(DATEDIFF(us, k.xact_start_ts, k.abort_time)) AS lost_us,
  MAX(k.abort_time) AS last_time
FROM stl_tr_conflict AS k
LEFT JOIN pg_class AS c ON c.oid = k.table_id
LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.abort_time >= :since
  AND k.abort_time < :now
GROUP BY 1, 2, 3
ORDER BY transactions DESC, k.table_id
LIMIT 50
