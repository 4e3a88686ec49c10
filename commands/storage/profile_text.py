"""A profile as people see it: what is stored in all, by class, by size and by age."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opskit.output import Record
    from opskit.storage.hybrid.division import Division
    from opskit.storage.profile.model import Profile

_AMOUNTS = (("objects", ""), ("of_objects", "of all"), ("size", ""), ("of_size", "of all"))


def say_notes(found: "Profile | Division") -> None:
    """Say what is to be known of what was read, and warn of parts that could not be."""
    from opskit.output import message, warn

    for text in found.skipped:
        warn(text)
    for text in found.notes:
        message(f"note: {text}")


def record(found: "Profile") -> "Record":
    """The profile as the document that other commands read, and as tables for people."""
    from opskit.output import Record
    from opskit.storage.profile.document import SCHEMA, to_json

    fields = {name: value for name, value in to_json(found).items() if name != "schema"}
    return Record(SCHEMA, fields, "\n".join(_blocks(found)))


def _blocks(found: "Profile") -> Iterator[str]:
    """Texts that each end in a newline."""
    from opskit.output import fitted
    from opskit.output.text import one_line
    from opskit.storage.profile import summary

    yield fitted(one_line(_headline(found))) + "\n"
    if classes := summary.by_class(found):
        yield _table(classes, "class", "class")
    if sizes := summary.by_size(found):
        yield _table(sizes, "size_range", "size of objects") + fitted(summary.small(found)) + "\n"
    if ages := summary.by_age(found):
        yield _table(ages, "since", "since the last change")
        if "read_objects" in ages[0]:
            read = [_only_read(row) for row in ages]
            yield _table(read, "since", "since the last read")
    if beside := "".join(f"{fitted(line)}\n" for line in _beside(found)):
        yield beside


def _headline(found: "Profile") -> str:
    from opskit.storage.units import shown_count, shown_size

    place = " ".join(part for part in (found.provider, found.region) if part)
    where = (found.source or "a profile") + (f" ({place})" if place else "")
    day = f", {found.taken_on}" if found.taken_on else ""
    objects = f"{shown_count(found.objects)} object{'' if found.objects == 1 else 's'}"
    text = f"{where}{day}: {objects}, {shown_size(found.bytes)}"
    if found.objects:
        text += f", {shown_size(found.bytes // found.objects)} on the average"
    return text


def _beside(found: "Profile") -> Iterator[str]:
    """What is no object: uploads, the month's use, and how a sample was taken."""
    from opskit.storage.units import shown_count, shown_size

    if found.uploads or found.upload_bytes:
        size = f", {shown_size(found.upload_bytes)}" if found.upload_bytes else ""
        yield f"uploads begun and not completed: {shown_count(found.uploads)}{size}"
    monthly = found.monthly
    uses = [f"{shown_size(monthly.egress)} sent"] if monthly.egress else []
    for name in ("reads", "writes", "lists"):
        if number := getattr(monthly, name):
            uses.append(f"{shown_count(number)} {name}")
    if uses:
        yield f"in a month: {', '.join(uses)}"
    if found.sample:
        yield _sampled(found.sample)


def _sampled(sample: Mapping[str, Any]) -> str:
    """How a sample was taken, and how wrong its numbers may be."""
    from opskit.storage.profile.gaps import words

    calls = sample.get("calls")
    if sample.get("exact"):
        return f"{calls} requests, which sufficed for all of it"
    share = sample.get("share")
    saw = "no more than this" if share is None else f"{share:.1%} of the objects"
    more = " and cannot tell how much more there is" if share is None else ""
    text = f"a sample of {calls} requests, which saw {saw}{more}"
    if not sample.get("interval"):
        return f"{text}; no interval: {sample.get('why')}"
    return f"{text}; {words(sample)}: {sample.get('why')}"


def _only_read(row: Mapping[str, str]) -> dict[str, str]:
    return {"since": row["since"]} | {name: row[f"read_{name}"] for name, _ in _AMOUNTS}


def _table(rows: Sequence[Mapping[str, str]], key: str, title: str) -> str:
    from opskit.output import Column, Format, Table, render_rows

    amounts = [Column(name, heading, align="right", least=6) for name, heading in _AMOUNTS]
    return render_rows(Table("", [Column(key, title), *amounts], rows), Format.TABLE)
