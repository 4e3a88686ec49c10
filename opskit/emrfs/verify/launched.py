"""The cluster and the instance profile that the base role comes from."""

from collections.abc import Iterator

from opskit.clients.aws import MissingError
from opskit.emrfs.live.emr import Emr
from opskit.emrfs.live.iam import Iam
from opskit.emrfs.model import Design, Role
from opskit.emrfs.verify.rows import Row, compared, unknown
from opskit.errors import UnknownError


def cluster(design: Design, emr: Emr, iam: Iam, id_: str) -> Iterator[Row]:
    """The release and the base role of a cluster."""
    found = emr.cluster(id_)
    if design.release:
        yield compared("release", design.release, str(found.get("ReleaseLabel") or ""))
    if design.base_role is None:
        return
    item, documented = "base role of the cluster", design.base_role.name
    profile = str((found.get("Ec2InstanceAttributes") or {}).get("IamInstanceProfile") or "")
    try:
        role = iam.role_of_profile(profile) if profile else None
    except MissingError:
        yield Row(item, "missing", documented, why=f"there is no instance profile {profile}")
    except UnknownError as error:
        yield unknown(item, error, documented)
    else:
        yield compared(item, documented, role.name if role else "", f"in the profile {profile}")


def profile(design: Design, base: Role, iam: Iam) -> Iterator[Row]:
    """The documented instance profile holds the base role."""
    written = design.cluster.instance_profile if design.cluster else ""
    if not written or base.arn.is_placeholder:
        return
    item = f"instance profile {written}"
    try:
        role = iam.role_of_profile(written)
    except MissingError:
        yield Row(item, "missing", base.name, why="IAM has no instance profile of this name")
    except UnknownError as error:
        yield unknown(item, error, base.name)
    else:
        why = "EMRFS runs as the role in the profile"
        yield compared(item, base.name, role.name if role else "", why)
