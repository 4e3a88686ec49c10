"""Whether a role may use the KMS key of encrypted data.

Reading needs `kms:Decrypt`, writing `kms:GenerateDataKey`, and `kms:Decrypt` for uploads in parts
(S3 User Guide, "Using server-side encryption with AWS KMS keys"). A key's policy has to allow it,
or to leave it to IAM by naming the account (KMS Developer Guide, "Key policies in AWS KMS").
"""

import re
from dataclasses import replace

from opskit.emrfs import encryption
from opskit.emrfs.encryption import Encryption
from opskit.emrfs.iam.actions import READING, WRITING, Action
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.evaluate import Layers, Rules, combine, request_lookup
from opskit.emrfs.iam.requests import kms_request
from opskit.emrfs.model import Bucket, Design, Role

_KEY = re.compile(r"arn:[\w-]+:kms:[\w-]+:(?P<account>\d{12}):key/[\w-]+", re.ASCII)
#: S3's own key by default: every role of the account may use it through S3.
_RULES = Rules(guarded=True, resource="the key's policy")


class KeyUse:
    """Answers for one design, each given once."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._known: dict[tuple[int, str, str, bool, str], tuple[Role, Decision]] = {}

    def decide(self, role: Role, session: str, action: Action, bucket: Bucket) -> Decision | None:
        """What KMS makes of an action on a bucket's objects; None where it has no say."""
        written = encryption.writing(self._design, bucket.name)
        own = encryption.overridden(self._design, bucket.name)
        if action.name in READING:
            key = bucket.key or own.key
            if key:
                return self._use(role, session, "kms:Decrypt", key, own.client_side)
            return self._written_here(role, session, written)
        key = (written.key if written.mode else "") or bucket.key
        if action.name not in WRITING or not key or written.mode == "SSE-S3":
            return None
        first = self._use(role, session, "kms:GenerateDataKey", key, written.client_side)
        if not first.allowed:
            return first
        parts = self._use(role, session, "kms:Decrypt", key, written.client_side)
        if parts.effect in (Effect.DENY, Effect.IMPLICIT_DENY):
            why = f"objects that are uploaded in parts need kms:Decrypt too: {parts.why}"
            return Decision(Effect.UNKNOWN, parts.statement, why)
        return parts

    def _written_here(self, role: Role, session: str, default: Encryption) -> Decision | None:
        """For reads where only the cluster's default key is known: what the cluster wrote needs
        it, other objects may not, so that a role without it is not told to read them all.
        """
        if not default.key or not default.mode.endswith("-KMS"):
            return None
        found = self._use(role, session, "kms:Decrypt", default.key, default.client_side)
        if found.allowed:
            return None
        why = f"objects that the cluster wrote are encrypted by default: {found.why}"
        return Decision(Effect.UNKNOWN, found.statement, why)

    def _use(self, role: Role, session: str, action: str, key: str, client: bool) -> Decision:
        kept = (id(role), action, key, client, session)
        found = self._known.get(kept)
        if found is None:
            decision = self._evaluate(role, session, action, key, client)
            why = f"{action} on the key {key}: {decision.why}"
            found = self._known[kept] = (role, replace(decision, why=why))
        return found[1]

    def _evaluate(self, role: Role, session: str, action: str, key: str, client: bool) -> Decision:
        arn = _KEY.fullmatch(key)
        if arn is None:
            return Decision(Effect.UNKNOWN, why="only the ARN of a key says whose it is")
        known = self._design.keys.get(key)
        request = kms_request(role.arn, action, key, session, via_s3=not client)
        policies = None if known is None or known.policy is None else [known.policy]
        layers = Layers.of(
            request, identity=role.permissions, resource=policies, boundary=role.boundary
        )
        account = role.arn.account
        rules = _RULES._replace(same_account=arn["account"] == account if account else None)
        return combine(layers.ask(key, request_lookup(request)), rules, request)
