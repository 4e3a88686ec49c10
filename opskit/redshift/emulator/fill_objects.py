"""Users, schemas, tables and grants of a scenario, as rows of the tables of `made.sql`."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from opskit.redshift.emulator import columns as types
from opskit.redshift.emulator.moments import moment
from opskit.redshift.emulator.naming import pair, split
from opskit.redshift.emulator.numbers import SYSTEM, Names
from opskit.redshift.emulator.objects import Table, View
from opskit.redshift.emulator.privileges import Acls, expand
from opskit.redshift.sqltext import name as quoted

RowsOf = dict[str, list[Sequence[Any]]]

_FIRST_CONSTRAINT = 190_000


def rows(names: Names, now: datetime) -> RowsOf:
    """The rows of all objects, by the name of their table."""
    acls = Acls(names)
    found: RowsOf = {
        "users": list(_users(names)),
        "user_groups": list(_groups(names)),
        "roles": [
            (number, role, _owner_of_role(names, role)) for role, number in names.roles.items()
        ],
        "user_roles": [
            (names.users[user], user, names.roles[role], role)
            for user, spec in names.specs.items()
            for role in spec.roles
        ],
        "role_roles": [
            (names.roles[role], role, names.roles[other], other)
            for role, spec in names.scenario.roles.items()
            for other in spec.roles
        ],
        "spaces": list(_spaces(names, acls)),
        "relations": [],
        "columns": [],
        "constraints": [],
        "grants": [row for grant in names.scenario.grants for row in expand(grant, names)],
        "advice": [
            (names.relation(a.table), a.type, a.ddl, "t" if a.auto else "f")
            for a in names.scenario.advisor
        ],
    }
    for table in names.scenario.tables:
        found["relations"].append(_table(names, table, acls, now))
        found["columns"] += _columns(names, table)
        found["constraints"] += _constraints(names, table, len(found["constraints"]))
    for view in names.scenario.stored_views:
        found["relations"].append(_view(names, view, acls, now))
    return found


def _users(names: Names) -> Iterator[Sequence[Any]]:
    yield (1, "rdsdb", True, True, "UNRESTRICTED")
    for name, spec in names.specs.items():
        access = "UNRESTRICTED" if spec.superuser else spec.syslog_access
        yield (names.users[name], name, spec.superuser, spec.createdb or spec.superuser, access)


def _groups(names: Names) -> Iterator[Sequence[Any]]:
    for group, number in names.groups.items():
        members = [names.users[u] for u, spec in names.specs.items() if group in spec.groups]
        yield (number, group, "{" + ",".join(map(str, members)) + "}")


def _owner_of_role(names: Names, role: str) -> str:
    spec = names.scenario.roles.get(role)
    if role.startswith("sys:"):
        return "rdsdb"
    return (spec.owner if spec and spec.owner else None) or names.owner


def _spaces(names: Names, acls: Acls) -> Iterator[Sequence[Any]]:
    for name, number in SYSTEM.items():
        yield (number, name, 1, None, None, True)
    for name, number in names.spaces.items():
        spec = names.scenario.schemas.get(name)
        owner = spec.owner if spec and spec.owner else names.owner
        quota = spec.quota_mb if spec else None
        yield (number, name, names.users[owner], acls.schema(name, owner), quota, False)


def diststyle(table: Table) -> tuple[str, int]:
    """The style in the words of svv_table_info, and its number."""
    key = table.distkey or table.all_columns[0].name
    word = table.diststyle or ("KEY" if table.distkey else "AUTO(EVEN)")
    written = {"KEY": f"KEY({key})", "AUTO(KEY)": f"AUTO(KEY({key}))"}.get(word, word)
    return written, types.DISTSTYLES[word]


def _table(names: Names, table: Table, acls: Acls, now: datetime) -> Sequence[Any]:
    owner = table.owner or names.owner
    style, dist = diststyle(table)
    schema, name = pair(table.name)
    keys = table.sortkey
    first = next((c for c in table.all_columns if keys and c.name == keys[0]), None)
    sortkey = None if first is None else "INTERLEAVED" if table.interleaved else first.name
    if table.sortkey_auto:
        sortkey = f"AUTO(SORTKEY({first.name}))" if first else "AUTO(SORTKEY)"
    compressed = any(types.encoding(c.encode) for c in table.all_columns)
    widths = [types.kind_of(c.type) for c in table.all_columns]
    widest = max((m - 4 for oid, _, m in widths if oid in (1042, 1043)), default=0)
    unsorted = table.unsorted if table.unsorted is not None else (0.0 if keys else None)
    return (
        names.relations[schema, name],
        names.spaces[schema],
        name,
        names.users[owner],
        "r",
        acls.table(schema, name, owner),
        table.comment,
        None,
        moment(table.created, now),
        style,
        dist,
        sortkey,
        types.ENCODINGS[types.encoding(first.encode)] if first else None,
        len(keys),
        "Y" if compressed else "N",
        widest,
        len(table.all_columns),
        bool(table.primary_key),
        sum(c.references is not None for c in table.columns),
        table.rows,
        table.deleted,
        table.size_mb,
        unsorted,
        table.stats_off if table.stats_off is not None else 0.0,
        table.sort_benefit,
        table.skew,
        table.interleaved_skew if table.interleaved else None,
        None,
        moment(table.last_analyze, now) if table.last_analyze else None,
        moment(table.last_vacuum, now) if table.last_vacuum else None,
        *(None, None, None),
    )


def _view(names: Names, view: View, acls: Acls, now: datetime) -> Sequence[Any]:
    owner = view.owner or names.owner
    schema, name = pair(view.name)
    definition = view.query.rstrip(" \n;") + ";"
    flags: Sequence[Any] = (None, None, None)
    if view.state is not None:
        flags = (view.state, "tf"[not view.stale], "tf"[not view.autorefresh])
        definition = f"CREATE MATERIALIZED VIEW {quoted(schema, name)} AS {definition}"
    head = (names.relations[schema, name], names.spaces[schema], name)
    acl = acls.table(schema, name, owner)
    middle = (names.users[owner], "v", acl, None, definition, moment("-90d", now))
    return (*head, *middle, *[None] * 21, *flags)


def _columns(names: Names, table: Table) -> Iterator[Sequence[Any]]:
    relation = names.relation(table.name)
    for number, column in enumerate(table.all_columns, 1):
        place = table.sortkey.index(column.name) + 1 if column.name in table.sortkey else 0
        if table.interleaved and place % 2 == 0:
            place = -place  # of an interleaved key every other place is negative
        code = types.encoding(column.encode)
        not_null = column.not_null or column.name in table.primary_key
        yield (
            relation,
            number,
            column.name,
            column.type,
            *types.kind_of(column.type),
            not_null,
            column.default,
            column.comment,
            column.name == table.distkey,
            place,
            code,
            types.ENCODINGS[code],
        )


def _constraints(names: Names, table: Table, before: int) -> Iterator[Sequence[Any]]:
    schema, name = pair(table.name)
    relation, space = names.relation(table.name), names.spaces[schema]
    places = {column.name: n for n, column in enumerate(table.all_columns, 1)}
    found: list[tuple[str, str, list[int], int, list[int]]] = []
    if table.primary_key:
        found.append((f"{name}_pkey", "p", [places[c] for c in table.primary_key], 0, []))
    for column, place in places.items():
        spec = table.all_columns[place - 1]
        if spec.unique:
            found.append((f"{name}_{column}_key", "u", [place], 0, []))
        if spec.references is not None:
            other, there = _referred(names, spec.references)
            found.append((f"{name}_{column}_fkey", "f", [place], other, [there]))
    for number, (label, kind, own, other, others) in enumerate(found, _FIRST_CONSTRAINT + before):
        far = _array(others) if others else None
        yield (number, label, space, kind, relation, _array(own), other, far, None)


def _referred(names: Names, text: str) -> tuple[int, int]:
    """The number of a table, and the place of a column in it."""
    schema, name, column = split(text, 3)
    table = names.table(quoted(schema, name))
    return names.relations[schema, name], [c.name for c in table.all_columns].index(column) + 1


def _array(places: Sequence[int]) -> str:
    return "{" + ",".join(map(str, places)) + "}"
