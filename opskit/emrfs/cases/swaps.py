"""Whether two neighbouring mappings can be swapped without a change, and who notices if not."""

from collections.abc import Iterator
from typing import NamedTuple

from opskit.emrfs import prefixes
from opskit.emrfs.model import Design, Kind, RoleMapping
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolver

SOMEBODY = "somebody"


class Witness(NamedTuple):
    """A request that both of two mappings match, and none above them."""

    user: str
    groups: tuple[str, ...]
    path: Path

    @property
    def words(self) -> str:
        groups = f" in {' and '.join(self.groups)}" if self.groups else ""
        return f"{self.user}{groups} at {self.path.uri}"


def witness(resolver: Resolver, upper: RoleMapping, lower: RoleMapping) -> Witness | None:
    """Somebody at a place where the order of two neighbours decides; None where it never does.

    A user who is not in the directory may be in any groups, unless the directory is complete.
    """
    design = resolver.design
    if design.arn(upper.role) == design.arn(lower.role):
        return None
    texts = list(_texts(resolver, upper, lower))
    for user, groups in _people(design, upper, lower):
        if resolver.by_name(user, groups) not in (None, upper.index, lower.index):
            continue
        for text in texts:
            bucket, _, key = text.partition("/")
            found = Witness(user, groups, Path(bucket, key))
            if resolver.index(user, groups, found.path) == upper.index:
                return found
    return None


def _texts(resolver: Resolver, upper: RoleMapping, lower: RoleMapping) -> Iterator[str]:
    """Places that would do: one for each range of those below the prefixes that are mapped."""
    placed = [each for each in (upper, lower) if each.kind is Kind.PREFIX]
    if not placed:
        wanted = {None, *range(lower.index + 1, len(resolver.design.mappings))}
        yield from (
            _valid(text)
            for text, first in zip(*resolver.spans, strict=True)
            if first in wanted and _valid(text)
        )
        return
    for identifier in placed[-1].identifiers:
        prefix = prefixes.normal(identifier.text)
        for start, end in prefixes.spans(prefix, resolver.match):
            inside = [s for s in resolver.spans.starts if s > start and (end is None or s < end)]
            yield from filter(None, map(_valid, [start, *inside]))


def _valid(text: str) -> str:
    """A text that can be a place, as near to the start of a range as may be; empty for none."""
    bucket, slash, _ = text.partition("/")
    if not prefixes.BUCKET.fullmatch(bucket or "x"):
        return ""
    return text if slash else f"{text or 'some-bucket'}/"


def _people(
    design: Design, upper: RoleMapping, lower: RoleMapping
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """People whom both mappings match by name, as far as they ask for names."""
    named = [each for each in (upper, lower) if each.kind is not Kind.PREFIX]
    if not named:
        yield SOMEBODY, ()
        return
    for user, groups in _known(design):
        if all(_matches(each, user, groups) for each in named):
            yield user, groups
    if design.directory.complete:
        return
    users = [set(_names(each)) for each in named if each.kind is Kind.USER]
    mapped = [list(_names(each)) for each in named if each.kind is Kind.GROUP]
    strangers = set.intersection(*users) - set(design.directory.users) if users else {SOMEBODY}
    for user in sorted(strangers):
        for first in mapped[0] if mapped else [""]:
            for second in mapped[1] if len(mapped) > 1 else [first]:
                counted = tuple(dict.fromkeys(filter(None, (first, second))))
                if len(counted) < 2 or design.groups == "all":
                    yield user, counted


def _known(design: Design) -> Iterator[tuple[str, tuple[str, ...]]]:
    for user, groups in design.directory.users.items():
        yield user, groups[:1] if design.groups == "primary" else groups


def _names(mapping: RoleMapping) -> Iterator[str]:
    return (identifier.text for identifier in mapping.identifiers)


def _matches(mapping: RoleMapping, user: str, groups: tuple[str, ...]) -> bool:
    names = set(_names(mapping))
    return user in names if mapping.kind is Kind.USER else not names.isdisjoint(groups)
