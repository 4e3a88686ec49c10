"""A design compared with what is in EMR, in IAM and, where asked, with what STS does."""

from opskit.emrfs.live import account
from opskit.emrfs.live.emr import Emr
from opskit.emrfs.live.iam import shared
from opskit.emrfs.model import Design
from opskit.emrfs.verify import configurations, launched, roles, sts
from opskit.emrfs.verify.rows import Row, exit_code

__all__ = ["Row", "exit_code", "verify"]


def verify(
    design: Design, *, cluster: str = "", configuration: str = "", assume: bool = False
) -> list[Row]:
    """Everything that is compared, in the order of the document."""
    emr, iam = Emr(), shared(account())
    rows = list(launched.cluster(design, emr, iam, cluster)) if cluster else []
    rows += configurations.rows(design, emr, cluster, configuration)
    for label, role in roles.of(design):
        rows += roles.rows(label, role, iam)
    if design.base_role is not None and not cluster:
        rows += launched.profile(design, design.base_role, iam)
    if assume:
        rows += sts.assumed(design)
    return rows
