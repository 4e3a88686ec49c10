"""What `Ref` and `Fn::GetAtt` return of the resources around role mappings.

Without a name of its own a resource goes by a placeholder with its logical name, `${DataBucket}`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

ACCOUNT = "${AWS::AccountId}"
#: Longer than any name of these: a text that doubles itself.
_MAX = 512
#: What is left of functions that may give lists; a parameter is a text, unless it is a list.
_UNKNOWN_LIST = re.compile(r"\$\{(?:If|Split|FindInMap|Fn::\w+)\b.*\}", re.DOTALL)


class _Kind(NamedTuple):
    """The property that names a resource, and its ARN with `{0}` for the name and `{1}` for the
    IAM path. `ref` says whether `Ref` returns the name or the ARN.
    """

    name: str
    arn: str
    ref: str = "name"


_KINDS = {
    "AWS::IAM::Role": _Kind("RoleName", "iam::{2}:role{1}{0}"),
    "AWS::IAM::InstanceProfile": _Kind("InstanceProfileName", "iam::{2}:instance-profile{1}{0}"),
    "AWS::IAM::ManagedPolicy": _Kind("ManagedPolicyName", "iam::{2}:policy{1}{0}", "arn"),
    "AWS::S3::Bucket": _Kind("BucketName", "s3:::{0}"),
    # Ref returns the id of a key: here its ARN, which means the same in every place
    "AWS::KMS::Key": _Kind("", "kms:${{AWS::Region}}:{2}:key/{0}", "arn"),
    "AWS::EMR::SecurityConfiguration": _Kind("Name", ""),
}


class Names:
    """The names and ARNs of resources; `plain` fills in the functions in a name."""

    def __init__(
        self,
        resources: Mapping[str, Mapping[str, Any]],
        partition: str,
        account: str,
        plain: Callable[[Any], Any],
    ) -> None:
        self._resources = resources
        self._partition = partition
        self._account = account
        self._plain = plain
        self._known: dict[str, tuple[str, str]] = {}

    def reference(self, logical: str) -> str:
        """What `Ref` returns."""
        kind = self._kind(logical)
        return self._both(logical)[1 if kind is not None and kind.ref == "arn" else 0]

    def attribute(self, logical: str, attribute: str) -> str:
        """What `Fn::GetAtt` returns: ARNs are known, the rest is a placeholder."""
        kind = self._kind(logical)
        if attribute not in ("Arn", "PolicyArn") or kind is None or not kind.arn:
            return f"${{{logical}.{attribute}}}"
        return self._both(logical)[1]

    def _kind(self, logical: str) -> _Kind | None:
        return _KINDS.get(str(self._resources.get(logical, {}).get("Type")))

    def _both(self, logical: str) -> tuple[str, str]:
        """The name and the ARN."""
        if logical not in self._known:
            placeholder = f"${{{logical}}}"
            self._known[logical] = placeholder, placeholder  # for a name that holds itself
            kind = self._kind(logical)
            if kind is not None:
                properties = self._resources[logical].get("Properties")
                given = properties if isinstance(properties, dict) else {}
                name = written(self._plain(given.get(kind.name))) or placeholder
                path = written(self._plain(given.get("Path"))) or "/"
                if len(name) > _MAX:
                    name = placeholder
                arn = f"arn:{self._partition}:{kind.arn}".format(name, path, self._account)
                self._known[logical] = name, arn
        return self._known[logical]


def written(value: Any) -> str:
    """A value as CloudFormation puts it into a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(written, value))
    return "" if value is None else str(value)


def with_lists(source: Any) -> Any:
    """A security configuration with identifiers that only a deployment tells as lists of one."""
    if isinstance(source, dict):
        made = {key: with_lists(value) for key, value in source.items()}
        unknown = made.get("Identifiers")
        if isinstance(unknown, str) and _UNKNOWN_LIST.fullmatch(unknown):
            made["Identifiers"] = [unknown]
        return made
    return [with_lists(each) for each in source] if isinstance(source, list) else source
