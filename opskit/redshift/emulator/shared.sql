-- What several system views read. Created once the runs have their numbers.
CREATE VIEW made.slices AS
SELECT CAST(range AS INTEGER) AS slice, CAST(range // c.slices AS INTEGER) AS node,
  CAST(range % c.slices AS INTEGER) AS localslice
FROM made.cluster AS c, LATERAL (SELECT unnest(range(c.nodes * c.slices)) AS range);

CREATE VIEW made.slice_count AS SELECT nodes * slices AS n FROM made.cluster;

CREATE VIEW made.finished AS
SELECT *, start_time + to_microseconds(queue_us + plan_us + compile_us + lock_us) AS starts
FROM made.runs
WHERE NOT going;

-- The sessions of the scenario, and those of the statements that run.
CREATE VIEW made.open_sessions AS
SELECT s.pid, s.userid, u.name AS username, s.started, s.timeout
FROM made.sessions AS s
JOIN made.users AS u ON u.id = s.userid
UNION ALL
SELECT r.pid, r.userid, r.username, date_trunc('hour', r.start_time), 0
FROM made.runs AS r
WHERE r.going AND r.pid NOT IN (SELECT pid FROM made.sessions);

-- The locks of open transactions: each holds one on itself.
CREATE VIEW made.held AS
SELECT s.pid, s.xid, s.txn_start, u.name AS username, l.relation, l.mode, l.granted,
  'relation' AS kind
FROM made.sessions AS s
JOIN made.users AS u ON u.id = s.userid
JOIN made.locks AS l ON l.pid = s.pid
WHERE s.xid IS NOT NULL
UNION ALL
SELECT s.pid, s.xid, s.txn_start, u.name, NULL, 'ExclusiveLock', TRUE, 'transactionid'
FROM made.sessions AS s
JOIN made.users AS u ON u.id = s.userid
WHERE s.xid IS NOT NULL;

-- Rows of a table on each slice: the first has `skew` times those of the others.
CREATE VIEW made.on_slices AS
SELECT t.oid, s.slice, s.node,
  CASE
    WHEN t.dist IN (8, 10)
    THEN CASE WHEN s.localslice = 0 THEN t.live + t.deleted ELSE 0 END
    WHEN s.slice = 0
    THEN (t.live + t.deleted)
      - CAST(floor((t.live + t.deleted) / (t.skew + c.n - 1)) AS BIGINT) * (c.n - 1)
    ELSE CAST(floor((t.live + t.deleted) / (t.skew + c.n - 1)) AS BIGINT)
  END AS rows
FROM made.relations AS t
CROSS JOIN made.slices AS s
CROSS JOIN made.slice_count AS c
WHERE t.kind = 'r';
