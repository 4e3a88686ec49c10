"""EMR044, EMR050 and EMR052: how clusters are launched, and on what release."""

import re
from collections.abc import Iterator

from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.model import Design
from opskit.emrfs.properties import properties
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Location, Rule, Severity

#: How many security configurations an account may have, and from where it is time to clean up.
LIMIT, NEAR = 600, 540
_COMPATIBLE = "fs.s3a.emrfs.compatibility.enable"
_RELEASE = re.compile(r"emr-(\d+)\.(\d+)")
#: From this release on S3A is the default file system.
_S3A = (7, 10)


@RULES.rule(
    Rule(
        "EMR044",
        Severity.ERROR,
        title="the cluster is launched with another role than the base role",
        why="The instance profile decides which role the cluster's instances have: that role "
        "assumes the mapped ones, and gets what no mapping does. Another one is in no trust "
        "policy, or has more than the base role was given.",
        fix="launch with the instance profile that holds the base role",
        reference="EMR Management Guide, Service role for cluster EC2 instances (EC2 instance "
        "profile)",
    )
)
def other_profile(design: Design) -> Iterator[Finding]:
    """By name: the console and the CLI name a role's instance profile as the role."""
    base, cluster = design.base_role, design.cluster
    if base is None or cluster is None or not cluster.instance_profile:
        return
    written = cluster.instance_profile
    name = written.rpartition("/")[2] if written.startswith("arn:") else written
    held = cluster.profile_role.rpartition("/")[2] or name
    unknown = any(PLACEHOLDER.search(each) for each in (held, base.arn.written))
    if held == base.name or unknown:
        return
    yield Finding(
        f"the cluster is launched with the instance profile {name}, and the base role is "
        f"{base.name}",
        object=name,
        location=cluster.locations.get("instance-profile") or Location(design.source),
        observed=name,
        expected=base.name,
        fix=f"write instance-profile: {base.name}; or, where {name} does hold that role, "
        f"profile-role: {base.name}",
    )


@RULES.rule(
    Rule(
        "EMR050",
        Severity.WARNING,
        title="role mappings that EMR 7.10 and later do not carry over",
        why="From EMR 7.10 on S3A is the default file system, and takes the mappings over from "
        f"EMRFS. With {_COMPATIBLE}=false it does not: everybody gets the base role.",
        fix=f"take {_COMPATIBLE} away, or set it to true",
        reference="EMR Release Guide, Migrating from EMRFS to S3A",
    )
)
def not_carried_over(design: Design) -> Iterator[Finding]:
    """Also where the release is not known: older ones do not know the property."""
    release = _RELEASE.match(design.release)
    if not design.mappings or (release and (int(release[1]), int(release[2])) < _S3A):
        return
    for found in properties(design):
        if found.name == _COMPATIBLE and found.value.strip().lower() == "false":
            yield Finding(
                f"{found.name} is false: {design.release or 'a release from 7.10 on'} does not "
                f"take over the {len(design.mappings)} role mappings",
                object=found.classification,
                location=found.location,
                observed="false",
                expected="true, or not set",
            )


@RULES.rule(
    Rule(
        "EMR052",
        Severity.WARNING,
        title="an account that is near its limit of security configurations",
        why=f"An account may have about {LIMIT}, and there is no call that changes one: each "
        "change of the mappings takes a new one. At the limit the next change fails.",
        fix="delete those that no cluster uses: 'opskit emrfs apply --clean-up' does, name by name",
        reference="EMR Management Guide, Create a security configuration",
    )
)
def near_limit(design: Design) -> Iterator[Finding]:
    """Only where the count was asked for (`Design.in_account`): a file does not tell it."""
    count = design.in_account
    if count is not None and count >= NEAR:
        yield Finding(
            f"the account has {count} security configurations, and the limit is about {LIMIT}",
            object=design.account,
            location=Location(design.source),
            observed=str(count),
            expected=f"fewer than {NEAR}",
            severity=Severity.ERROR if count >= LIMIT else None,
        )
