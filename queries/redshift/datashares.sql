-- id: datashares
-- title: Datashares that this warehouse gives to others
-- engine: any
-- views: [svv_datashares]
-- privilege: superuser, or owner of the datashares
-- columns:
--   name: the datashare's name
--   database: the database that it shares from
--   public: whether clusters that are publicly accessible may use it
--   managed_by: ADX where AWS Data Exchange sells it; else empty
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_DATASHARES.html
SELECT DISTINCT
  TRIM(share_name) AS name,
  TRIM(source_database) AS "database",
  is_publicaccessible AS "public",
  TRIM(COALESCE(managed_by, '')) AS managed_by
FROM svv_datashares
WHERE UPPER(TRIM(share_type)) = 'OUTBOUND'
ORDER BY 1, 2, 3, 4
