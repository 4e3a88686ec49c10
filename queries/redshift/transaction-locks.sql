-- id: transaction-locks
-- title: Every lock that open transactions hold or wait for
-- engine: any
-- views: [svv_transactions, pg_class, pg_namespace]
-- privilege: superuser; other users see their own transactions only
-- columns:
--   pid: process of the session
--   xid: number of the transaction
--   user_name: who the transaction belongs to
--   database: database of the session
--   txn_start: when the transaction began
--   lock_mode: AccessShareLock, ShareRowExclusiveLock, AccessExclusiveLock, ...
--   object_type: relation, or transactionid, which every open transaction holds for itself
--   relation: number of the table; empty for a transactionid
--   granted: whether it holds the lock; else it waits
--   schema: schema of the table; empty where the table is in another database
--   table: name of the table; empty where the table is in another database
--   shared: whether it is a catalog table that all databases share
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TRANSACTIONS.html
SELECT
  t.pid,
  t.xid,
  TRIM(t.txn_owner) AS user_name,
  TRIM(t.txn_db) AS database,
  t.txn_start,
  t.lock_mode,
  t.lockable_object_type AS object_type,
  t.relation,
  t.granted,
  TRIM(n.nspname) AS "schema",
  TRIM(c.relname) AS "table",
  c.relisshared AS shared
FROM svv_transactions AS t
LEFT JOIN pg_class AS c ON c.oid = t.relation
LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE t.pid <> PG_BACKEND_PID()
ORDER BY t.txn_start, t.xid, t.pid, t.relation, t.lock_mode, t.granted
