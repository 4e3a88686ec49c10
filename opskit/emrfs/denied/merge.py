"""Denials with the same answer, told once with all of their places."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from opskit.emrfs.denied.verdict import Explained


def merged(found: Sequence[Explained]) -> list[Explained]:
    """Those with one answer as one: counts added up, and a change that covers every place."""
    kept: dict[Hashable, list[Explained]] = {}
    for each in found:
        kept.setdefault(_answer(each), []).append(each)
    return [_one(alike) for alike in kept.values()]


def _answer(found: Explained) -> Hashable:
    """All that is told of a denial but its place in the bucket."""
    denial, grant = found.seen.denial, found.grant
    return (
        *(found.verdict, found.layer, found.why, found.fallback, found.missing, _notes(found)),
        *(found.role and str(found.role.arn), tuple(m.index for m in found.mappings)),
        *(found.users, found.iam and found.iam.effect, id(found.iam and found.iam.statement)),
        grant._replace(resources=()) if grant is not None else found.fix,
        replace(denial, place=None),
        denial.place and denial.place.bucket,
        tuple(
            (c.mapping.index if c.mapping else None, c.users, c.denied, c.unknown)
            for c in found.candidates
        ),
    )


def _notes(found: Explained) -> tuple[str, ...]:
    """The notes as they read for many places."""
    place = found.seen.denial.place
    if place is None:
        return found.notes
    own, any_of_them = f": {place.uri} is not below ", ": each place is not below "
    return tuple(note.replace(own, any_of_them) for note in found.notes)


def _one(alike: Sequence[Explained]) -> Explained:
    first = alike[0]
    seen = replace(first.seen, count=sum(each.seen.count for each in alike))
    places = dict.fromkeys(each.seen.denial.place for each in alike)
    told = replace(first, seen=seen, places=tuple(place for place in places if place is not None))
    if len(places) > 1:
        told = replace(told, notes=_notes(first))
    if first.grant is None:
        return told
    resources = dict.fromkeys(arn for each in alike if each.grant for arn in each.grant.resources)
    grant = first.grant._replace(resources=tuple(resources))
    return replace(told, grant=grant, fix=grant.text())
