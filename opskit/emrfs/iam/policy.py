"""IAM policies as they are evaluated: statements with their places.

Grammar: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    of `*` is `{"AWS": ("*",)}`. `faults` says what keeps it from being understood. Where the Effect
    is none, `effect_unknown` says so.
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
    effect_unknown: bool = False

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
    written = source.get("Statement")
    many = isinstance(written, list)
    listed = written if isinstance(written, list) else [] if written is None else [written]
    statements = tuple(
        _statement(each, name, index, locate(("Statement", index) if many else ("Statement",)))
        for index, each in enumerate(listed)
    )
    faults = [f"unknown key {key!r}" for key in source if key not in _POLICY_KEYS]
    version = str(source.get("Version", "2008-10-17"))
    if version not in _VERSIONS:
        faults.append(f"Version is {_short(version)}, which is none")
    if not listed:
        faults.append("it has no Statement")
    return Policy(name, _distinct(statements), version, source, locate(()), tuple(faults))


#: Begins what is no fault of whoever wrote a policy.
UNTOLD = "only a deployment tells "


def unsure(policy: Policy, what: str) -> Policy:
    """The same where a template makes it or not: no statement of it applies for sure."""
    fault = f"{UNTOLD}whether {what} is there"
    made = (replace(each, faults=(*each.faults, fault)) for each in policy.statements)
    return replace(policy, statements=tuple(made))


_POLICY_KEYS = frozenset(("Version", "Id", "Statement"))
_VERSIONS = ("2008-10-17", "2012-10-17")
_KEYS = frozenset(
    ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource")
    + ("Principal", "NotPrincipal", "Condition")
)


def _distinct(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """IAM takes a Sid once in a policy; the second of one name is a fault."""
    seen: set[str] = set()
    found: list[Statement] = []
    for each in statements:
        if each.sid and each.sid in seen:
            each = replace(each, faults=(*each.faults, f"Sid {each.sid!r} stands here twice"))
        seen.add(each.sid)
        found.append(each)
    return tuple(found)


def _statement(source: object, policy: str, index: int, location: Location | None) -> Statement:
    if not isinstance(source, Mapping):
        faults = ("a statement is a JSON object",)
        return Statement(
            policy, index, "Deny", faults=faults, location=location, effect_unknown=True
        )
    read = _Reader(source)
    effect = source.get("Effect")
    if effect not in ("Allow", "Deny"):
        read.faults.append("it has no Effect" if effect is None else f"Effect is {_short(effect)}")
    sid = source.get("Sid", "")
    if not isinstance(sid, str):
        read.faults.append(f"Sid is {_short(sid)}, not a text")
    actions, not_actions = read.texts("Action"), read.texts("NotAction")
    read.actions(actions or not_actions or ())
    resources, not_resources = read.texts("Resource"), read.texts("NotResource")
    read.resources(resources or not_resources or ())
    return Statement(
        policy,
        index,
        effect="Allow" if effect == "Allow" else "Deny",
        sid=str(sid),
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=read.principals("Principal"),
        not_principals=read.principals("NotPrincipal"),
        conditions=tuple(read.conditions(source.get("Condition"))),
        faults=(*read.faults, *read.pairs()),
        location=location,
        effect_unknown=effect not in ("Allow", "Deny"),
    )


class _Reader:
    """The parts of one statement, and what is wrong with them."""

    def __init__(self, source: Mapping[Any, Any]) -> None:
        self._source = source
        self.faults = [f"unknown key {_short(key)}" for key in source if key not in _KEYS]

    def pairs(self) -> Iterator[str]:
        """What stands in the place of something else, or not at all."""
        for one in ("Action", "Resource", "Principal"):
            if one in self._source and f"Not{one}" in self._source:
                yield f"both {one} and Not{one}"
        if not self._source.keys() & {"Action", "NotAction"}:
            yield "neither Action nor NotAction"
        if not self._source.keys() & _PLACES:
            yield "neither Resource nor Principal"

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Of two that exclude each other the plain one counts."""
        if key not in self._source or (key.startswith("Not") and key[3:] in self._source):
            return None
        return self._list(self._source[key], key)

    def actions(self, listed: Sequence[str]) -> None:
        self.faults += [
            f"{_short(each)} is no action; write service:Action"
            for each in listed
            if ":" not in each and each != "*"
        ]

    def resources(self, listed: Sequence[str]) -> None:
        """An ARN has six parts (IAM User Guide, "IAM policy validation check reference", missing
        ARN field): IAM takes `*`, but not `arn:aws:s3:*`.
        """
        self.faults += [
            f"{_short(each)} is no ARN; write arn:partition:service:region:account:resource"
            for each in listed
            if each != "*" and "{" not in each and each.count(":") < 5
        ]

    def principals(self, key: str) -> Mapping[str, tuple[str, ...]] | None:
        value = self._source.get(key)
        if key.startswith("Not") and "Principal" in self._source:
            return None
        if isinstance(value, Mapping):
            self.faults += [
                f"{_short(kind)} is no kind of principal" for kind in value if kind not in _KINDS
            ]
            return {str(kind): self._list(each, key) for kind, each in value.items()}
        if value is None:
            return None
        if value != "*":
            self.faults.append(f'{key} is {_short(value)}; write {{"AWS": ...}} or "*"')
        return {"AWS": self._list(value, key)}

    def conditions(self, value: object) -> Iterator[Condition]:
        for operator, keys in self._object(value, "Condition").items():
            for key, values in self._object(keys, f"Condition {operator}").items():
                yield Condition(str(operator), str(key), self._list(values, str(key), plain=True))

    def _object(self, value: object, name: str) -> Mapping[Any, Any]:
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.faults.append(f"{name} is {_short(value)}, not an object")
        return {}

    def _list(self, value: object, name: str, *, plain: bool = False) -> tuple[str, ...]:
        """Texts; in a condition also numbers and booleans, which IAM takes for their texts."""
        listed = value if isinstance(value, list | tuple) else [value]
        if not listed:
            self.faults.append(f"{name} is an empty list")
        wanted = str | int | float if plain else str
        self.faults += [
            f"{name} has {_short(each)}, which is no text"
            for each in listed
            if not isinstance(each, wanted)
        ]
        return tuple(_text(each) if isinstance(each, wanted) else _OPEN for each in listed)


#: Stands for what is no text, and could be any: it is read as a variable of unknown value.
_OPEN = "${}"
_PLACES = frozenset(("Resource", "NotResource", "Principal", "NotPrincipal"))
_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
