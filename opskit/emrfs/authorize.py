"""Whether a role may do something to a place in S3: IAM over all that a design knows.

The role's own policies and boundary, the bucket's policy, and for encrypted data the KMS key,
which the role has to be a user of. A bucket of which no account is known is taken for one of the
role's account where that is also the design's, and a bucket of that account whose policy is not
known for one without a policy. Organizations' policies, access points, ACLs, Block Public Access
and the policies of VPC endpoints are not looked at.
"""

from collections.abc import Iterable
from typing import NamedTuple

from opskit.emrfs import encryption
from opskit.emrfs.iam.actions import LISTING, WRITING, Action, Level, s3_action
from opskit.emrfs.iam.decision import Decision, Effect, Request
from opskit.emrfs.iam.evaluate import Layers, Rules, bounded, combine, grants
from opskit.emrfs.iam.glob import escape
from opskit.emrfs.iam.layer import Ask, Kind
from opskit.emrfs.iam.patterns import Cuts, key_patterns
from opskit.emrfs.iam.requests import s3_request
from opskit.emrfs.iam.variables import Lookup
from opskit.emrfs.keyuse import KeyUse
from opskit.emrfs.model import Bucket, Design, Role
from opskit.emrfs.prefixes import Path

SESSION_NAME = "EmrFS-Session"
_PREFIX = frozenset(("s3:prefix",))
_OBJECT = Level.OBJECT


def _listing(prefix: str) -> Lookup:
    """The prefix is the one key that is open."""
    return lambda key: (prefix,)


def _nothing(key: str) -> None:
    """No key is open for actions that list nothing."""


def authorize(design: Design, role: Role, action: str, path: Path) -> Decision:
    """What IAM decides when `role` does `action` (`s3:GetObject`) to `path`.

    For an action on buckets the path's key is the prefix that is listed. UsageError for an action
    that is none of S3's.
    """
    return Authorizer(design).decide(role, action, path)


class Authorizer:
    """The same answers, many of them: policies are compiled once, and answers kept.

    Roles are told apart as objects; a role that changes needs another Authorizer.
    """

    def __init__(self, design: Design) -> None:
        self._design = design
        self._keys = KeyUse(design)
        self._plans: dict[tuple[int, str], tuple[Role, _Plan]] = {}

    def decide(self, role: Role, action: str, path: Path) -> Decision:
        """As `authorize`."""
        return self._plan(role, action).decide(path)

    def decisions(self, role: Role, action: str, paths: Iterable[Path]) -> list[Decision]:
        """One for each path, in order."""
        decide = self._plan(role, action).decide
        return [decide(path) for path in paths]

    def cuts(self, role: Role, action: str) -> Cuts:
        """The patterns over places on which what `decide` says for a role and an action depends:
        the role's own, those of the policies of buckets, and the buckets of which something is
        known (`opskit.emrfs.iam.patterns`).
        """
        return self._plan(role, action).cuts()

    def _plan(self, role: Role, action: str) -> "_Plan":
        found = self._plans.get((id(role), action))
        if found is None:
            # the role is kept, so that its id stays its own
            found = (role, _Plan(self._design, self._keys, role, s3_action(action)))
            self._plans[id(role), action] = found
        return found[1]


class _Place(NamedTuple):
    """A bucket as one role sees it with one action; `known` keeps decisions by what `asks` say."""

    request: Request
    asks: list[Ask]
    layers: Layers
    rules: Rules
    key: Decision | None
    known: dict[tuple[int, ...], Decision]


