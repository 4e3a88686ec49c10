"""Whether the asking user sees the rows of others; there is no error where it does not.

AWS: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html, and the pages of
the SVV_..._PRIVILEGES, which others than superusers and who has ACCESS SYSTEM TABLE see in part.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from opskit.redshift.access.grants import word
from opskit.redshift.access.reach import Identity, reach
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name

#: The query that says who asks.
WHOAMI = "whoami"
#: The system permission that shows the grants of all; sys:monitor has it.
_SYSTEM_TABLES = "ACCESS SYSTEM TABLE"
#: Redshift's own roles with it: https://docs.aws.amazon.com/redshift/latest/dg/r_roles-default.html
_SEEING = {"sys:monitor", "sys:operator", "sys:dba", "sys:superuser"}


class Asker(NamedTuple):
    """Who asks; `user` is empty where the warehouse does not say.

    `catalog`: it sees the grants and the metadata of all; `logs`: it sees what all users do.
    """

    user: str
    catalog: bool
    logs: bool

    @property
    def remedy(self) -> str:
        """The statement, for a superuser, that shows the rest."""
        return f"GRANT ROLE sys:monitor TO {name(self.user)}" if self.user else ""


def asker(rows: Iterable[Row]) -> Asker:
    """Who asks, of the rows of `whoami`."""
    row = next((row for row in rows if row["user_name"]), None)
    if row is None:
        return Asker("", catalog=False, logs=False)
    catalog = bool(row["superuser"] or row["monitor"])
    unrestricted = word(row["syslog_access"]) == "UNRESTRICTED"
    return Asker(row["user_name"], catalog, logs=catalog or unrestricted)


def of_grants(rows: Mapping[str, Sequence[Row]]) -> Asker:
    """Who asks for grants: roles of its roles count, and system permissions granted to them."""
    who = asker(rows[WHOAMI])
    users = [row for row in rows["users"] if row["user_name"] == who.user]
    if who.catalog or not users:
        return who
    reached = reach(Identity("user", users[0]["user_id"], who.user), rows)
    roles = {reached.names.get(key, "").strip() for key in reached.paths if key[0] == "role"}
    granted = any(
        word(row["privilege"]) == _SYSTEM_TABLES
        and (word(row["identity_type"]).lower(), row["identity_id"]) in reached.paths
        for row in rows["system-privileges"]
    )
    sees = granted or bool(roles & _SEEING)
    return who._replace(catalog=sees, logs=sees or who.logs)
