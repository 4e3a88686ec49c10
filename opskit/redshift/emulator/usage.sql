-- A row for each minute of use.
INSERT INTO made.usage
SELECT CAST($first AS TIMESTAMP) + to_minutes(CAST(range AS INTEGER)), 60 * $rpus * $busy / 100,
  $rpus, $storage_mb, CAST(round(60 * $rpus * greatest($charged, $busy) / 100) AS BIGINT)
FROM range(CAST($minutes AS BIGINT))
