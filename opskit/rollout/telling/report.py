"""Verdicts as a report of findings, for JUnit, SARIF and annotations at the manifest's line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from opskit.errors import OpskitError
from opskit.findings import Finding, Location, Report, Severity
from opskit.rollout.judge.judging import RULES
from opskit.rollout.kinds import kind_of
from opskit.rollout.telling import words
from opskit.rollout.telling.told import STATUS_SCHEMA, verdict_fields
from opskit.rollout.verdict import Outcome, Verdict

#: Where the image of a container stands, by kind, name and container; "" is the first container.
Locations = Mapping[tuple[str, str, str], Location]


def report(
    verdicts: Sequence[Verdict], locations: Locations | None = None, schema: str = STATUS_SCHEMA
) -> Report:
    """One finding a rollout that is not complete; the complete ones are what passed."""
    several = len({each.cluster for each in verdicts}) > 1
    return Report(
        schema,
        [_finding(each, locations or {}, several) for each in _bad(verdicts)],
        checked=len(verdicts),
        unit="rollout",
        passed=[
            words.name(each, cluster=several)
            for each in verdicts
            if each.outcome is Outcome.COMPLETE
        ],
    )


def _bad(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [each for each in verdicts if each.outcome is not Outcome.COMPLETE]


def _finding(verdict: Verdict, locations: Locations, several: bool) -> Finding:
    """The root cause; what else is wrong is told beside it."""
    first, *others = verdict.causes
    found = RULES.run([replace(verdict, causes=[first])])
    finding = found[0] if found else Finding(first.message, rule=first.code)
    finding.object = words.name(verdict, cluster=several)
    finding.location = location(verdict, locations)
    if verdict.outcome is not Outcome.FAILED:  # it may still end well
        finding.severity = Severity.UNKNOWN
    besides = [f"{each.object} {each.container}".strip() + f": {each.message}" for each in others]
    told = {"besides": "\n".join(besides), "rolled back": verdict.rolled_back}
    finding.told = {**finding.told, **{name: text for name, text in told.items() if text}}
    finding.data = {**finding.data, "verdict": verdict_fields(verdict)}
    return finding


def location(verdict: Verdict, locations: Locations) -> Location | None:
    """The line of the image of the container that failed, or of the workload's first one."""
    kind, name = verdict.target.kind.name, verdict.target.name
    container = verdict.causes[0].container if verdict.causes else ""
    return locations.get((kind, name, container)) or locations.get((kind, name, ""))


def locate(files: Iterable[str | Path]) -> dict[tuple[str, str, str], Location]:
    """Where manifests name the images of their workloads; what cannot be read is left out.

    It is the second reading of files that were understood, so that nothing is lost by silence.
    """
    found: dict[tuple[str, str, str], Location] = {}
    for file in files:
        try:
            found |= {key: at for key, at in _in_file(file).items() if key not in found}
        except OpskitError:
            continue
    return found


def _in_file(file: str | Path) -> dict[tuple[str, str, str], Location]:
    from opskit.documents import decode_text
    from opskit.files import display_name, read_bytes
    from opskit.nodes import Lines, Trouble
    from opskit.rollout.edit.spot import Spot
    from opskit.rollout.edit.stream import Stream, documents, parts
    from opskit.rollout.edit.workloads import containers

    found: dict[tuple[str, str, str], Location] = {}
    if str(file) == "-":  # stdin has been read
        return found
    text = decode_text(read_bytes(file), display_name(file))
    stream = Stream(str(file), text, Lines(text))
    try:
        for part in parts(stream):
            for document in documents(part):
                root = Spot(document, document.root)
                kind = root.get("kind") if root.is_map else None
                for slot in containers(root, (kind.text if kind else None) or ""):
                    word, _, name = slot.owner.partition("/")
                    known = kind_of(word)
                    if known is not None:
                        at = Location(stream.name, *stream.lines.at(slot.spot.start))
                        found.setdefault((known.name, name, slot.name), at)
                        found.setdefault((known.name, name, ""), at)
    except Trouble:
        return found
    return found
