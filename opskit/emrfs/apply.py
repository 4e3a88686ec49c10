"""Security configurations created under new names, and those that no cluster uses removed.

EMR has no call that changes one: each content gets a name of its own, made of the design's name
and a hash of the content, so that applying twice finds what is there.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from opskit.clients.aws import MissingError
from opskit.emrfs.build import securityconfig
from opskit.emrfs.formats.securityconfig import without_added
from opskit.emrfs.live.emr import Emr, Running
from opskit.emrfs.model import Design
from opskit.emrfs.naming import family_of, name_of
from opskit.emrfs.rules import RULES
from opskit.errors import InputError, OpskitError
from opskit.unified import unified

Action = Literal["create", "keep", "delete"]


@dataclass(frozen=True, slots=True)
class Step:
    """What is done with one security configuration, and the clusters that use it."""

    action: Action
    name: str
    why: str
    clusters: tuple[Running, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done. `text` is the new content, `diff` what it changes against `before`."""

    name: str
    text: str
    steps: tuple[Step, ...]
    before: str = ""
    diff: str = ""
    total: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def changes(self) -> list[Step]:
        return [step for step in self.steps if step.action != "keep"]


def plan(design: Design, emr: Emr, *, base: str = "", clean_up: bool = False) -> Plan:
    """What applying a design comes to; nothing is changed.

    InputError where there is no name, or another content has the new one; UnknownError where EMR
    cannot be asked.
    """
    text = securityconfig.render(design)
    _refuse_open(design, text)
    base = base or design.name
    if not base:
        raise InputError(
            "the security configuration has no name",
            where=design.source,
            hint="write 'name:' into the document, or give --name",
        )
    name = name_of(base, text)
    there = _content(emr, name)
    if there is not None and not same(there, json.loads(text)):
        raise InputError(
            "EMR has another content under this name", where=name, hint="give another --name"
        )
    names = emr.names()
    family = family_of(names, base)
    running = list(emr.running())
    new = _new(name, there is not None, running)
    before = _before(family, running, name)
    return Plan(
        name,
        text,
        (new, *_others(family, name, running, clean_up=clean_up)),
        before,
        _diff(emr, before, text) if before else "",
        len(names),
        tuple(_notes(design, len(names), new)),
    )


def _refuse_open(design: Design, text: str) -> None:
    """InputError where the content holds what another tool has to fill in."""
    found = re.search(r"[$#]\{[^}]*\}?|\{\{[^}]*", text)
    if found:
        raise InputError(
            f"{found[0][:100]} is an expression of another tool",
            where=design.source,
            hint="write its value; EMR would take it as it is",
        )


def _content(emr: Emr, name: str) -> dict[str, Any] | None:
    try:
        return emr.configuration(name)
    except MissingError:
        return None


def same(one: object, other: object) -> bool:
    """Whether two configurations are one, but for what the service adds by itself."""
    return bool(without_added(one) == without_added(other))


def _new(name: str, exists: bool, running: Sequence[Running]) -> Step:
    using = tuple(each for each in running if each.configuration == name)
    if exists:
        return Step("keep", name, "it is there with this content", using)
    return Step("create", name, "no configuration has this content", using)


def _others(
    family: Sequence[str], name: str, running: Sequence[Running], *, clean_up: bool
) -> Iterator[Step]:
    for other in family:
        using = tuple(each for each in running if each.configuration == other)
        if other == name:
            continue
        if using:
            yield Step("keep", other, _used(using), using)
        elif clean_up:
            yield Step("delete", other, "no cluster uses it")
        else:
            yield Step("keep", other, "no cluster uses it; --clean-up deletes it")


def _used(using: Sequence[Running]) -> str:
    return f"{len(using)} cluster{'s use' if len(using) > 1 else ' uses'} it"


def _before(family: Sequence[str], running: Sequence[Running], name: str) -> str:
    """What the new content is compared with: what most clusters use, else the newest."""
    used = [each.configuration for each in running if each.configuration in family]
    others = [each for each in family if each != name]
    if used:
        return max(dict.fromkeys(used), key=used.count)
    return others[0] if others else ""


def _diff(emr: Emr, before: str, text: str) -> str:
    old = _content(emr, before)
    if old is None or same(old, json.loads(text)):
        return ""
    return unified(before, _written(old), _written(json.loads(text)))


def _written(source: Mapping[str, Any]) -> str:
    return json.dumps(without_added(source), indent=2, sort_keys=True) + "\n"


def _notes(design: Design, total: int, new: Step) -> Iterator[str]:
    """What the rules say of as many security configurations as there will be."""
    after = total + (new.action == "create")
    for finding in RULES.run(replace(design, in_account=after), select=["EMR052"]):
        yield f"{finding.message} ({finding.rule}); {finding.fix}"


def carry_out(made: Plan, emr: Emr) -> Iterator[tuple[Step, OpskitError | None]]:
    """Do it, the creation first: each step with the error that kept it from being done.

    Nothing is deleted where the creation failed.
    """
    for step in made.changes:
        try:
            if step.action == "create":
                emr.create(step.name, made.text)
            else:
                emr.delete(step.name)
        except MissingError:
            yield step, None  # somebody else deleted it
        except OpskitError as error:
            yield step, error
            if step.action == "create":
                return
        else:
            yield step, None
