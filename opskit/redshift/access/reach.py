"""Whose rights somebody has: groups, roles, roles that are granted to roles, PUBLIC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opskit.redshift.names import numbers
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name

Key = tuple[str, Any]
PUBLIC: Key = ("public", None)
_MOST_PATHS = 20


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody that rights are granted to."""

    kind: str
    number: int
    name: str

    @property
    def key(self) -> Key:
        return (self.kind, self.number)


@dataclass(slots=True)
class Reach:
    """Whose rights an identity has, each with all ways to it, shortest first."""

    start: Identity
    names: Mapping[Key, str]
    paths: dict[Key, list[tuple[Key, ...]]] = field(default_factory=dict)

    def texts(self, key: Key) -> list[str]:
        """`direct`, `group etl`, `role analyst > role reader`, `PUBLIC`."""
        return [" > ".join(map(self.step, path)) or "direct" for path in self.paths[key]]

    def step(self, key: Key) -> str:
        return "PUBLIC" if key == PUBLIC else f"{key[0]} {name(self.names.get(key, str(key[1])))}"


def reach(start: Identity, rows: Mapping[str, Sequence[Row]]) -> Reach:
    """Whose rights `start` has. A cycle of roles ends where it meets itself."""
    names, edges = _graph(rows)
    found = Reach(start, names)
    todo: list[tuple[Key, ...]] = [()]
    while todo:
        longer: list[tuple[Key, ...]] = []
        for path in todo:
            at = path[-1] if path else start.key
            ways = found.paths.setdefault(at, [])
            if len(ways) == _MOST_PATHS:
                continue
            ways.append(path)
            passed = {start.key, *path}
            longer += [(*path, after) for after in edges.get(at, ()) if after not in passed]
        todo = longer
    if start.kind == "user":
        found.paths[PUBLIC] = [(PUBLIC,)]
    return found


def _graph(rows: Mapping[str, Sequence[Row]]) -> tuple[dict[Key, str], dict[Key, list[Key]]]:
    """Names of all identities, and for each those whose rights it has."""
    names: dict[Key, str] = {("role", r["role_id"]): r["role_name"] or "" for r in rows["roles"]}
    edges: dict[Key, list[Key]] = {}
    for row in rows["group-members"]:
        key = ("group", row["group_id"])
        names[key] = row["group_name"] or ""
        for member in numbers(row["members"]):
            edges.setdefault(("user", member), []).append(key)
    for row in rows["role-members"]:
        role = ("role", row["role_id"])
        names.setdefault(role, row["role_name"] or "")
        edges.setdefault((row["member_type"], row["member_id"]), []).append(role)
    return names, edges
