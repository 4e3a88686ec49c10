-- What a scenario says, as tables; the system views of the folder `views` are views of them.
CREATE SCHEMA made;

CREATE TABLE made.cluster (
  database VARCHAR, nodes INTEGER, slices INTEGER, capacity_mb INTEGER, used_mb INTEGER,
  serverless BOOLEAN
);
CREATE TABLE made.users (
  id INTEGER, name VARCHAR, superuser BOOLEAN, createdb BOOLEAN, syslog_access VARCHAR
);
CREATE TABLE made.user_groups (id INTEGER, name VARCHAR, members VARCHAR);
CREATE TABLE made.roles (id INTEGER, name VARCHAR, owner VARCHAR);
CREATE TABLE made.user_roles (user_id INTEGER, user_name VARCHAR, role_id INTEGER, role_name VARCHAR);
CREATE TABLE made.role_roles (
  role_id INTEGER, role_name VARCHAR, granted_id INTEGER, granted_name VARCHAR
);
CREATE TABLE made.spaces (
  oid BIGINT, name VARCHAR, owner INTEGER, acl VARCHAR, quota_mb INTEGER, system BOOLEAN
);
-- Tables and views. kind is r or v; diststyle as in svv_table_info, dist its effective number.
CREATE TABLE made.relations (
  oid BIGINT, space BIGINT, name VARCHAR, owner INTEGER, kind VARCHAR, acl VARCHAR,
  comment VARCHAR, definition VARCHAR, created TIMESTAMP,
  diststyle VARCHAR, dist SMALLINT, sortkey1 VARCHAR, sortkey1_enc VARCHAR, sortkeys INTEGER,
  encoded VARCHAR, max_varchar INTEGER, columns INTEGER, primary_key BOOLEAN, foreign_keys INTEGER,
  live BIGINT, deleted BIGINT, size_mb BIGINT,
  unsorted DOUBLE, stats_off DOUBLE, sort_benefit DOUBLE, skew DOUBLE,
  interleaved_skew DOUBLE, last_reindex TIMESTAMP, last_analyze TIMESTAMP, last_vacuum TIMESTAMP,
  mv_state INTEGER, mv_stale VARCHAR, mv_autorefresh VARCHAR
);
CREATE TABLE made.columns (
  relation BIGINT, number SMALLINT, name VARCHAR, written VARCHAR, type_oid BIGINT, size SMALLINT,
  modifier INTEGER, not_null BOOLEAN, default_sql VARCHAR, comment VARCHAR, distkey BOOLEAN,
  sortkey INTEGER, encoding SMALLINT, encoding_name VARCHAR
);
CREATE TABLE made.constraints (
  oid BIGINT, name VARCHAR, space BIGINT, kind VARCHAR, relation BIGINT, columns VARCHAR,
  other BIGINT, other_columns VARCHAR, text VARCHAR
);
CREATE TABLE made.grants (
  kind VARCHAR, space VARCHAR, relation VARCHAR, column_name VARCHAR, privilege VARCHAR,
  identity_id INTEGER, identity_name VARCHAR, identity_type VARCHAR, admin BOOLEAN
);
CREATE TABLE made.queues (
  service_class INTEGER, name VARCHAR, slots INTEGER, memory_mb INTEGER, max_execution BIGINT,
  scaling VARCHAR, priority VARCHAR
);
CREATE TABLE made.conditions (service_class INTEGER, condition VARCHAR);
CREATE TABLE made.rules (
  service_class INTEGER, name VARCHAR, action VARCHAR, metric VARCHAR, above DOUBLE
);
-- Statements: one row a run. Times are microseconds; end_time is NULL while it runs.
CREATE TABLE made.drafts (
  spec INTEGER, n BIGINT, userid INTEGER, pid INTEGER, xid BIGINT, text VARCHAR, label VARCHAR,
  kind VARCHAR, queue INTEGER, start_time TIMESTAMP, queue_us BIGINT, plan_us BIGINT,
  compile_us BIGINT, lock_us BIGINT, exec_us BIGINT, waiting BOOLEAN, going BOOLEAN,
  status VARCHAR, error VARCHAR, result_rows BIGINT, result_bytes BIGINT, spill_mb BIGINT,
  scaling BOOLEAN, rule VARCHAR
);
-- What the runs of one spec do, step by step.
CREATE TABLE made.steps (
  spec INTEGER, segment INTEGER, step INTEGER, kind VARCHAR, relation BIGINT, rows BIGINT,
  live BIGINT, stored BIGINT, bytes BIGINT, range_restricted VARCHAR
);
CREATE TABLE made.alerts (
  spec INTEGER, segment INTEGER, step INTEGER, event VARCHAR, solution VARCHAR
);
CREATE TABLE made.plans (spec INTEGER, node INTEGER, parent INTEGER, text VARCHAR, info VARCHAR);
CREATE TABLE made.loads (
  spec INTEGER, relation BIGINT, files INTEGER, file_bytes BIGINT, parts INTEGER, rows BIGINT,
  format VARCHAR, bucket VARCHAR, prefix VARCHAR, ending VARCHAR
);
CREATE TABLE made.refusals (
  spec INTEGER, column_name VARCHAR, type VARCHAR, length VARCHAR, reason VARCHAR, value VARCHAR,
  code INTEGER, line BIGINT
);
CREATE TABLE made.commits (
  spec INTEGER, n BIGINT, xid BIGINT, userid INTEGER, start_time TIMESTAMP, wait_us BIGINT,
  work_us BIGINT, ahead BIGINT, blocks BIGINT
);
CREATE TABLE made.sessions (
  pid INTEGER, userid INTEGER, started TIMESTAMP, timeout INTEGER, xid BIGINT, txn_start TIMESTAMP
);
CREATE TABLE made.locks (pid INTEGER, relation BIGINT, mode VARCHAR, granted BOOLEAN);
CREATE TABLE made.refreshes (
  relation BIGINT, userid INTEGER, start_time TIMESTAMP, took_us BIGINT, status VARCHAR
);
CREATE TABLE made.external (
  spec INTEGER, name VARCHAR, format VARCHAR, files INTEGER, bytes BIGINT, rows BIGINT,
  partitions INTEGER, qualified INTEGER
);
CREATE TABLE made.usage (
  start_time TIMESTAMP, compute_seconds DOUBLE, capacity DOUBLE, storage_mb BIGINT,
  charged_seconds BIGINT
);
CREATE TABLE made.advice (relation BIGINT, type VARCHAR, ddl VARCHAR, auto VARCHAR);
CREATE TABLE made.analyses (
  relation BIGINT, userid INTEGER, xid BIGINT, start_time TIMESTAMP, rows DOUBLE
);
CREATE TABLE made.vacuums (
  relation BIGINT, userid INTEGER, xid BIGINT, start_time TIMESTAMP, kind VARCHAR,
  rows_before BIGINT, rows_after BIGINT, size_before BIGINT
);
