"""Amazon EKS: a cluster's address, and tokens for its API server made without the aws CLI.

A token is a presigned request of STS GetCallerIdentity that names the cluster in the signed
header `x-k8s-aws-id`; the API server sends it to STS and learns who signed it. The form is that
of aws-iam-authenticator (README, "API Authorization from Outside a Cluster") and of
`aws eks get-token`.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from opskit.clients.aws import answer, client
from opskit.errors import InputError, UnknownError

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster

PREFIX = "k8s-aws-v1."
HEADER = "x-k8s-aws-id"
#: X-Amz-Expires of the presigned request; the API server takes a token for 15 minutes anyhow.
_PRESIGNED_SECONDS = 60
#: What clients are told, as by `aws eks get-token`: a minute less than the 15 that a token lives.
_LIFE = timedelta(minutes=14)
#: The age from which a token is minted again, in seconds.
MINT_AGAIN = 600.0
_SESSION = "opskit-eks-token"

_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_ARN = re.compile(
    r"arn:aws[a-z-]*:eks:(?P<region>[a-z0-9-]+):\d{12}:cluster/(?P<name>[0-9A-Za-z][A-Za-z0-9_-]{0,99})"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token for one cluster, and until when it should be used."""

    value: str
    expires: datetime

    def __repr__(self) -> str:  # whoever holds the value is who signed it
        return f"Token(expires={self.expires:%Y-%m-%dT%H:%M:%SZ})"


def split(cluster: str, region: str = "") -> tuple[str, str]:
    """The name and the region of a cluster that is given by its name or its ARN.

    The region is empty where neither says one. InputError for what names no cluster, and for an
    ARN of another region than the one given.
    """
    found = _ARN.fullmatch(cluster)
    if found is None:
        if _NAME.fullmatch(cluster):
            return cluster, region
        raise InputError(
            f"{cluster[:120]!r} names no EKS cluster",
            hint="give its name or its ARN, as arn:aws:eks:REGION:ACCOUNT:cluster/NAME",
        )
    if region and region != found["region"]:
        raise InputError(
            f"the cluster is in {found['region']}, and the region given is {region}",
            where=cluster,
            hint="leave the region out: the ARN says it",
        )
    return found["name"], found["region"]


