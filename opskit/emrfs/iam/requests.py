"""What EMRFS asks of S3, STS and KMS, with what is known of each request's context.

Keys that a request of EMRFS does not carry are absent; those it carries with values that are not
known here are unknown.
"""

from collections.abc import Mapping

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.iam.actions import LISTING, WRITING
from opskit.emrfs.iam.decision import Request
from opskit.emrfs.iam.keys import MODELLED

Context = dict[str, tuple[str, ...]]

#: What no request of a role that EMRFS uses carries: keys of users, of federation, of calls that
#: a service makes for itself, and of tags, which EMRFS sends none of (IAM User Guide, "AWS global
#: condition context keys").
_NEVER = frozenset(
    {
        *("aws:username", "aws:federatedprovider", "aws:sourceaccount", "aws:sourcearn"),
        *("aws:sourceorgid", "aws:sourceorgpaths", "aws:principalservicename"),
        *("aws:principalservicenameslist", "aws:tagkeys", "aws:sourceidentity"),
    }
)
#: Called by the role itself, not by a service for it.
_DIRECT = frozenset({"aws:calledvia", "aws:calledviafirst", "aws:calledvialast"})
_S3 = frozenset(key for key in MODELLED if key.startswith("s3:"))
_STS = frozenset(key for key in MODELLED if key.startswith("sts:"))
_KMS = frozenset(key for key in MODELLED if key.startswith("kms:"))
#: Buckets are called by their names, not through access points.
_NO_ACCESS_POINT = frozenset(
    {"s3:accesspointnetworkorigin", "s3:dataaccesspointaccount", "s3:dataaccesspointarn"}
)
_LISTING = frozenset({"s3:prefix", "s3:delimiter", "s3:max-keys"})
_WRITING = frozenset(key for key in _S3 if key.startswith("s3:x-amz-")) - {
    "s3:x-amz-content-sha256"
}


def _caller(role: RoleArn) -> Context:
    """The keys on the role that calls, as far as its ARN is known. EMRFS and S3A call through TLS
    unless they are told not to (EMR Management Guide, "Encryption options").
    """
    context: Context = {
        "aws:principaltype": ("AssumedRole",),
        "aws:principalisawsservice": ("false",),
        "aws:securetransport": ("true",),
    }
    if role.account and not role.is_placeholder:
        context["aws:principalarn"] = (str(role),)
        context["aws:principalaccount"] = (role.account,)
    return context


def assume_request(base: RoleArn, role: RoleArn, session: str) -> Request:
    """`sts:AssumeRole` as EMRFS calls it."""
    context = _caller(base) | {
        "aws:viaawsservice": ("false",),
        "sts:rolesessionname": (session,),
    }
    if role.account:
        context["aws:resourceaccount"] = (role.account,)
    absent = _NEVER | _DIRECT | _S3 | _KMS | (_STS - {"sts:durationseconds"})
    return _request(base, "sts:AssumeRole", str(role), context, absent)


def s3_request(
    role: RoleArn, action: str, resource: str, given: Mapping[str, tuple[str, ...]], session: str
) -> Request:
    """A call of S3. `given` adds what is known of it: the prefix of a listing, the owner of the
    bucket, the encryption that a write asks for. An empty value says that the key is absent.

    EMRFS and S3A list with a prefix, with a delimiter or without (a folder, or all below it).
    They ask for no canned ACL unless they are told to: those keys are not known.
    """
    context = _caller(role) | {"aws:viaawsservice": ("false",), **given}
    absent = _NEVER | _DIRECT | _STS | _KMS | _NO_ACCESS_POINT
    if action not in LISTING:
        absent |= _LISTING
    if action not in WRITING:
        absent |= _WRITING
    if "Version" not in action:
        absent |= {"s3:versionid"}
    return _request(role, action, resource, context, absent - given.keys(), session)


def kms_request(role: RoleArn, action: str, key: str, session: str, *, via_s3: bool) -> Request:
    """A call of KMS for data in S3: by S3 for the role, or by EMRFS where the client encrypts."""
    region = key.split(":")[3]
    context = _caller(role) | {"aws:viaawsservice": (str(via_s3).lower(),)}
    absent = _NEVER | _S3 | _STS
    if role.account:
        context["kms:calleraccount"] = (role.account,)
    if via_s3:
        context["kms:viaservice"] = (f"s3.{region}.{_suffix(role.partition)}",)
    else:
        absent |= _DIRECT | {"kms:viaservice"}
    return _request(role, action, key, context, absent, session)


def _suffix(partition: str) -> str:
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


def _request(
    role: RoleArn,
    action: str,
    resource: str,
    context: Mapping[str, tuple[str, ...]],
    absent: frozenset[str],
    session: str = "",
) -> Request:
    unknown = MODELLED - absent - context.keys()
    return Request(str(role), action, resource, context, unknown, session, role.expression)
