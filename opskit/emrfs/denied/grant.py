"""A statement that would allow what was denied, for one place or for many."""

from collections.abc import Sequence
from typing import NamedTuple

from opskit.emrfs.arns import bucket_arn, object_arn
from opskit.emrfs.denied.denial import Layer
from opskit.emrfs.iam.actions import Level, s3_action
from opskit.emrfs.model import Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.remedies import allow, written


class Grant(NamedTuple):
    """What to add where. `principal` is an ARN in a bucket policy, and empty elsewhere."""

    where: str
    action: str
    principal: str
    resources: tuple[str, ...]

    def text(self, shown: int | None = None) -> str:
        """The change in words, with so many of the resources, or with all."""
        listed: Sequence[str] = self.resources[:shown]
        statement = allow(self.action, listed[0] if len(listed) == 1 else listed)
        if self.principal:
            statement = {"Effect": "Allow", "Principal": {"AWS": self.principal}, **statement}
        return meant(f"add to {self.where}: {written(statement)}")


def for_s3(role: Role, layer: Layer, action: str, place: Path) -> Grant:
    """For a role and an action of S3: the folder of an object, or the bucket."""
    partition = role.arn.partition or "aws"
    if s3_action(action).level is Level.OBJECT:
        folder = place.key.rpartition("/")[0]
        resource = object_arn(place.bucket, f"{folder}/*" if folder else "*", partition)
    else:
        resource = bucket_arn(place.bucket, partition)
    if layer is Layer.RESOURCE:
        where = f"the policy of the bucket {place.bucket}"
        return Grant(where, action, str(role.arn), (resource,))
    where = "the permissions boundary" if layer is Layer.BOUNDARY else "a policy"
    return Grant(f"{where} of {role.name}", action, "", (resource,))


def meant(change: str) -> str:
    """A change that gives access: a denial may be what somebody wants."""
    return f"if that is meant, {change}"
