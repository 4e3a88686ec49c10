"""The command line: one module or package a group. Each parses, calls the library, prints."""
