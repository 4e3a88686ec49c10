"""To S3 Access Grants: grants on places for people of a directory.

EMR Management Guide, "Using Amazon S3 Access Grants with Amazon EMR" and "Integrate Amazon EMR
with AWS IAM Identity Center"; Amazon S3 User Guide, "Managing access with S3 Access Grants".
Grants have no order and no denial, and widen what IAM allows. Spark alone asks for them.
"""

from collections.abc import Iterator
from typing import Any

from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.build import checks
from opskit.emrfs.migrate.overlaps import overlapping, some
from opskit.emrfs.migrate.plan import (
    REGION,
    Outcome,
    Plan,
    Row,
    Step,
    Variable,
    command,
    json_word,
    release,
    shell_name,
    word,
)
from opskit.emrfs.migrate.scopes import Scope, scopes
from opskit.emrfs.model import Design, Kind

TARGET = "access-grants"
#: The first release that asks for grants.
RELEASE = (6, 15, 0)
LOCATION_ROLE = "emrfs-access-grants"
STORE = Variable("IDENTITY_STORE_ID")
CENTER = Variable("IDENTITY_CENTER_ARN")
_VERSION = "2012-10-17"
_READS = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"]
_WRITES = ["s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:AbortMultipartUpload"]
_LIST = ["s3:ListBucket", "s3:ListMultipartUploadParts"]
_NOBODY = (
    "a grant is for somebody, and this mapping is for whoever comes to the place; a grant to the "
    "base role would let in every job on the cluster"
)


def plan(design: Design, region: str = "") -> Plan:
    """The plan. InputError where the account is not known."""
    base = checks.base_arn(design)
    maker = _Maker(design, base, region)
    rows = [maker.row(each) for each in _rows(design)]
    return Plan(TARGET, rows, list(maker.steps()), list(_notes(design)))


def _rows(design: Design) -> Iterator[Row]:
    hidden = overlapping(design)
    for mapping in design.mappings:
        row = Row(mapping, Outcome.MOVES, "")
        if mapping.kind is Kind.PREFIX:
            row.lessen(_NOBODY, to=Outcome.CANNOT)
        users = hidden.get(mapping.index)
        if users:
            row.lessen(
                f"an earlier mapping hides it from {some(users)} today; grants have no order, and "
                "they would have both"
            )
        yield row


