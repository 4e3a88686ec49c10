"""What `opskit storage hybrid` found, as people see it, and what it warns of."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from opskit.output import Table
    from opskit.storage.hybrid.costs import Costs
    from opskit.storage.hybrid.division import Division
    from opskit.storage.hybrid.rules import Plan


def emit(plan: "Plan", found: "Division", priced: "Costs", output: str | None) -> None:
    """The rules with what falls under them; for people also what it comes to."""
    from opskit.commands.results import finish_rows, output_format
    from opskit.output import ROWS, write

    fmt = output_format(output, ROWS)
    finish_rows(_table(plan, found, priced, fmt), fmt)
    if fmt == "table":
        write(_below(plan, found, priced))


def _table(plan: "Plan", found: "Division", priced: "Costs", fmt: str) -> "Table":
    from opskit.output import Column, Table
    from opskit.storage.hybrid import rows

    if fmt in ("table", "md"):
        columns = [
            Column("rule", least=20),
            Column("to", least=16),
            Column("files", align="right"),
            Column("size", align="right"),
        ]
        if found.unsure:
            columns.append(Column("maybe", "perhaps also", align="right"))
        return Table(rows.SCHEMA, columns, [rows.shown_rule(each) for each in found.shares])
    made = [rows.rule(each) for each in found.shares]
    names = [name for name in made[0] if name != "examples"]
    return Table(rows.SCHEMA, names, made, key="rules", extra=rows.about(plan, found, priced))


def _below(plan: "Plan", found: "Division", priced: "Costs") -> str:
    """The largest files of each rule that moves some, and the amounts."""
    from opskit.output import fitted
    from opskit.output.text import one_line, pad, width
    from opskit.storage.hybrid import rows
    from opskit.storage.profile.tally import shown
    from opskit.storage.units import shown_size

    lines = []
    for share in found.shares:
        if share.moves and share.files:
            files = (f"{shown(each.path)} ({shown_size(each.size)})" for each in share.files)
            assert share.rule is not None
            lines.append(fitted(one_line(f"{share.rule.name}: {', '.join(files)}")))
    if lines:
        lines = ["", "the largest files that move:", *lines]
    pairs = list(rows.summary(plan, priced))
    wide = max((width(words) for words, _ in pairs), default=0)
    right = max((width(amount) for _, amount in pairs), default=0)
    lines += [""] if pairs else []
    lines += [f"{pad(words, wide)}  {pad(amount, right, True)}" for words, amount in pairs]
    return "".join(f"{line}\n" for line in lines)


def say(found: "Division", priced: "Costs", today: "date") -> None:
    """What is to be known: rules without effect, what nobody can tell, doubtful prices."""
    from opskit.commands.storage.profile_text import say_notes
    from opskit.output import message, warn
    from opskit.storage.bill.lines import FRESH_DAYS

    say_notes(found)
    for share in found.shares:
        if share.rule and share.empty:
            warn(f"nothing falls under the rule {share.rule.name!r}: is it written as it is meant?")
    for doubt in _doubts(found):
        warn(doubt)
    for reason in priced.unknown:
        warn(reason)
    for each in priced.clouds:
        for reason in each.doubts:
            message(f"* {each.provider.name} {each.region.name}: {reason}")
    if priced.before is None:
        message("note: what it saves is not told: the rules have no `local: {cost: ...}`")
    if priced.saved is not None and priced.saved < 0:
        warn("it costs more in the cloud than it saves here")
    if priced.oldest and (today - priced.oldest).days > FRESH_DAYS:
        age = (today - priced.oldest).days
        warn(f"prices are up to {age} days old (read on {priced.oldest}), and may have changed")


def _doubts(found: "Division") -> "Iterator[str]":
    """Why it is not known of a part of a profile which rule it falls under."""
    from opskit.storage.units import shown_count, shown_size

    if not found.unsure:
        return
    objects, size = (sum(getattr(c, name) for c in found.unsure) for name in ("objects", "bytes"))
    yield (
        f"of {shown_count(objects)} files ({shown_size(size)}) nobody can tell from a profile "
        "which rule they fall under; name the folder instead"
    )
    for rule in found.doubtful:
        why = (
            "paths, and a profile has none"
            if rule.needs_paths
            else "a size or time at which the profile is not cut"
        )
        yield f"the rule {rule.name!r} goes by {why}"


def status(found: "Division", priced: "Costs | None" = None) -> int:
    """3 where something is open, 4 where a part could not be read, else 0."""
    from opskit.errors import ExitCode

    if found.unsure or (priced and priced.unknown):
        return ExitCode.UNKNOWN
    return ExitCode.PARTIAL if found.skipped else ExitCode.OK
