-- id: node-storage
-- title: Disk in use and capacity of each node
-- engine: provisioned
-- views: [stv_node_storage_capacity]
-- privilege: superuser, or SELECT on stv_node_storage_capacity granted
-- columns:
--   node: number of the node
--   used_mb: MB in use, in blocks of 1 MB
--   capacity_mb: MB that the node has, with what Redshift keeps for itself; managed storage on RA3
-- reference: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_NODE_STORAGE_CAPACITY.html
SELECT
  node,
  used AS used_mb,
  capacity AS capacity_mb
FROM stv_node_storage_capacity
ORDER BY node, used, capacity