class _Plan:
    """One role and one action, ready for any path."""

    def __init__(self, design: Design, keys: KeyUse, role: Role, action: Action) -> None:
        self._design, self._keys, self._role, self._action = design, keys, role, action
        base = design.base_role
        # a node's own session of the base role has another name
        self._session = "" if base is not None and base.arn == role.arn else SESSION_NAME
        self._lead = f"arn:{role.arn.partition or design.partition}:s3:::"
        self._level = action.level
        self._lists = action.name in LISTING
        self._varying = _PREFIX if self._lists else frozenset()
        self._shared: dict[object, Layers] = {}
        #: Buckets of which nothing is known are all alike.
        self._other = self._place(Bucket(""))
        self._places: dict[str, _Place | None] = dict.fromkeys(_named(design))

    def decide(self, path: Path) -> Decision:
        name, key = path
        place = self._places.get(name, self._other)
        if place is None:
            place = self._place(self._design.buckets.get(name) or Bucket(name))
            self._places[name] = place
        level = self._level
        resource = f"{self._lead}{name}/{key}" if level is _OBJECT else self._resource(name)
        lookup = _listing(key) if self._lists else _nothing
        answers = tuple([ask(resource, lookup) for ask in place.asks])
        decision = place.known.get(answers)
        if decision is None:
            found = place.layers.ask(resource, lookup)
            decision = combine(found, place.rules, place.request)
            if place.key is not None:
                decision = _with_key(decision, place.key)
            place.known[answers] = decision
        return decision

    def _resource(self, bucket: str) -> str:
        """For what is about no bucket policies name all, as `*` or `arn:aws:s3:::*` (IAM User
        Guide, "Example policies": access to a bucket and its listing in the console).
        """
        return f"{self._lead}*" if self._level is Level.ACCOUNT else f"{self._lead}{bucket}"

    def cuts(self) -> Cuts:
        design, role = self._design, self._role
        named = _named(design)
        whole = {escape(name) for name in named}
        found = Cuts(frozenset(f"{name}/*" for name in whole), frozenset(whole))
        own = [*(role.permissions or ()), *([role.boundary] if role.boundary else ())]
        for name in ("", *sorted(named)):
            bucket = design.buckets.get(name) or Bucket(name)
            arn = self._resource(name)
            policies = [*own, *([bucket.policy] if bucket.policy else ())]
            found |= key_patterns(policies, self._request(arn, bucket))
        if self._level is _OBJECT:
            return found._replace(buckets=frozenset())
        return found._replace(places=frozenset())

    def _place(self, bucket: Bucket) -> _Place:
        request = self._request(self._resource(bucket.name), bucket)
        same = self._same_account(bucket)
        rules = Rules(same, resource="the bucket's policy")
        layers = self._layers(request)
        if self._level is not Level.ACCOUNT and (bucket.policy is not None or same is not True):
            policies = None if bucket.policy is None else [bucket.policy]
            limited = bounded(self._role.permissions, self._role.boundary)
            layers = layers._replace(
                grants=grants(request, policies, Kind.RESOURCE, limited, self._varying)
            )
        key = self._keys.decide(self._role, self._session, self._action, bucket)
        return _Place(request, layers.asks, layers, rules, key, {})

    def _request(self, arn: str, bucket: Bucket) -> Request:
        given: dict[str, tuple[str, ...]] = {}
        account = bucket.account
        if account:
            given |= {"aws:resourceaccount": (account,), "s3:resourceaccount": (account,)}
        if self._action.name in WRITING:
            given |= encryption.writing(self._design, bucket.name).context
        return s3_request(self._role.arn, self._action.name, arn, given, self._session)

    def _layers(self, request: Request) -> Layers:
        """The role's side, which is the same for all buckets of which the same is known."""
        facts = tuple(sorted(request.context.items()))
        found = self._shared.get(facts)
        if found is None:
            found = self._shared[facts] = Layers.of(
                request,
                identity=self._role.permissions,
                boundary=self._role.boundary,
                varying=self._varying,
            )
        return found

    def _same_account(self, bucket: Bucket) -> bool | None:
        """None where it cannot be told."""
        role, design = self._role.arn.account, self._design.account
        if self._level is Level.ACCOUNT:
            return True
        if bucket.account:
            return bucket.account == role if role else None
        return True if role in ("", design) or not design else None


def _named(design: Design) -> set[str]:
    """The buckets of which something is known."""
    return {*design.buckets, *encryption.bucket_names(design)}


def _with_key(decision: Decision, key: Decision) -> Decision:
    """S3's decision where the KMS key has to be used too: what is denied stays so."""
    if decision.effect in (Effect.DENY, Effect.IMPLICIT_DENY) or key.allowed:
        return decision
    if decision.effect is Effect.UNKNOWN and key.effect is Effect.UNKNOWN:
        return decision
    return key
