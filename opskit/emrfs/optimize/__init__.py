"""Role mappings in fewer parts, with the same role for everybody at every place."""
