-- id: inventory
-- title: What an S3 Inventory lists, by class, version, size and age
-- tables:
--   inventory: storage_class, access_tier, is_latest, is_delete_marker, size (bytes), modified (a
--     timestamp, UTC); null where the inventory does not say
-- columns:
--   storage_class, access_tier: as written, null or empty where there is none
--   noncurrent: 1 for former versions, as far as versions are listed
--   marker: 1 for delete markers
--   size_edge: the largest bound of sizes that is not above the size; -1 where there is none
--   age_edge: the largest bound of ages, in days, that is not above the age; -1 where there is no
--     date, -2 where it is in the future
--   objects, bytes: how many, and their sizes together
-- functions: SIZE_EDGE, AGE_EDGE: searches among the bounds, made from them and the day of the
--   inventory
-- reference: S3 User Guide, "Amazon S3 Inventory list"
WITH placed AS (
  SELECT
    storage_class,
    access_tier,
    CASE WHEN NOT is_latest THEN 1 ELSE 0 END AS noncurrent,
    CASE WHEN is_delete_marker THEN 1 ELSE 0 END AS marker,
    SIZE_EDGE(size) AS size_edge,
    AGE_EDGE(modified) AS age_edge,
    size
  FROM inventory
)
SELECT
  storage_class,
  access_tier,
  noncurrent,
  marker,
  size_edge,
  age_edge,
  COUNT(*) AS objects,
  SUM(size) AS bytes
FROM placed
GROUP BY storage_class, access_tier, noncurrent, marker, size_edge, age_edge
