"""The document of policy tests (`opskit schema emrfs-cases`)."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from opskit.decode import decode
from opskit.documents import Document, Problems, read_document
from opskit.emrfs import prefixes
from opskit.emrfs.iam.actions import s3_action
from opskit.errors import UsageError

#: What `role` says where no mapping decides.
BASE = "base"


class Expect(Struct, frozen=True, forbid_unknown_fields=True):
    """What should come out: any of the three, at least one."""

    role: Annotated[
        str | None, Meta(description="The name or ARN of the role; `base` for the base role.")
    ] = None
    decision: Annotated[
        Literal["allow", "deny", "implicit-deny", "denied", "unknown"] | None,
        Meta(description="IAM's decision; `denied` is deny or implicit-deny."),
    ] = None
    reason: Annotated[
        str | None,
        Meta(description="A part of what decides: an identifier, a statement's Sid, a policy."),
    ] = None

    def __post_init__(self) -> None:
        if self.role is None and self.decision is None and self.reason is None:
            raise ValueError("give role, decision or reason")


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One test."""

    user: Annotated[str, Meta(description="A Hadoop user.", min_length=1)]
    path: Annotated[str, Meta(description="A place, as s3://bucket/folder/object.")]
    expect: Expect
    action: Annotated[str, Meta(description="What is done there.")] = "s3:GetObject"
    groups: Annotated[
        tuple[str, ...] | None, Meta(description="The user's groups; else the directory's.")
    ] = None
    name: Annotated[str, Meta(description="What reports call the test.")] = ""

    @property
    def title(self) -> str:
        """The name, or what is asked."""
        groups = f" ({', '.join(self.groups)})" if self.groups else ""
        return self.name or f"{self.user}{groups} {self.action} {self.path}"


class CasesDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """Policy tests for role mappings."""

    cases: Annotated[tuple[Case, ...], Meta(description="The tests.", min_length=1)]


def load(source: str | Path) -> tuple[CasesDocument, Document]:
    """The tests in a file (`-` is stdin), and the file. One InputError lists all problems."""
    document = read_document(source)
    made = decode(document, CasesDocument)
    problems = Problems(document)
    for index, case in enumerate(made.cases):
        for key, check, text in (
            ("path", prefixes.path, case.path),
            ("action", s3_action, case.action),
        ):
            try:
                check(text)
            except UsageError as error:
                node = document.node(("cases", index))
                items = getattr(node, "items", {})
                start = items[key][1].start if key in items else node.start
                problems.add(start, f"`cases[{index}].{key}`: {error.message}", error.hint)
    problems.check()
    return made, document
