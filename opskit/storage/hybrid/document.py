"""The document of the rules on what stays and what moves."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

_Size = Annotated[str, Meta(pattern=r"^\s*[0-9][0-9_.]*\s*[A-Za-z]*\s*$")]
_Time = Annotated[str, Meta(pattern=r"^\s*[0-9][0-9_]*\s*[A-Za-z]*\s*$")]
_Words = Annotated[str, Meta(min_length=1)]


class TargetDocument(Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """A place of the catalog; 'opskit storage catalog show' lists them."""

    provider: Annotated[str, Meta(description="aws, b2, gcs...")]
    class_: Annotated[str, Meta(description="The provider's first if not set.")] = ""
    region: Annotated[str, Meta(description="The provider's first if not set.")] = ""
    speed: Annotated[str, Meta(description="How fast it is recalled; the cheapest if not set.")] = (
        ""
    )


class RuleDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes to fall under the rule, all of it, and what becomes of it then."""

    name: _Words
    match: Annotated[
        str | tuple[str, ...],
        Meta(description="Paths as in .gitignore, of which one has to fit: accounting/**."),
    ] = ()
    extensions: Annotated[
        tuple[_Words, ...], Meta(description="Ends of names, one has to fit: pdf, tar.gz.")
    ] = ()
    larger: Annotated[_Size | None, Meta(description="At least this size: 1MiB.")] = None
    smaller: Annotated[_Size | None, Meta(description="Below this size.")] = None
    untouched: Annotated[
        _Time | None,
        Meta(description="Neither read nor changed for: 1y. Reads count where they are known."),
    ] = None
    unchanged: Annotated[_Time | None, Meta(description="Not changed for: 90d.")] = None
    changed: Annotated[_Time | None, Meta(description="Changed within the last: 30d.")] = None
    to: Annotated[TargetDocument | None, Meta(description="Where it moves.")] = None
    keep: Annotated[Literal["local"] | None, Meta(description="It stays here.")] = None


class LocalDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """What it costs to keep data here."""

    cost: Annotated[str, Meta(description="All in all, from disks to people: 25 USD/TB-month.")]


class RulesDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """Rules in order: the first that fits decides, and what none fits stays."""

    rules: Annotated[tuple[RuleDocument, ...], Meta(min_length=1)]
    local: Annotated[LocalDocument | None, Meta(description="Without it no saving is told.")] = None
    recall: Annotated[
        str | None, Meta(description="The part of what moved that is read back in a month: 1%.")
    ] = None
