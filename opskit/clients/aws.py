"""Clients of AWS, from the credentials that boto3 finds."""

from collections.abc import Iterator, Mapping
from typing import Any

from opskit.errors import UnknownError

#: How services say that there is no such thing; EMR has no code of its own for it.
_MISSING = (
    "NoSuchEntity",
    "NoSuchEntityException",
    "NoSuchBucket",
    "NoSuchKey",
    "ResourceNotFoundException",
    "ImageNotFoundException",
    "RepositoryNotFoundException",
    "ScanNotFoundException",
)
_REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_MISSING_WORDS = ("does not exist", "is not valid")


class MissingError(UnknownError):
    """What was asked for is not there."""


class RefusedError(UnknownError):
    """The credentials may not do what was asked."""


def client(
    service: str,
    *,
    profile: str = "",
    region: str = "",
    endpoint_url: str = "",
    config: Any = None,
) -> Any:
    """A boto3 client; UnknownError where there is no profile or no region.

    `endpoint_url` is that of another service with the same API, as many offer S3's.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session = boto3.Session(profile_name=profile or None, region_name=region or None)
        return session.client(service, config=config, endpoint_url=endpoint_url or None)
    except (BotoCoreError, ValueError) as error:  # ValueError: the endpoint is no URL
        raise UnknownError(
            str(error), where=f"AWS {service}", hint="check the AWS profile and region"
        ) from None


def secret(arn: str, *, profile: str = "", region: str = "") -> dict[str, Any]:
    """A secret of Secrets Manager that holds a JSON object, as Redshift's do: username, password,
    and mostly host, port, dbname. UnknownError where it cannot be had or is something else.
    """
    import json

    from botocore.exceptions import BotoCoreError, ClientError

    manager = client("secretsmanager", profile=profile, region=region or region_of(arn))
    try:
        value = json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])
    except (BotoCoreError, ClientError) as error:
        raise UnknownError(
            str(error), where=arn, hint="its reader needs secretsmanager:GetSecretValue"
        ) from None
    except (KeyError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise UnknownError(
            "the secret is no JSON object", where=arn, hint="store username and password in it"
        )
    return value


def is_region(name: str) -> bool:
    """Whether AWS may have a region of that name, as far as botocore knows its regions' names."""
    from botocore.exceptions import UnknownRegionError
    from botocore.session import get_session

    try:
        get_session().get_partition_for_region(name)
    except UnknownRegionError:
        return False
    return True


def region_of(arn: str) -> str:
    """The region in an ARN; empty where it is none."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 5 else ""


def answer(what: str, hint: str, call: Any, **arguments: Any) -> dict[str, Any]:
    """The answer of an AWS operation; UnknownError with what it needs where it is refused, and
    MissingError where there is no such thing; RefusedError where the permission is missing.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found: dict[str, Any] = call(**arguments)
    except ClientError as error:
        if _is_missing(error.response.get("Error", {})):
            raise MissingError(str(error), where=what, hint="check the name and the region") from (
                None
            )
        refused = error.response.get("Error", {}).get("Code") in _REFUSED
        kind = RefusedError if refused else UnknownError
        raise kind(str(error), where=what, hint=hint) from None
    except BotoCoreError as error:
        raise UnknownError(str(error), where=what, hint=hint) from None
    return found


def _is_missing(error: Mapping[str, Any]) -> bool:
    words = str(error.get("Message", ""))
    return error.get("Code") in _MISSING or (
        error.get("Code") == "InvalidRequestException"
        and any(each in words for each in _MISSING_WORDS)
    )


def cluster_login(
    cluster: str, database: str, user: str, *, profile: str = "", region: str = ""
) -> dict[str, Any]:
    """host, port, user and password for a provisioned cluster, valid for an hour.

    Without a user the login is that of the IAM identity.
    """
    redshift = client("redshift", profile=profile, region=region)
    found = answer(
        cluster,
        "it needs redshift:DescribeClusters",
        redshift.describe_clusters,
        ClusterIdentifier=cluster,
    )
    endpoint = found["Clusters"][0].get("Endpoint") or {}
    if "Address" not in endpoint:
        state = found["Clusters"][0].get("ClusterStatus", "not available")
        raise UnknownError(f"the cluster is {state}", where=cluster, hint="try again later")
    names = {"ClusterIdentifier": cluster, "DbName": database}
    if user:
        needs, call = "redshift:GetClusterCredentials", redshift.get_cluster_credentials
        names["DbUser"] = user
    else:
        needs = "redshift:GetClusterCredentialsWithIAM"
        call = redshift.get_cluster_credentials_with_iam
    login = answer(cluster, f"it needs {needs}", call, **names)
    return {
        "host": endpoint["Address"],
        "port": endpoint["Port"],
        "user": login["DbUser"],
        "password": login["DbPassword"],
    }


def workgroup_login(
    workgroup: str, database: str, *, profile: str = "", region: str = ""
) -> dict[str, Any]:
    """host, port, user and password for a serverless workgroup, valid for an hour."""
    serverless = client("redshift-serverless", profile=profile, region=region)
    found = answer(
        workgroup,
        "it needs redshift-serverless:GetWorkgroup",
        serverless.get_workgroup,
        workgroupName=workgroup,
    )
    login = answer(
        workgroup,
        "it needs redshift-serverless:GetCredentials",
        serverless.get_credentials,
        workgroupName=workgroup,
        dbName=database,
    )
    endpoint = found["workgroup"]["endpoint"]
    return {
        "host": endpoint["address"],
        "port": endpoint["port"],
        "user": login["dbUser"],
        "password": login["dbPassword"],
    }


def objects(s3: Any, bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
    """The keys below a prefix and their sizes in bytes; UnknownError where they are refused."""
    token: dict[str, str] = {}
    while True:
        found = answer(
            f"s3://{bucket}/{prefix}",
            "it needs s3:ListBucket",
            s3.list_objects_v2,
            Bucket=bucket,
            Prefix=prefix,
            **token,
        )
        yield from ((each["Key"], each["Size"]) for each in found.get("Contents", ()))
        if not found.get("IsTruncated"):
            return
        token = {"ContinuationToken": found["NextContinuationToken"]}


def read_object(s3: Any, bucket: str, key: str, size: int = 1 << 20) -> Iterator[bytes]:
    """The bytes of an object in parts; UnknownError where it is refused or breaks off."""
    from botocore.exceptions import BotoCoreError

    name = f"s3://{bucket}/{key}"
    body = answer(name, "it needs s3:GetObject", s3.get_object, Bucket=bucket, Key=key)["Body"]
    try:
        while part := body.read(size):
            yield part
    except (BotoCoreError, OSError) as error:
        raise UnknownError(str(error), where=name, hint="try again") from None
    finally:
        body.close()
