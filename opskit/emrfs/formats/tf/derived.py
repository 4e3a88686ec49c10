"""Attributes that Terraform computes, as far as they follow from what is written.

Terraform Registry, AWS provider: "Attribute Reference" of each resource.
"""

from collections.abc import Callable, Iterator

from opskit.emrfs.arns import is_varying
from opskit.emrfs.formats.tf import functions
from opskit.emrfs.formats.tf.expressions import filled
from opskit.emrfs.formats.tf.instances import Instance
from opskit.emrfs.formats.tf.module import Module
from opskit.emrfs.formats.tf.values import Value


def derive(module: Module, instance: Instance, name: str) -> Value | None:
    """The value of an attribute that is not written; None where it does not follow."""
    data = instance.block.type == "data"
    made = _DERIVED.get(f"data.{instance.block.labels[0]}" if data else instance.block.labels[0])
    return None if made is None else made(module, instance, name)


def _role(module: Module, instance: Instance, name: str) -> Value | None:
    role = module.value(instance, "name") if name != "name" else None
    if name == "id":
        return role
    if name != "arn" or role is None or is_varying(role.text):
        return None
    path = module.text(instance, "path") or "/"
    text = f"arn:{module.partition}:iam::{module.account}:role{path}{role.text}"
    return Value(text, role.location)


def _profile(module: Module, instance: Instance, name: str) -> Value | None:
    profile = module.value(instance, "name") if name in ("id", "arn") else None
    if profile is None or name == "id":
        return profile
    path = module.text(instance, "path") or "/"
    text = f"arn:{module.partition}:iam::{module.account}:instance-profile{path}{profile.text}"
    return Value(text, profile.location)


def _bucket(module: Module, instance: Instance, name: str) -> Value | None:
    bucket = module.value(instance, "bucket") if name in ("id", "arn") else None
    if bucket is None or name == "id":
        return bucket
    return Value(f"arn:{module.partition}:s3:::{bucket.text}", bucket.location)


def _named(module: Module, instance: Instance, name: str) -> Value | None:
    return module.value(instance, "name") if name == "id" else None


def _caller(module: Module, instance: Instance, name: str) -> Value | None:
    if name != "account_id":
        return None
    provider = instance.block.attributes.get("provider")  # it may be of another account
    other = f"${{the account of {getattr(provider, 'text', 'a provider')}}}"
    return Value(module.account if provider is None else other, instance.block.location)


def _partition(module: Module, instance: Instance, name: str) -> Value | None:
    return Value(module.partition, instance.block.location) if name == "partition" else None


def _template(module: Module, instance: Instance, name: str) -> Value | None:
    template = module.value(instance, "template") if name == "rendered" else None
    if template is None or not isinstance(template.content, str):
        return None
    given = module.value(instance, "vars")
    names = given.content if given is not None and isinstance(given.content, dict) else {}
    text = filled(template.content, template.location, instance.scope.with_names(**names))
    return Value(text, template.location)


def _document(module: Module, instance: Instance, name: str) -> Value | None:
    """The JSON of `aws_iam_policy_document`."""
    if name not in ("json", "minified_json"):
        return None
    statements = list(_sources(module, instance, ("source_policy_documents", "source_json")))
    statements += [_statement(module, each) for each in module.blocks(instance, "statement")]
    for each in _sources(module, instance, ("override_policy_documents", "override_json")):
        sid = each.get("Sid")
        if sid is not None:  # of two with one Sid the last one counts
            statements = [s for s in statements if (s.get("Sid") or s).text != sid.text]
        statements.append(each)
    where = instance.block.location
    version = module.value(instance, "version") or Value("2012-10-17", where)
    return Value({"Version": version, "Statement": Value(statements, where)}, where)


def _sources(module: Module, instance: Instance, names: tuple[str, ...]) -> Iterator[Value]:
    """The statements of other documents; the text of one that is not known, which is a fault."""
    for name in names:
        found = module.value(instance, name)
        for each in found.items() if found is not None else ():
            document = functions.decoded(each)
            inner = document.get("Statement") if document is not None else None
            yield from inner.items() if inner is not None else [each]


_LISTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}


_INNER = ("principals", "not_principals", "condition")


def _statement(module: Module, instance: Instance) -> Value:
    where = instance.block.location
    inner = [b for name in _INNER for b in module.blocks(instance, name)]
    if not all(each.certain for each in (instance, *inner)):
        return Value("${dynamic}", where)  # whether it is there, and for what, is not known
    made: dict[str, Value] = {}
    sid = module.value(instance, "sid")
    if sid is not None:
        made["Sid"] = sid
    made["Effect"] = module.value(instance, "effect") or Value("Allow", where)
    for written, key in _LISTS.items():
        found = module.value(instance, written)
        if found is not None:
            made[key] = _variables(found)
    for written, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        named = _principals(module, instance, written)
        if named is not None:
            made[key] = named
    conditions = _conditions(module, instance)
    if conditions:
        made["Condition"] = Value(dict(conditions), where)
    return Value(made, where)


def _principals(module: Module, instance: Instance, type_: str) -> Value | None:
    kinds: dict[str, Value] = {}
    for block in module.blocks(instance, type_):
        kind = module.text(block, "type")
        listed = module.value(block, "identifiers")
        items = listed.items() if listed is not None else []
        where = listed.location if listed is not None else block.block.location
        if kind == "*":
            return Value("*", where)
        before = kinds[kind].items() if kind in kinds else []
        kinds[kind] = Value([*before, *items], where)
    return Value(dict(kinds), instance.block.location) if kinds else None


def _conditions(module: Module, instance: Instance) -> dict[str, Value]:
    made: dict[str, dict[str, Value]] = {}
    where = instance.block.location
    for block in module.blocks(instance, "condition"):
        keys = made.setdefault(module.text(block, "test"), {})
        listed = module.value(block, "values")
        key = module.text(block, "variable")
        before = keys[key].items() if key in keys else []
        items = _variables(listed).items() if listed is not None else []
        keys[key] = Value([*before, *items], block.block.location)
    return {test: Value(dict(keys), where) for test, keys in made.items()}


def _variables(value: Value) -> Value:
    """`&{aws:username}` is how a document writes IAM's own `${aws:username}`."""
    if isinstance(value.content, list):
        return Value([_variables(each) for each in value.content], value.location)
    if isinstance(value.content, str):
        return Value(value.content.replace("&{", "${"), value.location)
    return value


_DERIVED: dict[str, Callable[[Module, Instance, str], Value | None]] = {
    "aws_iam_role": _role,
    "data.aws_iam_role": _role,
    "aws_iam_instance_profile": _profile,
    "aws_s3_bucket": _bucket,
    "data.aws_s3_bucket": _bucket,
    "aws_emr_security_configuration": _named,
    "data.aws_caller_identity": _caller,
    "data.aws_partition": _partition,
    "data.template_file": _template,
    "data.aws_iam_policy_document": _document,
}
