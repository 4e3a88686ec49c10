"""DDL of a schema or a table, from the catalog of a warehouse."""
