"""CloudFormation templates: their functions filled in, and the resources around role mappings."""
