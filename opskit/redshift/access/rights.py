"""What a user, role or group may do, and the grant that gives each right.

Rights come by direct grants, groups, roles (which are granted to roles, too), PUBLIC, ownership,
and by being a superuser. A right on a table is of no use without USAGE on its schema.

Redshift lists what was granted, in SVV_..._PRIVILEGES of the current database. What every user
has without a grant does not stand there: EXECUTE on new functions and TEMP on new databases.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from opskit.errors import UsageError
from opskit.redshift.access.grants import PRIVILEGES, word
from opskit.redshift.access.reach import PUBLIC, Identity, Key, Reach, reach
from opskit.redshift.names import known, one
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name

SCHEMA = "opskit.redshift.access/1"
QUERIES = (
    "users",
    "group-members",
    "roles",
    "role-members",
    "owners",
    "database-privileges",
    "schema-privileges",
    "relation-privileges",
    "column-privileges",
    "function-privileges",
    "system-privileges",
)
KINDS = ("user", "role", "group")
COLUMNS = ("object_type", "object", "privilege", "path", "grantable", "usable", "note")
#: Redshift's own role that has all rights of a superuser.
SUPERUSER_ROLE = "sys:superuser"
# Every user may use these; they stand in no list of grants.
_OPEN = ("pg_catalog", "information_schema")


def find(text: str, kind: str | None, rows: Mapping[str, Sequence[Row]]) -> Identity:
    """The user, role or group of that name, in this order; UsageError where there is none.

    A name with colons, as `IAMR:...` and `sys:...` are, needs no quotes; one with dots neither.
    """
    typed, quoted = one(text)
    there = [
        *(Identity("user", r["user_id"], r["user_name"]) for r in rows["users"]),
        *(Identity("role", r["role_id"], (r["role_name"] or "").strip()) for r in rows["roles"]),
        *(Identity("group", r["group_id"], r["group_name"]) for r in rows["group-members"]),
    ]
    among = [i for i in there if kind in (None, i.kind) and i.name]
    if is_public(text) and not any(i.name == "public" for i in among):
        raise UsageError(
            "PUBLIC is no user, role or group: what it has is shown within each user's rights",
            hint="give a user; its rights by way of PUBLIC are those that everybody has",
        )
    found = known(typed, quoted, (i.name for i in among), kind or "user, role or group")
    return next(i for i in among if i.name == found)


def is_public(text: str) -> bool:
    """Whether PUBLIC is meant, as SQL takes it: without quotes."""
    return text.strip().lower() == "public"


def rights(start: Identity, rows: Mapping[str, Sequence[Row]], schema: str = "") -> list[Row]:
    """One row for each right and each grant that gives it, with the ways to that grant."""
    reached = reach(start, rows)
    superuser = _superuser(start, reached, rows)
    usable = _usable(start, reached, rows)
    found = [
        *([_row("everything", "", "ALL", [superuser])] if superuser else []),
        *_memberships(start, reached, rows),
        *_owned(start, rows),
        *_granted(reached, rows),
    ]
    for row in found:
        needs = row.pop("needs")
        row["usable"] = bool(superuser) or needs in (None, *_OPEN) or usable(needs)
        if not row["usable"]:
            row["note"] = f"no use: no USAGE on schema {name(needs)}"
    return [row for row in found if not schema or row["schema"] in (schema, None)]


def _row(
    object_type: str,
    label: str,
    privilege: str,
    paths: list[str],
    *,
    grantable: Any = False,
    needs: str | None = None,
    schema: str | None = "",
) -> Row:
    """One right. `needs` is the schema that it wants USAGE on, `schema` that which it is in.

    A schema of None stands for all schemas.
    """
    more = f" (and {len(paths) - 1} more ways)" if len(paths) > 1 else ""
    return {
        "object_type": object_type,
        "object": label,
        "schema": None if object_type == "everything" else schema,
        "privilege": privilege,
        "path": paths[0] + more,
        "paths": paths,
        "grantable": bool(grantable),
        "needs": needs,
        "note": "",
    }


def _superuser(start: Identity, reached: Reach, rows: Mapping[str, Sequence[Row]]) -> str:
    """What makes it a superuser; empty if nothing does."""
    if start.kind == "user" and any(
        r["user_id"] == start.number and r["superuser"] for r in rows["users"]
    ):
        return "superuser"
    for key in reached.paths:
        if key[0] == "role" and reached.names.get(key, "").strip() == SUPERUSER_ROLE:
            return reached.texts(key)[0]
    return ""


def _usable(
    start: Identity, reached: Reach, rows: Mapping[str, Sequence[Row]]
) -> Callable[[str], bool]:
    """Whether there is USAGE on a schema. Whoever has a role has what PUBLIC has, too."""
    having = {*reached.paths, PUBLIC}
    schemas = {
        row["schema"]
        for row in rows["schema-privileges"]
        if _key(row) in having
        and word(row["privilege"]) == "USAGE"
        and word(row["scope"]) in ("", "SCHEMA")
    }
    schemas |= {r["schema"] for r in rows["owners"] if r["kind"] == "schema" and _is(start, r)}
    everywhere = any(
        _key(row) in having
        and word(row["privilege"]) == "USAGE"
        and word(row["scope"]) == "SCHEMAS"
        for row in rows["database-privileges"]
    )
    return lambda schema: everywhere or schema in schemas


def _is(start: Identity, owned: Row) -> bool:
    return start.kind == "user" and owned["owner_id"] == start.number


def _key(row: Row) -> Key:
    kind = word(row["identity_type"]).lower()
    return PUBLIC if kind == "public" else (kind, row["identity_id"])


def _memberships(
    start: Identity, reached: Reach, rows: Mapping[str, Sequence[Row]]
) -> Iterator[Row]:
    """The groups and roles that it is in, directly or through others."""
    admin = {
        ("role", row["role_id"])
        for row in rows["role-members"]
        if (row["member_type"], row["member_id"]) == start.key and row["admin_option"]
    }
    for key in sorted(set(reached.paths) - {start.key, PUBLIC}, key=str):
        before = [path[:-1] for path in reached.paths[key]]
        texts = [" > ".join(map(reached.step, path)) or "direct" for path in before]
        label = name(reached.names.get(key, str(key[1])))
        yield _row(key[0], label, "MEMBER", texts, grantable=key in admin)


def _owned(start: Identity, rows: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    for row in rows["owners"]:
        if not _is(start, row):
            continue
        schema, object_ = row["schema"] or "", row["object"] or ""
        label = name(*(part for part in (schema, object_) if part))
        needs = schema if row["kind"] not in ("database", "schema") else None
        yield _row(row["kind"], label, "ALL", ["owner"], grantable=True, needs=needs, schema=schema)


def _granted(reached: Reach, rows: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    for query, describe in PRIVILEGES.items():
        for row in rows[query]:
            key = _key(row)
            if key not in reached.paths:
                continue
            object_type, label, schema, needs = describe(row)
            yield _row(
                object_type,
                label,
                word(row["privilege"]),
                reached.texts(key),
                grantable=row["admin_option"],
                needs=needs,
                schema=schema,
            )