class _Maker:
    """Rows and the commands for them."""

    def __init__(self, design: Design, base: str, region: str) -> None:
        self._design = design
        self._base = base
        self._account = base.split(":")[4]
        self._region: str = region or REGION
        self._authorizer = Authorizer(design)
        self._names: set[str] = set()
        self._people: list[str] = []
        self._grants: list[str] = []
        self._scopes: dict[Scope, None] = {}

    def row(self, row: Row) -> Row:
        """Fill in what a mapping becomes."""
        if row.outcome is Outcome.CANNOT:
            row.becomes = "nothing"
            return row
        role = self._design.role_of(row.mapping)
        found = scopes(self._authorizer, role)
        for reason in found.lost:
            row.lessen(reason)
        if not found.granted:
            row.lessen("there is no place that a grant could be on", to=Outcome.CANNOT)
            row.becomes = "nothing"
            return row
        row.becomes = "; ".join(f"{each.permission} on {each.uri}" for each in found.granted)
        self._scopes |= dict.fromkeys(found.granted)
        for identifier in row.mapping.identifiers:
            self._grant(row.mapping.kind, identifier.text, found.granted)
        return row

    def _grant(self, kind: Kind, name: str, granted: list[Scope]) -> None:
        user = kind is Kind.USER
        variable = shell_name("USER" if user else "GROUP", name, self._names)
        attribute = {
            "UniqueAttribute": {
                "AttributePath": "userName" if user else "displayName",
                "AttributeValue": name,
            }
        }
        lookup = command(
            f"aws identitystore get-{'user' if user else 'group'}-id",
            {
                "identity-store-id": word(STORE),
                "alternate-identifier": json_word(attribute),
                "query": "UserId" if user else "GroupId",
                "output": "text",
            },
        )
        self._people.append(f'{variable}="$({lookup})"')
        grantee = f"GranteeType=DIRECTORY_{kind.upper()},GranteeIdentifier="
        for scope in granted:
            options: dict[str, str | None] = {
                "account-id": self._account,
                "access-grants-location-id": "default",
                "access-grants-location-configuration": json_word({"S3SubPrefix": scope.place}),
                "grantee": word(grantee, variable),
                "permission": scope.permission,
            }
            if scope.is_object:
                options["s3-prefix-type"] = "Object"
            self._grants.append(self._control("create-access-grant", options))

    def _control(self, name: str, options: dict[str, str | None]) -> str:
        return command(f"aws s3control {name}", {**options, "region": word(self._region)})

    def steps(self) -> Iterator[Step]:
        """The commands, in order; none where there is nothing to grant."""
        if not self._grants:
            return
        yield Step(
            "connect S3 Access Grants to IAM Identity Center, whose users and groups are those of "
            "the mappings",
            [
                self._control(
                    "create-access-grants-instance",
                    {"account-id": self._account, "identity-center-arn": word(CENTER)},
                )
            ],
        )
        yield Step("make the role that grants are given out with", self._location())
        yield Step("look up the people", self._people)
        yield Step("grant", self._grants)
        yield Step("let the base role ask for grants", [self._asking()])
        yield Step("launch clusters that ask for grants, Spark alone", [self._classification()])
        yield Step(
            "take S3 away from the base role and the mapped roles when all is tested: grants widen "
            "what IAM allows and narrow nothing"
        )

    def _instance(self) -> str:
        region = f"${{{REGION}}}" if isinstance(self._region, Variable) else self._region
        return f"arn:{self._design.partition}:s3:{region}:{self._account}:access-grants/default"

    def _location(self) -> list[str]:
        arn = f"arn:{self._design.partition}:iam::{self._account}:role/{LOCATION_ROLE}"
        trust = {
            "Version": _VERSION,
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "access-grants.s3.amazonaws.com"},
                    "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:SetContext"],
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": self._account},
                        "ArnEquals": {"aws:SourceArn": self._instance()},
                    },
                }
            ],
        }
        return [
            command(
                "aws iam create-role",
                {
                    "role-name": LOCATION_ROLE,
                    "assume-role-policy-document": json_word(trust, [REGION]),
                },
            ),
            command(
                "aws iam put-role-policy",
                {
                    "role-name": LOCATION_ROLE,
                    "policy-name": "data",
                    "policy-document": json_word(self._data()),
                },
            ),
            self._control(
                "create-access-grants-location",
                {
                    "account-id": self._account,
                    "location-scope": "s3://",
                    "iam-role-arn": word(arn),
                },
            ),
        ]

    def _data(self) -> dict[str, Any]:
        """What the location's role may do: it is the most that a grant can give."""
        lead = f"arn:{self._design.partition}:s3:::"
        made = []
        for name, actions in (("READ", _READS), ("WRITE", _WRITES)):
            places = sorted({each.place for each in self._scopes if name in each.permission})
            if places:
                resources = [lead + place for place in places]
                made.append({"Effect": "Allow", "Action": actions, "Resource": resources})
        buckets = sorted({each.place.partition("/")[0] for each in self._scopes})
        listed = [lead + bucket for bucket in buckets] + [f"{lead}{each}/*" for each in buckets]
        made.append({"Effect": "Allow", "Action": _LIST, "Resource": listed})
        return {"Version": _VERSION, "Statement": made}

    def _asking(self) -> str:
        policy = {
            "Version": _VERSION,
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetDataAccess", "s3:GetAccessGrantsInstanceForPrefix"],
                    "Resource": self._instance(),
                }
            ],
        }
        return command(
            "aws iam put-role-policy",
            {
                "role-name": word(self._base.rpartition("/")[2]),
                "policy-name": "access-grants",
                "policy-document": json_word(policy, [REGION]),
            },
        )

    def _classification(self) -> str:
        properties = {
            "fs.s3.s3AccessGrants.enabled": "true",
            "fs.s3.s3AccessGrants.fallbackToIAM": "false",
        }
        site = [{"Classification": "emrfs-site", "Properties": properties}]
        return f"printf '%s\\n' {json_word(site)} > access-grants.json"


def _notes(design: Design) -> Iterator[str]:
    found = release(design.release)
    if found < RELEASE:
        yield f"clusters need emr-6.15.0 or later; the document has {design.release or 'none'}"
    yield (
        "clusters need a security configuration with IdentityCenterConfiguration, or the cluster "
        "knows no people of the directory, and every job has the grants of its role"
    )
    yield (
        "grants are for Spark; Hive, Presto, Trino, MapReduce and hadoop fs keep what IAM gives "
        "their role; Iceberg tables are not supported"
    )
    if "AuthenticationConfiguration" in design.blocks:
        yield (
            "Kerberos users are not the users of IAM Identity Center: their names have to be the "
            "same there"
        )
    if any(bucket.account not in ("", design.account) for bucket in design.buckets.values()):
        yield "buckets of other accounts need a grant in the account that owns them"
    yield "the buckets have to be in the Region of the Access Grants instance"
