"""What S3 data the base role reaches, and who falls to it.

Whoever no user or group mapping is for gets the base role, except below the mapped prefixes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from opskit.emrfs.explain import decision_fields
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.matrix import everyone
from opskit.emrfs.model import Design, Groups, Kind, Role
from opskit.emrfs.needs import Needs
from opskit.emrfs.reach import Reached, doubts, reach
from opskit.emrfs.resolve import Resolver
from opskit.errors import ExitCode

_READINGS: tuple[Groups, ...] = ("all", "primary")


class Fallen(NamedTuple):
    """A user for whom no user or group mapping is, and in which readings of the groups."""

    user: str
    groups: tuple[str, ...]
    readings: tuple[Groups, ...]


class Kept(NamedTuple):
    """A prefix at which those who fall still get a role of its own."""

    prefix: str
    mapping: int
    role: Role


@dataclass(frozen=True, slots=True)
class Leak:
    """The answer. `reached` is None where the base role or its policies are not known, and leaves
    out what the cluster itself needs. `groups` is the reading that counts. `doubts` are faults of
    the base role's policies, which may hold more. `needs` is what the cluster itself needs.
    """

    base: Role | None
    reached: tuple[Reached, ...] | None
    fallen: tuple[Fallen, ...]
    anyone: bool
    kept: tuple[Kept, ...]
    groups: Groups
    needs: Needs
    doubts: tuple[str, ...] = ()

    @property
    def falling(self) -> tuple[Fallen, ...]:
        """Those who fall in the reading that counts."""
        return tuple(each for each in self.fallen if self.groups in each.readings)

    @property
    def somebody(self) -> bool:
        return bool(self.falling) or self.anyone

    @property
    def leaks(self) -> bool | None:
        """Whether data is open to somebody; None where that cannot be told."""
        if not self.somebody:
            return False
        if self.reached is None:
            return None
        open_ = [each for each in self.reached if not each.inside]
        if any(each.actions and not self.needs.may_be_logs(each) for each in open_):
            return True
        return None if open_ or self.doubts else False


def leak(design: Design) -> Leak:
    """What leaks. Users are those of the directory; others too unless it is complete."""
    base = design.base_role
    reached = None
    needs = Needs.of(design)
    if base is not None and base.permissions is not None:
        found = (needs.beyond(each) for each in reach(design, base))
        reached = tuple(each for each in found if each is not None)
    return Leak(
        base,
        reached,
        tuple(_fallen(design)),
        not design.directory.complete,
        tuple(_kept(design)),
        design.groups,
        needs,
        tuple(doubts(base)) if base is not None else (),
    )


def _fallen(design: Design) -> Iterator[Fallen]:
    resolvers = [(each, Resolver(design, group_match=each)) for each in _READINGS]
    for user, groups in everyone(design):
        if user not in design.directory.users:
            continue  # in a mapping by name, or anyone else
        readings = tuple(
            each for each, resolver in resolvers if resolver.by_name(user, groups) is None
        )
        if readings:
            yield Fallen(user, groups, readings)


def _kept(design: Design) -> Iterator[Kept]:
    for mapping, identifier in design.identifiers(Kind.PREFIX):
        yield Kept(identifier.text, mapping.index, design.role_of(mapping))


def exit_code(found: Leak) -> ExitCode:
    """1 when data leaks to somebody, 0 when not, 3 when that cannot be told."""
    if found.base is None or found.reached is None or found.leaks is None:
        return ExitCode.UNKNOWN
    return ExitCode.NO if found.leaks else ExitCode.OK


def rows(found: Leak) -> list[dict[str, Any]]:
    """One row for each pattern of a statement."""
    who = [each.user for each in found.falling]
    return [
        {
            "reaches": each.uri,
            "actions": each.actions,
            "unsure": each.unsure,
            "why_unsure": each.why or None,
            "everything": each.everything,
            "prefixes": [f"s3://{prefix}" for prefix in each.prefixes],
            "buckets": each.buckets,
            "inside_prefix": each.inside,
            "may_be_logs": found.needs.may_be_logs(each),
            "users": [] if each.inside else who,
            "anyone_else": found.anyone and not each.inside,
            **_statement(each),
        }
        for each in found.reached or ()
    ]


def _statement(found: Reached) -> dict[str, Any]:
    decision = Decision(Effect.ALLOW, found.statement)
    return {"statement": decision_fields(decision)["statement"]}


def fields(found: Leak) -> dict[str, Any]:
    """What the JSON holds beside the rows."""
    return {
        "base_role": None if found.base is None else str(found.base.arn),
        "leaks": found.leaks if found.base is not None else None,
        "known": found.reached is not None,
        "doubts": found.doubts,
        "groups": found.groups,
        "fallen": [
            {"user": each.user, "groups": each.groups, "readings": each.readings}
            for each in found.fallen
        ],
        "anyone_else": found.anyone,
        "prefix_roles": [
            {"prefix": each.prefix, "mapping": each.mapping, "role": str(each.role.arn)}
            for each in found.kept
        ],
    }


def sentences(found: Leak) -> Iterator[str]:
    """The sum of it for people."""
    base = found.base.name if found.base else "the base role"
    if found.base is None:
        yield "the base role is not known: this format does not name it"
    elif found.reached is None:
        yield f"the policies of {base} are not known: what it reaches cannot be told"
    elif not found.reached and not found.doubts:
        yield f"{base} reaches no S3 data beyond what the cluster needs"
    yield from (f"a policy of {base} is not understood: {doubt}" for doubt in found.doubts[:3])
    logs = [each.uri for each in found.reached or () if found.needs.may_be_logs(each)]
    if logs:
        yield f"{_names(logs)} may be the log folder: if so, name it in the file, cluster.log-uri"
    yield f"{_who(found)} to {base}"
    other = [each for each in found.fallen if found.groups not in each.readings]
    if other:
        names = _names([each.user for each in other])
        yield (
            f"not documented: were the primary group alone to count, {names} would fall to it too"
        )
    for each in found.kept[:5]:
        yield f"below {each.prefix} they get {each.role.name} (mappings[{each.mapping}])"
    if len(found.kept) > 5:
        yield f"and {len(found.kept) - 5} more prefixes have a role of their own"


def _who(found: Leak) -> str:
    names = [each.user for each in found.falling]
    if not names:
        return "anyone who is in no mapping falls" if found.anyone else "nobody falls"
    if found.anyone:
        return f"{_names(names)}, and anyone else who is in no mapping, fall"
    return f"{_names(names)} {'fall' if len(names) > 1 else 'falls'}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")
