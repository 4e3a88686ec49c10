"""Mappings while they are optimized: what is left of each, and which have become one."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping

#: What EMRFS may end an identifier or a mapping at: it keeps them as one text.
_ENDS = re.compile("[;,]")
#: A placeholder that stands for the same wherever it is written: `${Role.Arn}`, `${var.role}`.
_REFERENCE = re.compile(r"\$\{(?!Fn::)(?:ImportValue )?[\w.:/\[\]\"-]+\}")


@dataclass(eq=False, slots=True)
class Part:
    """The mappings it was made of, the first of which gives its form, and the identifiers that are
    left. `role` is comparable. `is_open` says that it is not known whom or what an identifier
    matches, or which role it is: such a mapping stays as it is, and where it is.
    """

    members: list[RoleMapping]
    identifiers: list[Identifier]
    role: str
    is_open: bool

    @property
    def kind(self) -> Kind:
        return self.members[0].kind

    @property
    def index(self) -> int:
        return self.members[0].index

    @property
    def label(self) -> str:
        return self.members[0].label


class Step(NamedTuple):
    """One change, and why nobody notices. `mapping` is as it was; `other` is the one that it goes
    into (merge) or behind (move).
    """

    action: Literal["drop", "merge", "move"]
    mapping: RoleMapping
    identifiers: tuple[str, ...]
    other: RoleMapping | None
    why: str


def parts(design: Design) -> list[Part]:
    """Every mapping as a part of its own."""
    return [
        Part([each], list(each.identifiers), role, _is_open(each))
        for each, role in zip(design.mappings, roles(design), strict=True)
    ]


def roles(design: Design) -> list[str]:
    """The roles of the mappings, to be compared.

    Different roles may be written the same where only a deployment tells them (`${If Production}`).
    Each of those is another one here; they are counted from the top, and keep their order.
    """
    return list(_roles(design))


def _roles(design: Design) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for mapping in design.mappings:
        text = str(design.arn(mapping.role))
        if _ambiguous(text):
            seen[text] += 1
            text = f"{text} {seen[text]}"
        yield text


def unclear(text: str) -> bool:
    """Whether it is not known what an identifier matches: another tool fills it in, or EMRFS may
    read it otherwise than it is written (a `;` ends an identifier).
    """
    return bool(
        PLACEHOLDER.search(text)
        or _ENDS.search(text)
        or not text.isprintable()
        or text != text.strip()
        or not text
    )


def _is_open(mapping: RoleMapping) -> bool:
    return _ambiguous(mapping.role) or any(unclear(each.text) for each in mapping.identifiers)


def _ambiguous(role: str) -> bool:
    """Whether the text of a role does not tell which it is, not even that it is the same as another
    of the same text.
    """
    for _ in range(4):  # from the inside: `${ImportValue ${Stack}-role}`
        role = _REFERENCE.sub("x", role)
    return bool(PLACEHOLDER.search(role))


def labels(mappings: Iterable[RoleMapping], most: int = 3) -> str:
    """A list of mappings, cut where it gets long."""
    listed = [mapping.label for mapping in mappings]
    if len(listed) > most:
        return f"{', '.join(listed[:most])} and {len(listed) - most} more"
    return " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
