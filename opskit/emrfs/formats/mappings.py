"""The mappings of a security configuration, from their plain JSON, and whose they are.

The JSON names a `Role`, an `IdentifierType` and a list of `Identifiers` (EMR Management Guide,
"Configure IAM roles for EMRFS requests to Amazon S3"). Faults are noted, and the rest is read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from opskit.emrfs.arns import PLACEHOLDER, ROLE
from opskit.emrfs.iam.policy import Locate
from opskit.emrfs.model import Design, Fault, Identifier, Kind, RoleMapping
from opskit.errors import InputError
from opskit.findings import Location

#: What the service adds by itself, and comparisons leave out.
ADDED = ("ExternalId",)
_PLURALS = {"users": Kind.USER, "groups": Kind.GROUP, "prefixes": Kind.PREFIX}
_KINDS = {kind.lower(): kind for kind in Kind} | _PLURALS
_ONE_OF = "User, Group or Prefix"
_KEYS = ("Role", "IdentifierType", "Identifiers")
_Path = tuple[str | int, ...]


def mappings_of(source: object, locate: Locate) -> tuple[list[RoleMapping], list[Fault]]:
    """The mappings in the plain JSON of `RoleMappings`; `locate` starts at the list.

    A mapping of which role or kind cannot be told is left out, with a fault; `index` is that of
    the JSON. Text in the place of a list counts as a list of one. InputError where a function of
    another tool stands in the place of a whole mapping.
    """
    mappings: list[RoleMapping] = []
    faults: list[Fault] = []
    if not isinstance(source, list):
        faults.append(Fault("EMR004", "RoleMappings is not a list", locate(())))
        source = [source] if isinstance(source, Mapping) else []
    for index, each in enumerate(source):
        if isinstance(each, str) and PLACEHOLDER.search(each):
            raise InputError(
                f"only a deployment tells mappings[{index}]: {each:.80}",
                where=str(locate((index,)) or ""),
                hint="'aws emr describe-security-configuration' prints what was deployed",
            )
        reader = _Mapping(index, each, locate, faults)
        made = reader.made()
        if made is not None:
            mappings.append(made)
    return mappings, faults


class _Mapping:
    """One mapping, and what is wrong with it."""

    def __init__(self, index: int, source: object, locate: Locate, faults: list[Fault]) -> None:
        self._index = index
        self._source = source if isinstance(source, Mapping) else {}
        self._locate = locate
        self._faults = faults

    def made(self) -> RoleMapping | None:
        for key in self._source:
            if key not in _KEYS and key not in ADDED:
                self._fault(f"has the unknown key {key!r}", (key,), key, ", ".join(_KEYS))
        role = self._source.get("Role")
        if not isinstance(role, str) or not role.strip():
            self._fault("has no Role", ("Role",), expected="the ARN of a role")
            role = None
        kind, identifiers = self._kind(), tuple(self._identifiers())
        if role is None or kind is None:
            return None
        return RoleMapping(self._index, role, kind, identifiers, self._at(()), self._at(("Role",)))

    def _kind(self) -> Kind | None:
        written = self._source.get("IdentifierType")
        kind = _KINDS.get(written.strip().lower()) if isinstance(written, str) else None
        if written is None:
            self._fault("has no IdentifierType", (), expected=_ONE_OF)
        elif kind is None or written != kind:
            what = f"has the unknown IdentifierType {written!r:.80}"
            self._fault(what, ("IdentifierType",), str(written), kind or _ONE_OF)
        return kind

    def _identifiers(self) -> Iterator[Identifier]:
        written, path = self._source.get("Identifiers"), ("Identifiers",)
        if isinstance(written, str):
            what = "has a text for Identifiers, not a list"
            self._fault(what, path, written, f"[{written!r}]".replace("'", '"'), rule="EMR001")
            yield Identifier(written, self._at(path))
            return
        if not isinstance(written, list):
            what = "has no Identifiers" if written is None else "has Identifiers that are no list"
            self._fault(what, path, expected="a list of names or prefixes")
            return
        if not written:
            self._fault("has an empty list of Identifiers", path, expected="one identifier or more")
        for number, each in enumerate(written):
            place = (*path, number)
            if not isinstance(each, str):
                self._fault("has an identifier that is not text", place, str(each), "text")
            if not isinstance(each, dict | list):
                yield Identifier(str(each), self._at(place))

    def _at(self, path: _Path) -> Location | None:
        return self._locate((self._index, *path))

    def _fault(
        self,
        what: str,
        path: _Path,
        observed: str = "",
        expected: str = "",
        *,
        rule: str = "EMR004",
    ) -> None:
        message = f"mappings[{self._index}] {what}"
        self._faults.append(Fault(rule, message, self._at(path), observed[:200], expected[:200]))


def accounts(design: Design) -> None:
    """Account and partition, where the roles that are ARNs agree; the partition of most."""
    found = [match for mapping in design.mappings if (match := ROLE.fullmatch(mapping.role))]
    accounts = {match["account"] for match in found}
    if len(accounts) == 1 and not design.account:
        design.account = accounts.pop()
    partitions = Counter(m["partition"] for m in found).most_common(1)
    if partitions and design.partition == "aws":
        design.partition = partitions[0][0]
