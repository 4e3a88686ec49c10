"""To S3A, the file system of EMR from 7.10 on.

EMR Release Guide, "Migration Guide: EMRFS to S3A Filesystem": the mappings are carried over from
`fs.s3.authorization.roleMapping` to `fs.s3a.authorization.roleMapping`, unless
`fs.s3a.emrfs.compatibility.enable` is false.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from opskit.emrfs.build import launch
from opskit.emrfs.formats.hadoop import MAPPINGS
from opskit.emrfs.migrate.plan import Outcome, Plan, Row, Step, json_word, release
from opskit.emrfs.model import Cluster, Design, Kind, RoleMapping
from opskit.emrfs.prefixes import normal
from opskit.errors import InputError

TARGET = "s3a"
#: The first release in which S3A is the file system for s3://.
RELEASE = (7, 10, 0)
FIRST = "emr-7.10.0"
COMPATIBILITY = "fs.s3a.emrfs.compatibility.enable"
_IMPLEMENTATIONS = ("fs.s3.impl", "fs.s3n.impl")
_EMRFS = "com.amazon.ws.emr.hadoop.fs.EmrFileSystem"
_OTHER_NAMES = {
    "fs.s3.authorization.ugi.groupName.enabled": "fs.s3a.authorization.ugi.groupName.enabled",
    "fs.s3.authorization.audit.enabled": "fs.s3a.authorization.audit.enabled",
    "fs.s3.credentialsResolverClass": "fs.s3a.credentials.resolver",
    "fs.s3.sts.endpoint": "fs.s3a.assumed.role.sts.endpoint",
    "fs.s3.sts.sessionDurationSeconds": "fs.s3a.assumed.role.session.duration",
}
_PROVIDER = "fs.s3.customAWSCredentialsProvider"
#: Settings that S3A has no counterpart of, by the start of their names.
_GONE = (
    *("fs.s3.consistent", "fs.s3.cse.cryptoStorageMode", "fs.s3.cse.encryptionV2"),
    *("fs.s3.multipart.clean", "fs.s3.multipart.th", "fs.s3.multipart.fraction"),
    *("fs.s3.folderObject", "fs.s3.requestHandler", "fs.s3.requestStatistics"),
    *("fs.s3.rename.algorithm", "fs.s3.seekStrategy", "fs.s3.listFiles", "fs.s3.region"),
)


def plan(design: Design, to: str = "") -> Plan:
    """The plan; `to` is the release to go to, by default the design's own or the first with S3A."""
    target = to or (design.release if release(design.release) >= RELEASE else FIRST)
    if release(target) < RELEASE:
        raise InputError(
            f"{target!r:.40} is no release with S3A as its file system",
            hint=f"name {FIRST} or a later one with --release",
        )
    settings = dict(_settings(design.cluster or Cluster()))
    rows = [_row(mapping, settings) for mapping in design.mappings]
    notes = [*_notes(design, settings)]
    return Plan(TARGET, rows, list(_steps(design, target, settings, notes)), notes)


def _row(mapping: RoleMapping, settings: Mapping[str, str]) -> Row:
    row = Row(mapping, Outcome.MOVES, f"carried over to {MAPPINGS[1]}")
    if _is_off(settings):
        row.becomes = "nothing: the base role decides"
        row.lessen(f"{COMPATIBILITY} is false: mappings are not carried over", to=Outcome.CANNOT)
    if mapping.kind is Kind.PREFIX:
        folders = [each.text for each in mapping.identifiers if _is_folder(each.text)]
        if folders:
            row.lessen(
                f"the object that stands for the folder {folders[0]} is {_marker(folders[0])} for "
                "EMRFS, and falls to the base role; S3A makes it end in '/', inside of the prefix"
            )
    return row


def _is_off(settings: Mapping[str, str]) -> bool:
    return settings.get(COMPATIBILITY, "").lower() == "false" and MAPPINGS[1] not in settings


def _is_folder(text: str) -> bool:
    found = normal(text)
    return found.endswith("/") and found.count("/") > 1


def _marker(text: str) -> str:
    return f"{normal(text).rstrip('/').rpartition('/')[2]}_$folder$"


def _settings(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """The settings of Hadoop and EMRFS in the cluster's classifications."""
    for each in cluster.configurations:
        properties = each.get("Properties")
        if each.get("Classification") in ("core-site", "emrfs-site", "hdfs-site"):
            for key, value in properties.items() if isinstance(properties, Mapping) else ():
                yield str(key), str(value)


def _notes(design: Design, settings: Mapping[str, str]) -> Iterator[str]:
    cluster = design.cluster or Cluster()
    engines = [each for each in cluster.applications if each.lower() in ("trino", "presto")]
    if engines:
        yield f"{', '.join(engines)} does not use S3A, and reads the mappings of EMRFS as before"
    authorization = design.blocks.get("AuthorizationConfiguration")
    if isinstance(authorization, Mapping) and "RangerConfiguration" in authorization:
        yield "S3A does not work with EMR's Ranger integration: AWS names Lake Formation for it"
    for name, other in _OTHER_NAMES.items():
        if name in settings:
            yield f"{name} is carried over to {other}"
    if _PROVIDER in settings:
        yield f"{_PROVIDER} is not: write fs.s3a.aws.credentials.provider"
    gone = [name for name in settings if name.startswith(_GONE)]
    if gone:
        yield f"settings without a counterpart in S3A: {', '.join(sorted(gone))}"
    if any(settings.get(name) == _EMRFS for name in _IMPLEMENTATIONS):
        yield "the file system is set to EMRFS: nothing moves until fs.s3.impl is taken out"
    yield (
        "how S3A matches prefixes and groups is documented as little as for EMRFS: test with "
        "'opskit emrfs test' and real reads"
    )


def _steps(
    design: Design, target: str, settings: Mapping[str, str], notes: list[str]
) -> Iterator[Step]:
    if _is_off(settings):
        yield Step(f"take {COMPATIBILITY}=false out of core-site, or all falls to the base role")
    if design.base_role is None:
        yield Step(f"launch a cluster of {target} with the same security configuration")
    else:
        moved = replace(design, release=target)
        yield Step(
            f"launch a cluster of {target} with the same security configuration",
            [launch.render(moved, notes).rstrip("\n")],
        )
    yield Step(
        "see on its primary node that the mappings are there, and which file system answers",
        [f"hdfs getconf -confKey {MAPPINGS[1]}", "hdfs getconf -confKey fs.s3.impl"],
    )
    back = [{"Classification": "core-site", "Properties": dict.fromkeys(_IMPLEMENTATIONS, _EMRFS)}]
    yield Step(
        "to stay with EMRFS on this release, launch with --configurations file://emrfs.json",
        [f"printf '%s\\n' {json_word(back)} > emrfs.json"],
    )
