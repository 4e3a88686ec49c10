"""What somebody may do, and the grant that gives each right."""
