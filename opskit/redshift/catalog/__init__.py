"""The system views of Redshift and their columns, one JSON file a family (`stl.json`, ...).

Each entry names its source; `complete` says whether all documented columns stand in it.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

Engine = Literal["provisioned", "serverless"]

FAMILIES = ("pg", "stl", "stv", "svcs", "svl", "svv", "sys")


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One system view or catalog table.

    `kind` is log where rows are added as things happen, state where they say what is true now;
    `time` is the column that says when a row of a log came to be, `key` identifies it.
    `visible_to`: own means that a regular user sees own rows only, unless SYSLOG ACCESS is
    UNRESTRICTED. A column's type is None where no source gave it.
    """

    title: str
    engines: tuple[Engine, ...]
    kind: Literal["log", "state"]
    time: str | None
    key: tuple[str, ...]
    visible_to: Literal["superuser", "own", "all"]
    complete: bool
    source: str
    columns: dict[str, str | None]


@cache
def views() -> Mapping[str, View]:
    """Every view by its name, in lower case."""
    found: dict[str, View] = {}
    for family in FAMILIES:
        data = files("opskit.redshift.catalog").joinpath(f"{family}.json").read_bytes()
        found |= msgspec.json.decode(data, type=dict[str, View])
    return found
