"""IAM roles and buckets of a module, with the policies that its resources give them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from opskit.emrfs.arns import ROLE, RoleArn
from opskit.emrfs.formats.tf import functions
from opskit.emrfs.formats.tf.instances import Instance
from opskit.emrfs.formats.tf.module import Module
from opskit.emrfs.formats.tf.values import Value, locate, plain
from opskit.emrfs.iam import policy
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Bucket, Design, Key, Role

_OWN_ARN = re.compile(
    r"arn:[\w$.{}-]*:iam::(\$\{[^}]*\}|\d{12}):role/(?:.*/)?((?:[\w+=,.@-]|\$\{[^}]*\}){1,64})"
)
_REFERENCE = re.compile(r"\$\{(.+)\.(?:name|id|arn)\}")


def written(text: str) -> str:
    """A role as a design names it: in the account that Terraform runs in, the name alone.

    A role of which Terraform makes the name stays `${aws_iam_role.x.arn}`.
    """
    found = _OWN_ARN.fullmatch(text)
    if found and not found[1].isdigit() and "caller_identity" in found[1]:
        text = found[2]
    reference = _REFERENCE.fullmatch(text)
    return f"${{{reference[1]}.arn}}" if reference else text


def _key(text: str) -> str:
    """What resources that belong to one role have in common: its name, or its address."""
    found = written(text)
    return RoleArn.parse(found).name


def _address(instance: Instance) -> str:
    """As references write it: one of several with its key."""
    key = instance.key
    if key is None and "count" in instance.block.attributes:
        key = 0
    if key is None:
        return instance.address
    return f"{instance.address}[{key}]" if isinstance(key, int) else f'{instance.address}["{key}"]'


@dataclass(slots=True)
class _Parts:
    """What belongs to one role."""

    instance: Instance
    policies: list[Policy] = field(default_factory=list)


class Roles:
    """The roles of a module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._parts: dict[str, _Parts] = {}
        self._managed = dict(self._all_managed())
        for instance in module.instances("aws_iam_role"):
            self._parts.setdefault(_key(self._name(instance)), _Parts(instance))
        self._collect()

    def _name(self, instance: Instance) -> str:
        return self._module.text(instance, "name") or f"${{{_address(instance)}.name}}"

    def _arn(self, instance: Instance) -> str:
        """What references to the role's ARN stand for."""
        return self._module.text(instance, "arn") or f"${{{_address(instance)}.arn}}"

    def into(self, design: Design) -> None:
        """Put the roles into a design."""
        for parts in self._parts.values():
            role = self._role(parts)
            role.arn = self._below(parts.instance, design.arn(role.arn.written))
            if "provider" not in parts.instance.block.attributes:  # it may be of another account
                role.arn = role.arn.made_as(self._arn(parts.instance))
            design.roles[str(role.arn)] = role

    def account(self, design: Design) -> str:
        """The account of the roles, where mappings and trust policies name them by their ARNs in
        one account alone; empty where they do not.
        """
        named = [mapping.role for mapping in design.mappings]
        for instance in self._module.instances("aws_iam_role"):
            trust = self._module.value(instance, "assume_role_policy")
            for statement in self._policy(trust, "").statements if trust is not None else ():
                named += (statement.principals or {}).get("AWS", ())
        arns = [found for found in map(ROLE.fullmatch, named) if found is not None]
        accounts = {arn["account"] for arn in arns if arn["name"] in self._parts}
        return accounts.pop() if len(accounts) == 1 else ""

    def _below(self, instance: Instance, arn: RoleArn) -> RoleArn:
        """The ARN with the role's path, where the account is known and the path was not."""
        path = self._module.text(instance, "path")
        if path in ("", "/") or arn.path != "/" or not arn.account or arn.is_placeholder:
            return arn
        start = f"arn:{arn.partition or 'aws'}:iam::{arn.account}"
        return RoleArn.parse(f"{start}:role{path}{arn.name}")

    def _role(self, parts: _Parts) -> Role:
        module, instance = self._module, parts.instance
        arn = module.text(instance, "arn") or self._name(instance)
        made = Role(RoleArn.parse(written(arn)), location=instance.block.location)
        trust = module.value(instance, "assume_role_policy")
        if trust is not None:
            made.trust = self._policy(trust, f"trust of {made.name}")
        if parts.policies:
            made.permissions = tuple(parts.policies)
        boundary = module.text(instance, "permissions_boundary")
        if boundary:
            made.boundary = self._managed_policy(boundary, instance)
        longest = module.value(instance, "max_session_duration")
        if longest is not None and isinstance(longest.content, int):
            made.max_session = longest.content
        return made

    def _collect(self) -> None:
        module = self._module
        for parts in self._parts.values():
            for block in module.blocks(parts.instance, "inline_policy"):
                self._add(parts, block, "policy")
            for arn in _texts(module.value(parts.instance, "managed_policy_arns")):
                parts.policies.append(self._managed_policy(arn, parts.instance))
        for instance in module.instances("aws_iam_role_policy"):
            found = self._parts.get(_key(module.text(instance, "role")))
            if found is not None:
                self._add(found, instance, "policy")
        for type_, attribute in (
            ("aws_iam_role_policy_attachment", "role"),
            ("aws_iam_policy_attachment", "roles"),
        ):
            for instance in module.instances(type_):
                for role in _texts(module.value(instance, attribute)):
                    found = self._parts.get(_key(role))
                    if found is not None:
                        arn = module.text(instance, "policy_arn")
                        found.policies.append(
                            _certain(self._managed_policy(arn, instance), instance)
                        )

    def _add(self, parts: _Parts, instance: Instance, attribute: str) -> None:
        value = self._module.value(instance, attribute)
        if value is not None:
            name = self._module.text(instance, "name") or instance.address
            parts.policies.append(_certain(self._policy(value, name), instance))

    def _policy(self, value: Value, name: str) -> Policy:
        """The policy; one with a fault where its text is not known here."""
        found = functions.decoded(value)
        if found is None:
            fault = f"only Terraform can tell what it says: {value.text[:100]}"
            return Policy(name, (), faults=(fault,), location=value.location)
        return policy.parse(plain(found), name, lambda path: locate(found, path))

    def _all_managed(self) -> Iterator[tuple[str, Instance]]:
        """The managed policies by their ARN, or what stands for it."""
        for instance in self._module.instances("aws_iam_policy"):
            key = f"[{instance.key!r}]".replace("'", '"') if instance.key is not None else ""
            for text in (f"${{{instance.address}{key}.arn}}", self._module.text(instance, "arn")):
                yield text, instance

    def _managed_policy(self, arn: str, at: Instance) -> Policy:
        found = self._managed.get(re.sub(r"\.id\}$", ".arn}", arn))
        if found is None:
            name = arn.rpartition("/")[2] or arn
            fault = f"the text of {arn} is not in these files"
            return Policy(name, (), faults=(fault,), location=at.block.location)
        value = self._module.value(found, "policy")
        name = self._module.text(found, "name") or found.address
        return self._policy(value or Value("", found.block.location), name)

    def buckets(self) -> Iterator[Bucket]:
        """The buckets with a policy or a key of which the name is known; others are noted."""
        module = self._module
        made: dict[str, Bucket] = {}
        for type_ in ("aws_s3_bucket_policy", "aws_s3_bucket"):
            for instance in module.instances(type_):
                name, value = module.value(instance, "bucket"), module.value(instance, "policy")
                if value is not None and self._named(name, f"{instance.address}: the policy"):
                    at = instance.block.location
                    text = _certain(self._policy(value, f"policy of {name.text}"), instance)
                    made.setdefault(name.text, Bucket(name.text, policy=text, location=at))
        for instance, rules in self._encrypting():
            name, key = module.value(instance, "bucket"), self._key_of(rules)
            if key and not (instance.certain and rules.certain):
                key = f"${{{instance.address}}}"
            if key and self._named(name, f"{instance.address}: the key"):
                at = instance.block.location
                made.setdefault(name.text, Bucket(name.text, location=at)).key = key
        yield from made.values()

    def _named(self, name: Value | None, what: str) -> TypeGuard[Value]:
        """Whether the name of a bucket is known; of any other it is said what is not looked at."""
        if name is not None and name.known:
            return True
        self._module.notes.append(f"{what} is left out: only Terraform can tell of which bucket")
        return False

    def _encrypting(self) -> Iterator[tuple[Instance, Instance]]:
        """What names a bucket, and what holds the rules of its encryption: a resource, or before
        version 4 of the provider a block of the bucket.
        """
        block = "server_side_encryption_configuration"
        for instance in self._module.instances("aws_s3_bucket"):
            yield from ((instance, each) for each in self._module.blocks(instance, block))
        for instance in self._module.instances(f"aws_s3_bucket_{block}"):
            yield instance, instance

    def _key_of(self, instance: Instance) -> str:
        """The key as it is written: of one whose ARN Terraform makes it is not known who may use
        it, and a bucket without a key is open to everybody whom S3 lets in.
        """
        module = self._module
        for rule in module.blocks(instance, "rule"):
            for default in module.blocks(rule, "apply_server_side_encryption_by_default"):
                key = module.value(default, "kms_master_key_id")
                if key is not None and key.text:
                    return key.text
        return ""

    def kms_keys(self) -> Iterator[Key]:
        """KMS keys of which the ARN is known, as after Terraform has run."""
        for instance in self._module.instances("aws_kms_key"):
            arn, value = (self._module.value(instance, name) for name in ("arn", "policy"))
            if arn is not None and arn.known and value is not None:
                at = instance.block.location
                yield Key(arn.text, self._policy(value, f"policy of {arn.text}"), at)


def _certain(found: Policy, instance: Instance) -> Policy:
    """The policy that a resource gives, as surely as there is such a resource."""
    if instance.certain:
        return found
    return policy.unsure(found, instance.address or f"an {instance.block.type}")


def _texts(value: Value | None) -> Iterator[str]:
    yield from (each.text for each in value.items()) if value is not None else ()
