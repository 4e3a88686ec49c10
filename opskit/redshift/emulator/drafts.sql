-- A row for each run of a spec. $vary is in percent; 7919 spreads the runs over its range.
INSERT INTO made.drafts
SELECT $spec, n, $userid, $pid, $xid, replace($text, '{n}', CAST(n + 1 AS VARCHAR)), $label,
  $kind, $queue, start_time, queue_us, $plan_us, $compile_us, $lock_us, exec_us,
  going AND start_time + to_microseconds(queue_us) > $now, going,
  CASE WHEN going THEN 'running' WHEN failed THEN $status ELSE 'success' END,
  CASE WHEN failed AND NOT going THEN $error END,
  CASE WHEN failed OR going THEN 0 ELSE $result_rows END,
  CASE WHEN failed OR going THEN 0 ELSE $result_bytes END, $spill_mb, $scaling, $rule
FROM (
  SELECT n, start_time, queue_us, exec_us, floor((n + 1) * $fails / 100) > floor(n * $fails / 100) AS failed,
    $running OR start_time + to_microseconds(
      queue_us + exec_us + CAST($plan_us AS BIGINT) + CAST($compile_us AS BIGINT)
      + CAST($lock_us AS BIGINT)
    ) > $now AS going
  FROM (
    SELECT n, CAST($first AS TIMESTAMP) + to_microseconds(CAST((n - $before) * $step AS BIGINT))
        AS start_time,
      CAST($queued AS BIGINT) * share // 1000 AS queue_us,
      CAST($took AS BIGINT) * share // 1000 AS exec_us
    FROM (
      SELECT range AS n, 1000 - CAST($vary * 10 AS BIGINT)
          + (range * 7919 + $spec * 31) % (CAST($vary * 20 AS BIGINT) + 1) AS share
      FROM range(CAST($before AS BIGINT), CAST($before + $count AS BIGINT))
    )
  )
)
