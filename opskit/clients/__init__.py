"""Clients of the systems that opskit talks to. Each imports its driver inside a function."""