def token(
    cluster: str,
    region: str = "",
    profile: str = "",
    role_arn: str = "",
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Token:
    """A token for a cluster, given by name or ARN, as the profile's identity or as a role.

    Nothing is asked of AWS unless a role has to be assumed. UnknownError where there are no
    credentials or no region, RefusedError where the role may not be assumed.
    """
    name, region = split(cluster, region)
    made = now().replace(microsecond=0)
    return Token(PREFIX + _base64url(_presigned(name, region, profile, role_arn)), made + _LIFE)


def cluster(name: str, region: str = "", profile: str = "") -> dict[str, str]:
    """endpoint, ca (PEM), status, version, arn and name of a cluster, given by name or ARN.

    UnknownError where it cannot be had (MissingError, RefusedError), or has no endpoint yet.
    """
    short, region = split(name, region)
    found = answer(
        f"EKS cluster {short}",
        "it needs eks:DescribeCluster",
        client("eks", profile=profile, region=region).describe_cluster,
        name=short,
    )["cluster"]
    status = str(found.get("status", ""))
    ca = (found.get("certificateAuthority") or {}).get("data")
    if not found.get("endpoint") or not ca:
        raise UnknownError(
            f"the cluster is {status or 'not available'} and has no endpoint",
            where=f"EKS cluster {short}",
            hint="try again when it is ACTIVE",
        )
    return {
        "name": short,
        "arn": str(found.get("arn", "")),
        "endpoint": str(found["endpoint"]),
        "ca": _decoded(str(ca), short),
        "status": status,
        "version": str(found.get("version", "")),
    }


class Minter:
    """Tokens for one cluster: the same one for ten minutes, then, or when forced, a new one.

    Its method `token` is a token source of `opskit.clients.kube`; threads may share it.
    """

    def __init__(
        self,
        cluster: str,
        region: str = "",
        profile: str = "",
        role_arn: str = "",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mint: Callable[[], Token] = lambda: token(cluster, region, profile, role_arn)
        self._clock = clock
        self._lock = Lock()
        self._held: tuple[Token, float] | None = None

    def token(self, force: bool = False) -> str:
        """A token that lives another five minutes; with `force` (a 401) never one given before."""
        with self._lock:
            now = self._clock()
            if force or self._held is None or now - self._held[1] >= MINT_AGAIN:
                self._held = self._mint(), now
            return self._held[0].value


def connect(
    name: str, region: str = "", profile: str = "", role_arn: str = "", *, namespace: str = ""
) -> "Cluster":
    """A connection to a cluster, given by name or ARN; errors as of `cluster` and `token`."""
    from opskit.clients.kube import connect_with_token

    found = cluster(name, region, profile)
    minter = Minter(name, region, profile, role_arn)
    return connect_with_token(
        found["arn"] or found["name"],
        found["endpoint"],
        _ca_file(found["ca"]),
        minter.token,
        namespace=namespace or "default",
    )


def _presigned(name: str, region: str, profile: str, role_arn: str) -> str:
    """The URL of GetCallerIdentity at the region's STS, signed for the cluster."""
    from botocore.exceptions import BotoCoreError

    def add_header(request: Any, **_: object) -> None:
        request.headers.add_header(HEADER, name)

    sts = _sts(region, profile)
    if role_arn:
        sts = _as_role(sts, role_arn)
    sts.meta.events.register("before-sign.sts.GetCallerIdentity", add_header)
    try:
        url: str = sts.generate_presigned_url(
            "get_caller_identity", ExpiresIn=_PRESIGNED_SECONDS, HttpMethod="GET"
        )
    except BotoCoreError as error:  # none, a login that ran out, a program that gives none
        raise UnknownError(
            str(error),
            where=f"profile {profile}" if profile else "AWS credentials",
            hint="sign in (aws sso login), or name a profile with --profile",
        ) from None
    return url


def _sts(region: str, profile: str, credentials: Sequence[str] = ()) -> Any:
    """A client of the region's own STS, whatever is set for other uses of STS.

    Without a region STS would answer globally: no cluster of an opt-in region takes that token.
    """
    import boto3
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        session = Session(profile=profile or None)
        session.set_config_variable("sts_regional_endpoints", "regional")
        made = boto3.Session(*credentials, region_name=region or None, botocore_session=session)
        if made.region_name:
            return made.client("sts")
    except BotoCoreError as error:
        raise UnknownError(
            str(error), where="AWS sts", hint="check the AWS profile and region"
        ) from None
    raise UnknownError(
        "which region is the cluster in?",
        where="AWS sts",
        hint="give --region, the cluster's ARN, or set AWS_DEFAULT_REGION",
    )


def _as_role(sts: Any, role_arn: str) -> Any:
    """A client of STS with the credentials of a role."""
    found = answer(
        role_arn,
        "the identity needs sts:AssumeRole, and the role has to trust it",
        sts.assume_role,
        RoleArn=role_arn,
        RoleSessionName=_SESSION,
    )["Credentials"]
    keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return _sts(sts.meta.region_name, "", keys)


def _base64url(text: str) -> str:
    import base64

    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(ca: str, name: str) -> str:
    import base64
    import binascii

    try:
        return base64.b64decode(ca, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise UnknownError(
            "its certificate authority is no PEM text in base64",
            where=f"EKS cluster {name}",
            hint="check it with 'aws eks describe-cluster'",
        ) from None


def _ca_file(pem: str) -> str:
    """A private file with the certificates, removed when the process ends."""
    import atexit
    import tempfile
    from contextlib import suppress
    from pathlib import Path

    with tempfile.NamedTemporaryFile("w", prefix="opskit-ca-", suffix=".pem", delete=False) as file:
        file.write(pem)

    def remove() -> None:
        with suppress(OSError):
            Path(file.name).unlink()

    atexit.register(remove)
    return file.name
