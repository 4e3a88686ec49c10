"""A stand-in for Redshift: it speaks its protocol, over DuckDB, from a scenario.

`serve(scenario.load("night.yaml"))` is a context with a `Server`, whose `url` is a target.
"""

from opskit.redshift.emulator.server import Server, serve

__all__ = ["Server", "serve"]
