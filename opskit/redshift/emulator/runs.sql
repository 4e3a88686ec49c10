-- The runs in the order of their start get the numbers of queries, transactions and processes.
-- Logs keep seven days (AWS, STL views), and what would begin after now has not.
CREATE TABLE made.runs AS
SELECT
  CAST(1000000 + place AS INTEGER) AS query,
  COALESCE(xid, 2000000 + place * 2) AS xid,
  CAST(
    COALESCE(pid, CASE WHEN going THEN 1073700000 + place ELSE 1073600000 + userid * 16 + n % 8 END)
    AS INTEGER
  ) AS pid,
  drafts.* EXCLUDE (xid, pid, place),
  CASE WHEN NOT going THEN queue_us + plan_us + compile_us + lock_us + exec_us END AS elapsed_us,
  CASE
    WHEN NOT going
    THEN start_time + to_microseconds(queue_us + plan_us + compile_us + lock_us + exec_us)
  END AS end_time,
  u.name AS username,
  q.name AS queue_name,
  md5(text) AS text_hash,
  md5(regexp_replace(text, '''[^'']*''|\b[0-9]+\b', '?', 'g')) AS shape_hash
FROM (
  SELECT *, row_number() OVER (ORDER BY start_time, spec, n) AS place
  FROM made.drafts
  WHERE start_time <= redshift_now() AND start_time >= redshift_now() - INTERVAL 7 DAY
) AS drafts
JOIN made.users AS u ON u.id = drafts.userid
LEFT JOIN made.queues AS q ON q.service_class = drafts.queue;

DROP TABLE made.drafts;

-- What writes, commits.
INSERT INTO made.commits
SELECT spec, n, xid, userid, end_time, 0, 50000, 0, 10
FROM made.runs
WHERE status = 'success' AND kind IN ('COPY', 'INSERT', 'UPDATE', 'DELETE', 'DDL')
  AND xid >= 2000000;

UPDATE made.commits
SET xid = 4000000 + numbered.place * 2
FROM (
  SELECT rowid AS id, row_number() OVER (ORDER BY start_time, spec, n) AS place
  FROM made.commits
  WHERE xid IS NULL
) AS numbered
WHERE commits.rowid = numbered.id;

DELETE FROM made.commits
WHERE start_time > redshift_now() OR start_time < redshift_now() - INTERVAL 7 DAY;

INSERT INTO made.analyses
SELECT oid, owner, 800000 + oid, last_analyze, live
FROM made.relations
WHERE last_analyze IS NOT NULL;

INSERT INTO made.vacuums
SELECT oid, owner, 850000 + oid, last_vacuum, 'FULL', live, live, size_mb
FROM made.relations
WHERE last_vacuum IS NOT NULL;
