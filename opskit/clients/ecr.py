"""Amazon ECR: what its API tells of an image that a registry does not.

The forms of its host names are those of amazon-ecr-credential-helper (`api/client.go`). An image
that is archived is answered with 404 when it is pulled (Amazon ECR user guide, "Archiving an
image"), and left out by DescribeImages unless it is asked for.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from opskit.clients.aws import MissingError, answer, client
from opskit.clients.http import connections
from opskit.clients.manifests import (
    INDEXES,
    MANIFESTS,
    MAX_CONFIG,
    Object,
    digest_of,
    platforms,
)
from opskit.errors import UnknownError

_HOST = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9][a-z0-9-]*)\."
    r"(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn)|sc2s\.sgov\.gov"
    r"|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED")


class Host(NamedTuple):
    """Whose registry it is, and where."""

    account: str
    region: str


def host(domain: str) -> Host | None:
    """The registry of ECR that a domain is; None for any other, public.ecr.aws included."""
    found = _HOST.fullmatch(domain)
    return Host(found["account"], found["region"]) if found else None


class Repository:
    """One repository of ECR.

    Its methods raise MissingError for what is not there, RefusedError where a permission is
    missing, and UnknownError for the rest.
    """

    def __init__(self, domain: str, path: str, *, profile: str = "") -> None:
        found = host(domain)
        if found is None:
            raise ValueError(domain)
        self._name = f"{domain}/{path}"
        self._ecr = client("ecr", profile=profile, region=found.region)
        self._names = {"registryId": found.account, "repositoryName": path}

    def image(self, wanted: str) -> Object:
        """`digest`, `tags`, `status` (ACTIVE, ARCHIVED, ACTIVATING), `media_type`, and `scan`."""
        detail = self._described({"imageIds": [_id(wanted)]})
        return {
            "digest": detail["imageDigest"],
            "tags": detail.get("imageTags") or [],
            "status": detail.get("imageStatus", "ACTIVE"),
            "media_type": detail.get("imageManifestMediaType", ""),
            "scan": _scan(detail, detail.get("imageScanFindingsSummary")),
        }

    def _described(self, which: Object) -> Object:
        needs, call = "ecr:DescribeImages", self._ecr.describe_images
        try:
            found = self._ask(needs, call, **which, filter={"imageStatus": "ANY"})
        except UnknownError as error:
            if "InvalidParameter" not in error.message:
                raise
            found = self._ask(needs, call, **which)  # a service that knows no archive
        if not found.get("imageDetails"):
            raise MissingError("there is no such image", where=self._name, hint="check the tag")
        detail: Object = found["imageDetails"][0]
        return detail

    def platforms(self, wanted: str) -> list[Object]:
        """Each `os`, `architecture`, `variant`, and for an index the `digest` of its image."""
        found = self._ask(
            "ecr:BatchGetImage",
            self._ecr.batch_get_image,
            imageIds=[_id(wanted)],
            acceptedMediaTypes=[*INDEXES, *MANIFESTS],
        )
        if not found.get("images"):
            raise self._failed(found.get("failures") or ())
        text = found["images"][0]["imageManifest"].encode()
        return platforms(text, self._blob, self._name)

    def _failed(self, failures: Sequence[Mapping[str, Any]]) -> UnknownError:
        first = failures[0] if failures else {}
        words = first.get("failureReason") or first.get("failureCode") or "no manifest was given"
        kind = MissingError if first.get("failureCode") == "ImageNotFound" else UnknownError
        return kind(str(words), where=self._name, hint="check the tag, and that it is not archived")

    def _blob(self, digest: str) -> bytes:
        """The configuration of an image, from S3: the one place where its platform stands."""
        import urllib3

        found = self._ask(
            "ecr:GetDownloadUrlForLayer", self._ecr.get_download_url_for_layer, layerDigest=digest
        )
        url = found["downloadUrl"]  # it is signed, and so not shown
        try:
            response = connections(url).request("GET", url, preload_content=False)
            with closing(response):
                data: bytes = response.read(MAX_CONFIG)
        except urllib3.exceptions.HTTPError as error:
            raise self._unread(type(error).__name__) from None
        wrong = digest_of(data, digest.partition(":")[0], self._name) != digest
        if response.status != 200 or wrong:
            raise self._unread(f"HTTP {response.status}", "try again")
        return data

    def _unread(self, why: str, hint: str = "") -> UnknownError:
        return UnknownError(
            f"its configuration could not be read: {why}",
            where=self._name,
            hint=hint or "check that this machine may reach S3, where ECR keeps its layers",
        )

    def mutability(self) -> Object:
        """`setting`, as MUTABLE, and `exclusions`: patterns of the tags it does not hold for."""
        found = answer(
            self._name,
            "it needs ecr:DescribeRepositories",
            self._ecr.describe_repositories,
            registryId=self._names["registryId"],
            repositoryNames=[self._names["repositoryName"]],
        )
        repository = found["repositories"][0]
        filters = repository.get("imageTagMutabilityExclusionFilters") or ()
        return {
            "setting": repository.get("imageTagMutability", "MUTABLE"),
            "exclusions": [each["filter"] for each in filters],
        }

    def scan(self, digest: str) -> Object:
        """`status`, `description` and `counts` by severity; MissingError where there is no scan."""
        found = self._ask(
            "ecr:DescribeImageScanFindings",
            self._ecr.describe_image_scan_findings,
            imageId=_id(digest),
            maxResults=1,
        )
        return _scan(found, found.get("imageScanFindings")) or {}

    def _ask(self, needs: str, call: Any, **arguments: Any) -> Object:
        return answer(self._name, f"it needs {needs}", call, **self._names, **arguments)


def _id(wanted: str) -> dict[str, str]:
    return {"imageDigest": wanted} if ":" in wanted else {"imageTag": wanted}


def _scan(said: Mapping[str, Any], summary: Mapping[str, Any] | None) -> Object | None:
    status = said.get("imageScanStatus")
    if not status and summary is None:
        return None
    counts = (summary or {}).get("findingSeverityCounts") or {}
    return {
        "status": (status or {}).get("status", "COMPLETE"),
        "description": (status or {}).get("description", ""),
        "counts": {name: counts[name] for name in _SEVERITIES if counts.get(name)},
    }
