"""The numbers of all that has a name in a scenario."""

from collections.abc import Mapping

from opskit.redshift.emulator.naming import pair
from opskit.redshift.emulator.objects import Table, User
from opskit.redshift.emulator.scenario import Scenario

#: Users and groups are numbered from 100 on; tables from 100,000 on, above the catalogs.
_FIRST_USER, _FIRST_ROLE = 100, 300_000
_FIRST_SPACE, _FIRST_RELATION = 100_100, 101_000
#: Schemas that are there by themselves, with PostgreSQL's numbers; rdsdb, user 1, owns them.
SYSTEM = {"pg_catalog": 11, "pg_internal": 2201, "information_schema": 10_500}
_PUBLIC = 2200


class Names:
    """The numbers of all that has a name in a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        users = scenario.users or {"opskit": User(superuser=True)}
        self.specs: Mapping[str, User] = users
        self.users = {name: _FIRST_USER + n for n, name in enumerate(users)}
        first = next((name for name, spec in users.items() if spec.superuser), next(iter(users)))
        self.owner = first
        groups = dict.fromkeys([*scenario.groups, *(g for u in users.values() for g in u.groups)])
        self.groups = {name: _FIRST_USER + len(users) + n for n, name in enumerate(groups)}
        roles = dict.fromkeys(
            [
                *scenario.roles,
                *(r for u in users.values() for r in u.roles),
                *(r for role in scenario.roles.values() for r in role.roles),
            ]
        )
        self.roles = {name: _FIRST_ROLE + n for n, name in enumerate(roles)}
        named = [pair(table.name) for table in scenario.tables]
        named += [pair(view.name) for view in scenario.stored_views]
        spaces = dict.fromkeys(
            s for s in [*scenario.schemas, *(schema for schema, _ in named)] if s not in SYSTEM
        )
        spaces.pop("public", None)
        self.spaces = {"public": _PUBLIC} | {s: _FIRST_SPACE + n for n, s in enumerate(spaces)}
        self.relations = {where: _FIRST_RELATION + 2 * n for n, where in enumerate(named)}
        self._tables = {pair(table.name): table for table in scenario.tables}

    def owner_of(self, name: str | None) -> int:
        return self.users[name if name is not None else self.owner]

    def relation(self, text: str) -> int:
        """The number of a table as `schema.table`, which the checks have found to be there."""
        return self.relations[pair(text)]

    def table(self, text: str) -> Table:
        return self._tables[pair(text)]
