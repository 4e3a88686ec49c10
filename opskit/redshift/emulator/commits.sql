-- A row for each commit of a spec.
INSERT INTO made.commits
SELECT $spec, range, NULL, $userid,
  CAST($first AS TIMESTAMP) + to_microseconds(CAST(range * $step AS BIGINT)), $wait, $work, $ahead,
  $blocks
FROM range(CAST($count AS BIGINT))
