"""The health of Amazon Redshift: what is wrong, worst first, and the SQL that mends it."""
