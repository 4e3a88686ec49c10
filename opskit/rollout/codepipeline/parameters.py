"""The parameters of the action: the JSON text in `UserParameters` of its configuration."""

from typing import Annotated

import msgspec
from msgspec import Meta

from opskit.decode import decode
from opskit.documents import parse_document
from opskit.errors import InputError

NAME = "UserParameters"
#: The files that name an image where the parameters name none, in this order.
IMAGE_FILES = ("imagedefinitions.json", "imageDetail.json")
#: CodePipeline ends an action of Lambda after 24 hours ("Quotas in AWS CodePipeline").
_DAY = 23 * 3600


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an action rolls out, and where.

    `manifest` and `image_file` are files in the action's input artifacts, as `ARTIFACT::PATH`, or
    `PATH` alone where there is one artifact.
    """

    #: The EKS cluster: its name in the function's region, or its ARN.
    cluster: Annotated[str, Meta(min_length=1)]
    namespace: str = ""
    #: Workloads, as `deployment/web`; those of the manifest if there are none.
    targets: list[str] = []
    manifest: str = ""
    #: The image; else what `image_file` says, else imagedefinitions.json or imageDetail.json.
    image: str = ""
    image_file: str = ""
    #: The container that gets the image; needed where a workload has several.
    container: str = ""
    #: The image that has to be there before.
    expect: str = ""
    #: Seconds for the whole rollout, over all invocations.
    timeout: Annotated[int, Meta(ge=10, le=_DAY)] = 600
    auto_rollback: bool = True
    #: A role that is assumed to reach the cluster: one of another account.
    role_arn: str = ""


def read(text: str) -> Parameters:
    """The parameters in a text; InputError that lists all that is wrong with it."""
    if not text.strip():
        raise InputError(
            "the action has no UserParameters", hint='give at least {"cluster": "NAME", ...}'
        )
    found = decode(parse_document(text.encode(), NAME, is_json=True), Parameters)
    if found.image and found.image_file:
        raise InputError("image and image_file are two sources", where=NAME, hint="give one")
    if not found.targets and not found.manifest:
        raise InputError(
            "nothing says what to roll out",
            where=NAME,
            hint='give targets, as ["deployment/web"], or a manifest',
        )
    return found
