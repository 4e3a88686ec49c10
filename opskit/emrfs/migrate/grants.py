"""To S3 Access Grants: grants on places for people of a directory.

EMR Management Guide, "Using Amazon S3 Access Grants with Amazon EMR" and "Integrate Amazon EMR
with AWS IAM Identity Center"; Amazon S3 User Guide, "Managing access with S3 Access Grants".
Grants have no order and no denial, and widen what IAM allows. Spark alone asks for them.
"""

from collections.abc import Iterator, Mapping

from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.build import checks
from opskit.emrfs.build.launch import DEFAULT_NAME
from opskit.emrfs.migrate import grantpolicies as policies
from opskit.emrfs.migrate.gains import gained
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
CENTER_ROLE = "emrfs-identity-center"
STORE = Variable("IDENTITY_STORE_ID")
CENTER = Variable("IDENTITY_CENTER_ARN")
_SITE = [
    {
        "Classification": "emrfs-site",
        "Properties": {
            "fs.s3.s3AccessGrants.enabled": "true",
            "fs.s3.s3AccessGrants.fallbackToIAM": "false",
        },
    }
]
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
        for reason in gained(self._design, role):
            row.lessen(reason)
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
            options = {
                "account-id": self._account,
                "access-grants-location-id": "default",
                "access-grants-location-configuration": json_word({"S3SubPrefix": scope.place}),
                "grantee": word(grantee, variable),
                "permission": scope.permission,
            }
            if scope.is_object:
                options["s3-prefix-type"] = "Object"
            self._grants.append(self._control("create-access-grant", options))

    def _control(self, name: str, options: Mapping[str, str]) -> str:
        return command(f"aws s3control {name}", {**options, "region": word(self._region)})

    def steps(self) -> Iterator[Step]:
        """The commands, in order; none where there is nothing to grant."""
        if not self._grants:
            return
        account = {"account-id": self._account}
        yield Step(
            "connect S3 Access Grants to IAM Identity Center, whose users and groups are those of "
            "the mappings",
            [
                self._control(
                    "create-access-grants-instance",
                    {**account, "identity-center-arn": word(CENTER)},
                )
            ],
        )
        instance, design = self._instance(), self._design
        location = {**account, "location-scope": "s3://", "iam-role-arn": self._arn(LOCATION_ROLE)}
        yield Step(
            "make the role that grants are given out with",
            [
                *self._role(
                    LOCATION_ROLE,
                    policies.location_trust(self._account, instance),
                    policies.location_data(design, self._scopes),
                ),
                self._control("create-access-grants-location", location),
            ],
        )
        yield Step("look up the people", self._people)
        yield Step("grant", self._grants)
        yield Step(
            "make the role that asks for grants in the name of a user",
            self._role(
                CENTER_ROLE,
                policies.center_trust(self._base),
                policies.center_permissions(instance),
            ),
        )
        yield Step("make a security configuration with IAM Identity Center", [self._configure()])
        yield Step(
            "launch clusters with it and with --configurations file://access-grants.json; "
            "'opskit emrfs build -o create-cluster' has the rest of the command",
            [f"printf '%s\\n' {json_word(_SITE)} > access-grants.json"],
        )
        yield Step(
            "take S3 away from the base role and the mapped roles when all is tested: grants widen "
            "what IAM allows and narrow nothing"
        )

    def _instance(self) -> str:
        region = f"${{{REGION}}}" if isinstance(self._region, Variable) else self._region
        return f"arn:{self._design.partition}:s3:{region}:{self._account}:access-grants/default"

    def _arn(self, name: str) -> str:
        return word(f"arn:{self._design.partition}:iam::{self._account}:role/{name}")

    def _role(self, name: str, trust: object, permissions: object) -> list[str]:
        """The commands that make a role."""
        made = {"role-name": name, "assume-role-policy-document": json_word(trust, [REGION])}
        policy = {
            "role-name": name,
            "policy-name": TARGET,
            "policy-document": json_word(permissions, [REGION]),
        }
        return [command("aws iam create-role", made), command("aws iam put-role-policy", policy)]

    def _configure(self) -> str:
        made = policies.configuration(self._design, self._arn(CENTER_ROLE), CENTER)
        name = f"{self._design.name or DEFAULT_NAME}-{TARGET}"
        return command(
            "aws emr create-security-configuration",
            {"name": word(name), "security-configuration": json_word(made, [CENTER])},
        )


def _notes(design: Design) -> Iterator[str]:
    found = release(design.release)
    if found < RELEASE:
        yield f"clusters need emr-6.15.0 or later; the document has {design.release or 'none'}"
    yield (
        "grants are for Spark; Hive, Presto, Trino, MapReduce and hadoop fs keep what IAM gives "
        "their role; Iceberg tables are not supported"
    )
    if "AuthenticationConfiguration" in design.blocks:
        yield (
            "people log in through IAM Identity Center, not through Kerberos: their names have to "
            "be the same there"
        )
    if any(bucket.account not in ("", design.account) for bucket in design.buckets.values()):
        yield "buckets of other accounts need a grant in the account that owns them"
    yield "AWS's example of a configuration with IAM Identity Center encrypts in transit, too"
    yield "the buckets have to be in the Region of the Access Grants instance"
