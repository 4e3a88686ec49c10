-- id: advisor
-- title: Recommendations of Redshift Advisor that wait
-- engine: any
-- views: [svv_alter_table_recommendations]
-- privilege: superuser, or SELECT on svv_alter_table_recommendations granted
-- columns:
--   table_id: number of the table
--   kind: diststyle, distkey or sortkey
--   group_id: recommendations of one group belong together; -1 stands alone
--   ddl: the statement that follows the recommendation, of up to 1,024 bytes
--   automatic: t where Redshift may follow it by itself
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_ALTER_TABLE_RECOMMENDATIONS.html
SELECT
  table_id,
  TRIM("type") AS kind,
  group_id,
  TRIM(ddl) AS ddl,
  TRIM(auto_eligible) AS automatic
FROM svv_alter_table_recommendations
ORDER BY group_id, table_id, 2, 4
LIMIT 200
