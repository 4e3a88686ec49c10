r"""On which patterns over places in S3 the decisions of policies depend.

Two places that match the same of these patterns get the same decision, statement included: who
cuts all places into regions along them asks once for each region. There may be more patterns than
needed, never fewer. Each is in the form of `opskit.emrfs.iam.glob`: `*` is any text (also none,
also with `/`), `?` one character, and `\*`, `\?`, `\\` are the characters themselves; case counts.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from opskit.emrfs.iam.actions import Level, s3_action
from opskit.emrfs.iam.conditions import operator
from opskit.emrfs.iam.decision import Request
from opskit.emrfs.iam.glob import residuals
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.layer import acts
from opskit.emrfs.iam.operators import OPERATORS
from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.iam.variables import Lookup, substitute

PREFIX = "s3:prefix"


class Cuts(NamedTuple):
    """Patterns, by what they are matched with.

    `places` are over `bucket/key`, for actions on objects. For actions on buckets, `buckets` are
    over the bucket's name, and `prefixes` over the key, which is the prefix that is listed. Where
    it is not `exact`, decisions depend on the key in another way too (in any case of letters, as
    an ARN): then only asking for each place is right.
    """

    places: frozenset[str] = frozenset()
    buckets: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    exact: bool = True

    def __or__(self, other: "Cuts") -> "Cuts":
        return Cuts(
            self.places | other.places,
            self.buckets | other.buckets,
            self.prefixes | other.prefixes,
            self.exact and other.exact,
        )


def key_patterns(policies: Iterable[Policy], request: Request) -> Cuts:
    """The patterns of policies for the action of `request`, with variables replaced from it. Its
    resource says the partition (`arn:aws:s3:::`); parts that are not known are stars.

    Conditions and principals are not judged: what they keep out cuts too.
    """
    level = s3_action(request.action).level
    if level is Level.ACCOUNT:
        return Cuts()
    lead = ":".join(request.resource.split(":")[:5]) + ":"
    texts: set[str] = set()
    prefixes: set[str] = set()
    exact = True

    def lookup(key: str) -> tuple[str, ...] | None:
        return values(request, key)

    known: dict[tuple[str, ...], Truth] = {}
    for policy in policies:
        for statement in policy.statements:
            if acts(statement, request.action.lower(), known) is Truth.NO:
                continue
            for written in _resources(statement):
                pattern = substitute(written, policy.version, lookup, wild=True)
                texts |= residuals(pattern.text, lead) if pattern else set()
            found = list(_prefixes(statement, policy.version, lookup))
            prefixes.update(text for text in found if text is not None)
            exact = exact and None not in found
    if level is Level.OBJECT:
        return Cuts(places=frozenset(texts))
    return Cuts(buckets=frozenset(texts), prefixes=frozenset(prefixes), exact=exact)


def _resources(statement: Statement) -> tuple[str, ...]:
    return (statement.resources or ()) + (statement.not_resources or ())


def _prefixes(statement: Statement, version: str, lookup: Lookup) -> Iterator[str | None]:
    """The patterns of conditions on the prefix; None for what is no pattern."""
    for condition in statement.conditions:
        found = operator(condition.operator)
        if condition.key.lower() != PREFIX or found is None or found.name == "Null":
            continue  # MAYBE whatever the prefix is; and there is always one
        if found.name not in ("StringEquals", "StringLike"):
            yield None
            continue
        for value in condition.values:
            pattern = substitute(value, version, lookup, wild=OPERATORS[found.name].wild)
            if pattern is not None:
                yield pattern.text
