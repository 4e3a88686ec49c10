"""IAM policies as they are evaluated: statements with their places.

Grammar: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from opskit.findings import Location

Effect = Literal["Allow", "Deny"]
#: From the keys and indexes that lead to a part of a policy to the part's place in a file.
Locate = Callable[[Sequence[str | int]], Location | None]


class Condition(NamedTuple):
    """One operator over one key: `StringLike`, `s3:prefix`, and the values, any of which does."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement. Of each pair (`actions` and `not_actions` ...) one at most is not None.

    `principals` maps the kind (AWS, Service, Federated, CanonicalUser) to the values; a principal
    of `*` is `{"AWS": ("*",)}`. `faults` says what keeps it from being understood.
    """

    policy: str
    index: int
    effect: Effect
    sid: str = ""
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    principals: Mapping[str, tuple[str, ...]] | None = None
    not_principals: Mapping[str, tuple[str, ...]] | None = None
    conditions: tuple[Condition, ...] = ()
    faults: tuple[str, ...] = ()
    location: Location | None = None

    @property
    def label(self) -> str:
        """As messages call it: the policy, and the statement's Sid or its index."""
        return f"{self.policy} {self.sid or f'Statement[{self.index}]'}"


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy document. `source` is the plain JSON it came from, to be written again."""

    name: str
    statements: tuple[Statement, ...]
    version: str = "2008-10-17"
    source: Mapping[str, Any] = field(default_factory=dict)
    location: Location | None = None
    faults: tuple[str, ...] = ()


def _nowhere(path: Sequence[str | int]) -> Location | None:
    return None


def parse(source: object, name: str, locate: Locate = _nowhere) -> Policy:
    """A policy from its plain JSON. What is not grammar is a fault, never an error."""
    if not isinstance(source, Mapping):
        return Policy(name, (), faults=("a policy is a JSON object",), location=locate(()))
    written = source.get("Statement", ())
    listed = written if isinstance(written, list) else [written] if written else []
    prefixes = [("Statement", i) if isinstance(written, list) else ("Statement",) for i in range(len(listed))]
    statements = tuple(
        _statement(statement, name, index, locate(prefix))
        for index, (statement, prefix) in enumerate(zip(listed, prefixes, strict=True))
    )
    version = source.get("Version", "2008-10-17")
    faults = () if listed else ("it has no Statement",)
    return Policy(name, statements, str(version), source, locate(()), faults)


def _statement(source: object, policy: str, index: int, location: Location | None) -> Statement:
    if not isinstance(source, Mapping):
        return Statement(policy, index, "Deny", faults=("a statement is a JSON object",))
    faults = [f"unknown key {key!r}" for key in source if key not in _KEYS]
    effect = source.get("Effect")
    if effect not in ("Allow", "Deny"):
        faults.append(f"Effect is {effect!r}")
    return Statement(
        policy,
        index,
        effect="Allow" if effect == "Allow" else "Deny",
        sid=str(source.get("Sid", "")),
        actions=_texts(source.get("Action")),
        not_actions=_texts(source.get("NotAction")),
        resources=_texts(source.get("Resource")),
        not_resources=_texts(source.get("NotResource")),
        principals=_principals(source.get("Principal")),
        not_principals=_principals(source.get("NotPrincipal")),
        conditions=tuple(_conditions(source.get("Condition"))),
        faults=tuple(faults),
        location=location,
    )


_KEYS = frozenset(
    ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource")
    + ("Principal", "NotPrincipal", "Condition")
)


def _texts(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(map(_text, value)) if isinstance(value, list) else (_text(value),)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _principals(value: object) -> Mapping[str, tuple[str, ...]] | None:
    if isinstance(value, Mapping):
        return {str(kind): _texts(texts) or () for kind, texts in value.items()}
    return None if value is None else {"AWS": _texts(value) or ()}


def _conditions(value: object) -> Iterator[Condition]:
    if isinstance(value, Mapping):
        for operator, keys in value.items():
            if isinstance(keys, Mapping):
                for key, values in keys.items():
                    yield Condition(str(operator), str(key), _texts(values) or ())
