"""Rules as files: for S3's API, Terraform and CloudFormation, the same bytes for the same plan.

S3 API Reference, "PutBucketLifecycleConfiguration"; Terraform Registry, hashicorp/aws,
"aws_s3_bucket_lifecycle_configuration"; CloudFormation Template Reference, "AWS::S3::Bucket
LifecycleConfiguration". What is only suggested is in them with the status Disabled.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal

from opskit import hcl
from opskit.storage.optimize.advice import Suggestion
from opskit.storage.optimize.plan import Plan
from opskit.storage.optimize.rules import Rule, Target

Format = Literal["s3", "terraform", "cloudformation"]
_DEFAULT = "all_storage_classes_128K"
_HEAD = """\
# A bucket has one lifecycle configuration: put the rules that it has already in here as well.
# Rules that are Disabled are suggestions; set them to Enabled to have them.
"""
_VARIABLE = {"description": "The name of the bucket.", "type": hcl.Raw("string")}


def render(
    form: Format, plan: Plan, made: Sequence[Rule], advised: Sequence[Suggestion], target: Target
) -> str:
    """The rules in a format, and the suggestions as rules that are disabled."""
    documents = [_enabled(plan, each, target) for each in made]
    documents += [_disabled(plan, each, target) for each in advised]
    if form == "s3":
        return _json({"Rules": documents})
    if form == "cloudformation":
        return _json(_template(documents, target))
    return _terraform(documents, target)


def _enabled(plan: Plan, rule: Rule, target: Target) -> dict[str, Any]:
    """A rule as PutBucketLifecycleConfiguration takes it."""
    found = plan.world.found
    return {
        "ID": rule.name,
        "Status": "Enabled",
        "Filter": _filter(rule, target),
        "Transitions": [
            {"Days": each.days, "StorageClass": found(each.class_).api} for each in rule.chain
        ],
    }


def _filter(rule: Rule, target: Target) -> dict[str, Any]:
    """Two conditions or more stand in an And; none at all is an empty prefix."""
    conditions: dict[str, Any] = {}
    if target.prefix:
        conditions["Prefix"] = target.prefix
    if rule.above is not None:
        conditions["ObjectSizeGreaterThan"] = rule.above
    if rule.below is not None:
        conditions["ObjectSizeLessThan"] = rule.below
    if len(conditions) > 1:
        return {"And": conditions}
    return conditions or {"Prefix": ""}


def _disabled(plan: Plan, each: Suggestion, target: Target) -> dict[str, Any]:
    actions: dict[str, dict[str, Any]] = {
        "abort": {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": each.days}},
        "expire": {"NoncurrentVersionExpiration": {"NoncurrentDays": each.days}},
    }
    if each.kind == "transition":
        api = plan.world.found(each.class_).api
        moves = [{"NoncurrentDays": each.days, "StorageClass": api}]
        actions["transition"] = {"NoncurrentVersionTransitions": moves}
    head = {"ID": each.name, "Status": "Disabled", "Filter": {"Prefix": target.prefix}}
    return {**head, **actions[each.kind]}


def _json(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"


def _template(documents: Sequence[dict[str, Any]], target: Target) -> dict[str, Any]:
    """A template in JSON with a bucket of no other properties: they are the user's."""
    properties: dict[str, Any] = {"BucketName": target.bucket} if target.bucket else {}
    properties["LifecycleConfiguration"] = {
        "TransitionDefaultMinimumObjectSize": _DEFAULT,
        "Rules": [_for_template(each) for each in documents],
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Put LifecycleConfiguration into the resource of your bucket.",
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}},
    }


def _for_template(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule as AWS::S3::Bucket has it: without a Filter, sizes as texts, days by other names."""
    conditions = rule["Filter"].get("And", rule["Filter"])
    made = {"Id": rule["ID"], "Status": rule["Status"]}
    if conditions.get("Prefix"):
        made["Prefix"] = conditions["Prefix"]
    for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if name in conditions:
            made[name] = str(conditions[name])
    if "Transitions" in rule:
        made["Transitions"] = [
            {"StorageClass": each["StorageClass"], "TransitionInDays": each["Days"]}
            for each in rule["Transitions"]
        ]
    if "NoncurrentVersionTransitions" in rule:
        made["NoncurrentVersionTransitions"] = [
            {"StorageClass": each["StorageClass"], "TransitionInDays": each["NoncurrentDays"]}
            for each in rule["NoncurrentVersionTransitions"]
        ]
    same = ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")
    return {**made, **{name: rule[name] for name in same if name in rule}}


def _terraform(documents: Sequence[dict[str, Any]], target: Target) -> str:
    bucket: object = target.bucket or hcl.Raw("var.bucket")
    body = {"bucket": bucket, "transition_default_minimum_object_size": _DEFAULT}
    labels = ("aws_s3_bucket_lifecycle_configuration", "opskit")
    blocks = [hcl.nested("resource", labels, body, [_block(each) for each in documents])]
    if not target.bucket:
        blocks.insert(0, hcl.block("variable", ("bucket",), _VARIABLE))
    return _HEAD + "\n".join(blocks)


def _block(rule: dict[str, Any]) -> hcl.Inner:
    inner: list[hcl.Inner] = [("filter", *_filter_block(rule["Filter"]))]
    for each in rule.get("Transitions", ()):
        moved = {"days": each["Days"], "storage_class": each["StorageClass"]}
        inner.append(("transition", moved, ()))
    if found := rule.get("AbortIncompleteMultipartUpload"):
        days = {"days_after_initiation": found["DaysAfterInitiation"]}
        inner.append(("abort_incomplete_multipart_upload", days, ()))
    for each in rule.get("NoncurrentVersionTransitions", ()):
        moved = {"noncurrent_days": each["NoncurrentDays"], "storage_class": each["StorageClass"]}
        inner.append(("noncurrent_version_transition", moved, ()))
    if found := rule.get("NoncurrentVersionExpiration"):
        days = {"noncurrent_days": found["NoncurrentDays"]}
        inner.append(("noncurrent_version_expiration", days, ()))
    return "rule", {"id": rule["ID"], "status": rule["Status"]}, inner


_NAMES = {
    "Prefix": "prefix",
    "ObjectSizeGreaterThan": "object_size_greater_than",
    "ObjectSizeLessThan": "object_size_less_than",
}


def _filter_block(found: dict[str, Any]) -> tuple[dict[str, Any], Sequence[hcl.Inner]]:
    conditions = {_NAMES[name]: value for name, value in found.get("And", found).items()}
    return ({}, [("and", conditions, ())]) if "And" in found else (conditions, ())
