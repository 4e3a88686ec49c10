"""Terraform read as role mappings: `.tf`, `.tf.json`, what `terraform show -json` prints.

The shapes are those of public modules: mappings in `jsonencode`, in a heredoc, in a file, made by
a loop over variables; policies as documents of data sources, inline and attached.
"""

import json
from pathlib import Path
from textwrap import dedent

import pytest

from opskit.emrfs.access import assume_decision
from opskit.emrfs.authorize import authorize
from opskit.emrfs.formats import terraform
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.load import load, read
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.prefixes import path
from opskit.emrfs.rules.broken import broken
from opskit.errors import InputError

ACCOUNT = "arn:aws:iam::${data.aws_caller_identity.current.account_id}"
MAPPING = (
    '{ Role = "arn:aws:iam::123456789012:role/r", IdentifierType = "User", Identifiers = ["u"] }'
)


def config(mappings: str, name: str = "x") -> str:
    """A security configuration with `RoleMappings` as an expression."""
    return f"""\
resource "aws_emr_security_configuration" "{name}" {{
  name          = "shared-{name}"
  configuration = jsonencode({{
    AuthorizationConfiguration = {{ EmrFsConfiguration = {{ RoleMappings = {mappings} }} }}
  }})
}}
"""


def tf(text: str, name: str = "main.tf") -> Design:
    return terraform.read(dedent(text).encode(), name)


def said(design: Design) -> list[tuple[str, Kind, list[str]]]:
    return [(m.role, m.kind, [i.text for i in m.identifiers]) for m in design.mappings]


# the mappings


def test_jsonencode_with_places() -> None:
    design = tf(config(f"[{MAPPING}]"))
    assert said(design) == [("arn:aws:iam::123456789012:role/r", Kind.USER, ["u"])]
    assert (design.name, design.account, design.format) == ("shared-x", "123456789012", "terraform")
    mapping = design.mappings[0]
    assert str(mapping.location).startswith("main.tf:4:")
    assert str(mapping.identifiers[0].location).startswith("main.tf:4:")
    assert design.faults == design.notes == []


HEREDOC = """\
resource "aws_emr_security_configuration" "x" {
  name = "shared"
  configuration = <<EOF
{
  "AuthorizationConfiguration": {
    "EmrFsConfiguration": {
      "RoleMappings": [
        {"Role": "${aws_iam_role.eng.arn}",
         "IdentifierType": "Group",
         "Identifiers": ["${var.group}", "${local.names["b"]}", "${var.other["c"]}"]}
      ]
    }
  },
  "AuthenticationConfiguration": {
    "KerberosConfiguration": {
      "Provider": "ClusterDedicatedKdc",
      "ClusterDedicatedKdcConfiguration": {"TicketLifetimeInHours": ${var.hours}}
    }
  }
}
EOF
}
variable "group" { default = "eng" }
locals { names = { b = "ops" } }
resource "aws_iam_role" "eng" {
  name = "emrfs-eng"
}
"""


@pytest.mark.parametrize("text", [HEREDOC, HEREDOC.replace("<<EOF", "<<-EOF")])
def test_a_heredoc_with_interpolations(text: str) -> None:
    design = tf(text)
    names = ["eng", "ops", "${var.other['c']}"]
    assert said(design) == [("emrfs-eng", Kind.GROUP, names)]
    assert str(design.mappings[0].location) == "main.tf:8:9"
    assert str(design.mappings[0].identifiers[1].location).startswith("main.tf:10:")
    kerberos = design.blocks["AuthenticationConfiguration"]["KerberosConfiguration"]
    hours = kerberos["ClusterDedicatedKdcConfiguration"]["TicketLifetimeInHours"]
    assert hours == "${var.hours}"
    assert any("which only Terraform can tell" in note for note in design.notes)


def test_crlf_and_a_byte_order_mark() -> None:
    data = b"\xef\xbb\xbf" + HEREDOC.replace("\n", "\r\n").encode()
    assert terraform.fits(data)
    design = terraform.read(data, "main.tf")
    assert design.mappings[0].role == "emrfs-eng"
    assert str(design.mappings[0].location) == "main.tf:8:9"


def test_a_file_beside_it(tmp_path: Path) -> None:
    source = json.loads(
        '{"AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": ['
        '{"Role": "arn:aws:iam::123456789012:role/${team}", "IdentifierType": "User",'
        '"Identifiers": ["u"]}]}}}'
    )
    (tmp_path / "config.json").write_text(json.dumps(source, indent=1))
    for expression, role in (
        ('file("${path.module}/config.json")', "${team}"),
        ('file("config.json")', "${team}"),
        ('templatefile("${path.module}/config.json", { team = "eng" })', "eng"),
        ('templatefile(format("%s/config.json", path.module), { team = var.t })', "ops"),
    ):
        main = tmp_path / "main.tf"
        main.write_text(
            'variable "t" { default = "ops" }\n'
            f'resource "aws_emr_security_configuration" "x" {{ configuration = {expression} }}\n'
        )
        design = read(main)
        assert design.mappings[0].role == f"arn:aws:iam::123456789012:role/{role}"
        assert str(design.mappings[0].location) == f"{tmp_path}/config.json:5:5"


def test_a_loop_over_variables_and_their_values(tmp_path: Path) -> None:
    mappings = """var.version == 2 ? flatten([
      for user, role in var.roles : [
        { Role = role, IdentifierType = "User", Identifiers = [user] }
      ]]) : flatten([for g in var.groups : [
        { Role = aws_iam_role.g[g].arn, IdentifierType = "Group", Identifiers = [g] }]])"""
    (tmp_path / "emr.tf").write_text(config(mappings))
    (tmp_path / "variables.tf").write_text(
        'variable "version" {\n  default = 1\n}\nvariable "roles" {}\n'
        'variable "groups" { default = ["b", "a"] }\n'
        'resource "aws_iam_role" "g" {\n  for_each = toset(var.groups)\n'
        '  name = "emrfs-${each.key}"\n}'
    )
    assert said(read(tmp_path / "emr.tf")) == [
        ("emrfs-b", Kind.GROUP, ["b"]),
        ("emrfs-a", Kind.GROUP, ["a"]),
    ]
    (tmp_path / "terraform.tfvars").write_text(
        'version = 2\nroles = { zoe = "arn:aws:iam::123456789012:role/z", amy = "a" }\n'
    )
    assert said(read(tmp_path / "emr.tf")) == [
        ("a", Kind.USER, ["amy"]),
        ("arn:aws:iam::123456789012:role/z", Kind.USER, ["zoe"]),
    ]


@pytest.mark.parametrize(
    ("mappings", "roles"),
    [
        (f"concat([{MAPPING}], local.more)", ["r", "s"]),
        ('[for m in local.more : m if m.Role != "t"]', ["s"]),
        ("[for k, v in { b = 2, a = 1 } : merge(local.one, { Role = k })]", ["a", "b"]),
        ("values({ for m in local.more : m.Role => m })", ["s"]),
        ("flatten([local.more, [[local.one]]])", ["s", "s"]),
        ('[merge(local.one, { Role = join("-", ["a", "b"]) })]', ["a-b"]),
        ('[merge(local.one, { "Role" : local.more[0].Role })]', ["s"]),
        ('[merge(local.one, { Role = !false ? "yes" : "no" })]', ["yes"]),
        ('[merge(local.one, { Role = "caf\\u00e9\\"$${x}" })]', ['café"${x}']),
    ],
)
def test_expressions(mappings: str, roles: list[str]) -> None:
    text = config(mappings) + (
        'locals {\n  one  = { Role = "s", IdentifierType = "User", Identifiers = ["v"] }\n'
        "  more = [local.one]\n}\n"
    )
    found = [design_role.rpartition("/")[2] for design_role, *_ in said(tf(text))]
    assert found == roles


@pytest.mark.parametrize(
    ("mappings", "shown"),
    [
        ("var.mappings", "${var.mappings}"),
        (f"[{MAPPING}, local.more]", "${local.more}"),
        (f"concat([{MAPPING}], var.more)", "${concat("),
        ("[for u in var.users : u]", "${[for u in var.users : u]}"),
        ("var.v == 2 ? [] : []", "${var.v == 2 ? [] : []}"),
    ],
)
def test_mappings_that_only_terraform_can_tell_are_refused(mappings: str, shown: str) -> None:
    with pytest.raises(InputError) as error:
        tf(config(mappings))
    assert shown in str(error.value)
    assert error.value.where.startswith("main.tf:4:")
    assert "terraform show -json" in error.value.hint


def test_an_unknown_role_stays_readable_and_is_no_fault() -> None:
    mapping = '[{ Role = var.role, IdentifierType = "User", Identifiers = var.users }]'
    design = tf(config(mapping))
    assert said(design) == [("${var.role}", Kind.USER, ["${var.users}"])]
    assert design.arn(design.mappings[0].role).is_placeholder
    assert design.faults == []


def test_faults_of_the_configuration_have_their_line() -> None:
    design = tf(config('[{ Role = "r", IdentifierType = "User", Identifiers = "u" }]'))
    assert [(fault.rule, str(fault.location)[:10]) for fault in design.faults] == [
        ("EMR001", "main.tf:4:")
    ]


def test_the_file_itself_comes_first_and_others_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text(config(f"[{MAPPING}]", "a"))
    (tmp_path / "b.tf").write_text(config(f"[{MAPPING}]", "b"))
    design = read(tmp_path / "b.tf")
    assert design.name == "shared-b"
    assert any("aws_emr_security_configuration.a" in note for note in design.notes)


def test_a_copy_of_the_file_is_no_part_of_the_module(tmp_path: Path) -> None:
    """Terraform refuses a resource that stands twice: old.tf and new.tf are two modules."""
    text = config(f"[{MAPPING}]") + 'resource "aws_iam_role" "r" {\n  name = "r"\n'
    policy = (
        '  inline_policy {\n    name = "%s"\n    policy = jsonencode({ Statement = [] })\n  }\n}\n'
    )
    (tmp_path / "old.tf").write_text(text + policy % "old")
    (tmp_path / "new.tf").write_text(text + policy % "new")
    design = read(tmp_path / "new.tf")
    permissions = next(iter(design.roles.values())).permissions
    assert permissions is not None
    assert [each.name for each in permissions] == ["new"]
    assert any("old.tf is left out" in note for note in design.notes)


def test_a_file_beside_it_that_is_broken_is_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(config(f"[{MAPPING}]"))
    (tmp_path / "zz.tf").write_text("resource {{{")
    design = read(tmp_path / "main.tf")
    assert said(design)
    assert any("zz.tf:1" in note for note in design.notes)


def test_a_folder_beside_it_is_no_file_of_the_module(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(config(f"[{MAPPING}]"))
    (tmp_path / "modules.tf").mkdir()
    assert read(tmp_path / "main.tf").notes == []


# the roles

ROLES = """\
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Base"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.base.arn]
    }
    condition {
      test     = "StringLike"
      variable = "aws:PrincipalTag/team"
      values   = ["&{aws:username}"]
    }
  }
}
resource "aws_iam_role" "base" {
  name               = "emr-base"
  assume_role_policy = <<EOF
{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
 "Principal": {"Service": "ec2.amazonaws.com"}}}
EOF
}
resource "aws_iam_role" "r" {
  name                 = "r"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 7200
  permissions_boundary = aws_iam_policy.list.arn
  inline_policy {
    name   = "own"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
  }
}
resource "aws_iam_role_policy" "more" {
  name   = "more"
  role   = aws_iam_role.r.id
  policy = data.aws_iam_policy_document.more.json
}
data "aws_iam_policy_document" "more" {
  source_policy_documents = [data.aws_iam_policy_document.part.json]
  dynamic "statement" {
    for_each = ["a", "b"]
    content {
      sid       = "S${statement.value}"
      effect    = "Deny"
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.lake.arn}/${statement.value}/*"]
    }
  }
}
data "aws_iam_policy_document" "part" {
  statement {
    not_actions   = ["iam:*"]
    not_resources = ["arn:${data.aws_partition.current.partition}:s3:::x"]
  }
}
resource "aws_s3_bucket" "lake" {
  bucket = "lake"
}
resource "aws_iam_policy" "list" {
  name   = "list"
  policy = "{\\"Statement\\": {\\"Effect\\": \\"Allow\\", \\"Action\\": \\"s3:ListBucket\\"}}"
}
resource "aws_iam_role_policy_attachment" "list" {
  for_each   = { r = aws_iam_role.r }
  role       = each.value.name
  policy_arn = aws_iam_policy.list.arn
}
"""
OWN = '[{ Role = aws_iam_role.r.arn, IdentifierType = "User", Identifiers = ["u"] }]'


def test_roles_with_all_their_policies() -> None:
    design = tf(ROLES + config(OWN))
    assert list(design.roles) == ["r"]
    role = design.roles["r"]
    assert role.permissions is not None
    assert [policy.name for policy in role.permissions] == ["own", "more", "list"]
    assert role.max_session == 7200
    assert role.boundary is not None
    assert role.boundary.statements[0].actions == ("s3:ListBucket",)
    more = role.permissions[1].statements
    assert [(s.effect, s.sid, s.resources) for s in more] == [
        ("Allow", "", None),
        ("Deny", "Sa", ("arn:aws:s3:::lake/a/*",)),
        ("Deny", "Sb", ("arn:aws:s3:::lake/b/*",)),
    ]
    assert more[0].not_actions == ("iam:*",)
    assert more[0].not_resources == ("arn:aws:s3:::x",)
    assert str(more[1].location) == "main.tf:44:5"
    assert str(role.location) == "main.tf:25:1"
    assert role.trust is not None
    trust = role.trust.statements[0]
    assert trust.principals == {"AWS": (f"{ACCOUNT}:role/emr-base",)}
    assert trust.conditions[0].values == ("${aws:username}",)
    assert design.faults == []


def test_an_account_that_a_provider_permits_makes_whole_arns() -> None:
    provider = 'provider "aws" {\n  allowed_account_ids = ["123456789012"]\n}\n'
    design = tf(ROLES + config(OWN) + provider)
    assert design.account == "123456789012"
    assert list(design.roles) == ["arn:aws:iam::123456789012:role/r"]
    trust = design.role_of(design.mappings[0]).trust
    assert trust is not None
    assert trust.statements[0].principals == {"AWS": ("arn:aws:iam::123456789012:role/emr-base",)}


@pytest.mark.parametrize(
    "attached",
    [
        'policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"',
        "policy_arn = var.policy",
        "policy_arn = data.aws_iam_policy.p.arn",
    ],
)
def test_a_policy_that_is_not_in_the_files_makes_the_role_unknown(attached: str) -> None:
    attachment = (
        'resource "aws_iam_role_policy_attachment" "far" {\n'
        f"  role       = aws_iam_role.r.name\n  {attached}\n}}\n"
    )
    role = tf(ROLES + config(OWN) + attachment).roles["r"]
    assert role.permissions is not None
    assert role.permissions[-1].faults


def test_a_role_without_any_policy_here_is_not_known() -> None:
    text = config(OWN) + 'resource "aws_iam_role" "r" {\n  name = "r"\n}\n'
    role = tf(text).roles["r"]
    assert role.permissions is None
    assert role.trust is None


def test_a_role_that_terraform_names() -> None:
    text = config(OWN) + (
        'resource "aws_iam_role" "r" {\n  name_prefix = "r-"\n'
        "  managed_policy_arns = [aws_iam_policy.p.arn]\n}\n"
        'resource "aws_iam_policy" "p" {\n  policy = jsonencode({ Statement = [] })\n}\n'
    )
    design = tf(text)
    assert [mapping.role for mapping in design.mappings] == ["${aws_iam_role.r.arn}"]
    role = design.role_of(design.mappings[0])
    assert role.permissions is not None
    assert [policy.name for policy in role.permissions] == ["aws_iam_policy.p"]


def test_a_bucket_policy_and_the_key_of_a_bucket() -> None:
    text = (
        ROLES
        + config(OWN)
        + (
            'resource "aws_s3_bucket_policy" "lake" {\n  bucket = aws_s3_bucket.lake.id\n'
            "  policy = data.aws_iam_policy_document.part.json\n}\n"
            'resource "aws_s3_bucket_server_side_encryption_configuration" "lake" {\n'
            "  bucket = aws_s3_bucket.lake.bucket\n  rule {\n"
            "    apply_server_side_encryption_by_default {\n"
            '      kms_master_key_id = "arn:aws:kms:eu-west-1:123456789012:key/k"\n'
            "    }\n  }\n}\n"
        )
    )
    bucket = tf(text).buckets["lake"]
    assert bucket.policy is not None
    assert bucket.key == "arn:aws:kms:eu-west-1:123456789012:key/k"


def one_role(more: str) -> Design:
    """The user u and a role, with more of a module, and what is allowed at s3://data/x."""
    role = 'resource "aws_iam_role" "r" {\n  name = "r"\n}\n'
    return tf(role + config(OWN) + dedent(more))


def reads(design: Design) -> Effect:
    return authorize(design, design.roles["r"], "s3:GetObject", path("s3://data/x")).effect


GIVES = 'jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })'
SOMETIMES = {
    "count": "count = var.on ? 1 : 0",
    "number": "count = var.n",
    "for_each": "for_each = toset(var.names)",
}


@pytest.mark.parametrize("how", SOMETIMES.values(), ids=SOMETIMES)
@pytest.mark.parametrize(
    "resource",
    [
        'resource "aws_iam_role_policy" "p" {\nHOW\nrole = aws_iam_role.r.id\n'
        f"policy = {GIVES}\n}}",
        f'resource "aws_iam_policy" "p" {{\npolicy = {GIVES}\n}}\n'
        'resource "aws_iam_role_policy_attachment" "p" {\nHOW\n'
        "role = aws_iam_role.r.name\npolicy_arn = aws_iam_policy.p.arn\n}",
    ],
    ids=["inline", "attached"],
)
def test_a_policy_that_may_not_be_there_allows_nothing_for_sure(resource: str, how: str) -> None:
    assert reads(one_role(resource.replace("HOW", ""))) is Effect.ALLOW
    design = one_role(resource.replace("HOW", how))
    assert reads(design) is Effect.UNKNOWN
    assert not list(broken(design))
    off = 'variable "on" {\ndefault = true\n}\nvariable "n" {\ndefault = 1\n}\n'
    if "for_each" not in how:
        assert reads(one_role(off + resource.replace("HOW", how))) is Effect.ALLOW


def test_a_bucket_policy_that_may_not_be_there() -> None:
    denies = GIVES.replace('"Allow"', '"Deny", Principal = "*"')
    text = (
        f'resource "aws_iam_role_policy" "p" {{\nrole = aws_iam_role.r.id\npolicy = {GIVES}\n}}\n'
        f'resource "aws_s3_bucket_policy" "p" {{\nHOW\nbucket = "data"\npolicy = {denies}\n}}'
    )
    assert reads(one_role(text.replace("HOW", ""))) is Effect.DENY
    assert reads(one_role(text.replace("HOW", SOMETIMES["count"]))) is Effect.UNKNOWN


DOCUMENT = """\
data "aws_iam_policy_document" "d" {
  STATEMENT
    actions   = ["s3:*"]
    resources = ["*"]
    CONDITION
  END
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.r.id
  policy = data.aws_iam_policy_document.d.json
}
"""


@pytest.mark.parametrize(
    ("over", "expected"), [("[1]", Effect.ALLOW), ("var.on ? [1] : []", Effect.UNKNOWN)]
)
@pytest.mark.parametrize("inner", [True, False])
def test_a_dynamic_part_of_a_document(over: str, expected: Effect, inner: bool) -> None:
    dynamic = f'dynamic "NAME" {{\nfor_each = {over}\ncontent {{'
    condition = dynamic.replace("NAME", "condition") + (
        '\ntest = "Bool"\nvariable = "aws:SecureTransport"\nvalues = ["true"]\n}\n}'
    )
    text = DOCUMENT.replace("STATEMENT", "statement {" if inner else dynamic)
    text = text.replace("NAME", "statement").replace("END", "}" if inner else "}\n}")
    assert reads(one_role(text.replace("CONDITION", condition if inner else ""))) is expected


def encrypted(bucket: str, *, inline: bool = False, key: str = "aws_kms_key.k.arn") -> str:
    """A bucket with a key that Terraform makes, as of version 4 of the provider or before."""
    rule = (
        "rule {\n apply_server_side_encryption_by_default {\n"
        f'  sse_algorithm = "aws:kms"\n  kms_master_key_id = {key}\n }}\n}}\n'
    )
    block = "server_side_encryption_configuration"
    rules = f"{block} {{\n{rule}}}\n" if inline else ""
    made = f'resource "aws_s3_bucket" "data" {{\n  {bucket}\n{rules}}}\n'
    if not inline:
        made += f'resource "aws_s3_bucket_{block}" "data" {{\n'
        made += f"  bucket = aws_s3_bucket.data.id\n{rule}}}\n"
    return made


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("key", ["aws_kms_key.k.arn", "var.key"])
def test_a_key_that_terraform_makes_leaves_open_who_may_read(inline: bool, key: str) -> None:
    role = 'resource "aws_iam_role" "r" {\n  name = "r"\n  inline_policy {\n    policy = ' + (
        'jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })'
        "\n  }\n}\n"
    )
    design = tf(role + config(OWN) + encrypted('bucket = "data"', inline=inline, key=key))
    assert design.buckets["data"].key == f"${{{key}}}"
    [read, other] = [
        authorize(design, design.roles["r"], "s3:GetObject", path(f"s3://{bucket}/x"))
        for bucket in ("data", "other")
    ]
    assert (read.effect, other.effect) == (Effect.UNKNOWN, Effect.ALLOW)


def test_a_key_that_may_not_be_used() -> None:
    known = '"arn:aws:kms:eu-west-1:123456789012:key/k"'
    text = encrypted('bucket = "data"', key=known)
    assert tf(config(OWN) + text).buckets["data"].key == known.strip('"')
    text = text.replace("aws_s3_bucket.data.id", "aws_s3_bucket.data.id\n  count = var.n")
    assert tf(config(OWN) + text).buckets["data"].key.startswith("${")


@pytest.mark.parametrize("inline", [True, False])
def test_what_is_left_out_of_a_bucket_without_a_known_name_is_said(inline: bool) -> None:
    design = tf(ROLES + config(OWN) + encrypted('bucket_prefix = "x"', inline=inline))
    assert not design.buckets
    [note] = [note for note in design.notes if "of which bucket" in note]
    assert note.startswith("aws_s3_bucket")


# the cluster

CLUSTER = """\
resource "aws_iam_instance_profile" "p" {
  name = "emr-profile"
  role = aws_iam_role.base.name
}
resource "aws_emr_cluster" "other" {
  release_label = "emr-5.36.0"
}
resource "aws_emr_cluster" "c" {
  name                   = "shared"
  release_label          = "emr-6.15.0"
  applications           = ["Spark"]
  security_configuration = aws_emr_security_configuration.x.%s
  service_role           = aws_iam_role.base.arn
  log_uri                = "s3://logs/emr/"
  ec2_attributes {
    instance_profile = aws_iam_instance_profile.p.%s
  }
  kerberos_attributes {
    realm              = "EC2.INTERNAL"
    kdc_admin_password = var.password
  }
  configurations_json = <<EOF
[{"Classification": "core-site", "Properties": {"a": ${var.n}}}]
EOF
}
"""


@pytest.mark.parametrize("name", ["name", "id"])
@pytest.mark.parametrize("profile", ["name", "id", "arn"])
def test_the_cluster_that_uses_it_gives_the_base_role(name: str, profile: str) -> None:
    design = tf(ROLES + config(OWN) + CLUSTER % (name, profile))
    assert design.base_role is not None
    assert design.base_role.name == "emr-base"
    assert design.base_role.trust is not None
    cluster = design.cluster
    assert cluster is not None
    assert (cluster.instance_profile, cluster.profile_role) == ("emr-profile", "emr-base")
    assert design.release == "emr-6.15.0"
    assert cluster.kerberos == {"Realm": "EC2.INTERNAL", "KdcAdminPassword": "${var.password}"}
    assert cluster.configurations[0]["Properties"] == {"a": "${var.n}"}
    assert cluster.locations["instance-profile"].line is not None


# JSON


def test_terraforms_json(tmp_path: Path) -> None:
    source = {
        "locals": [{"team": "eng"}],
        "data": {
            "aws_iam_policy_document": {
                "d": {
                    "statement": [
                        {"actions": ["s3:*"], "resources": ["arn:aws:s3:::${local.team}/*"]}
                    ]
                }
            }
        },
        "resource": {
            "aws_iam_role": {
                "r": {
                    "name": "emrfs-${local.team}",
                    "inline_policy": {
                        "name": "own",
                        "policy": "${data.aws_iam_policy_document.d.json}",
                    },
                }
            },
            "aws_emr_security_configuration": {
                "x": [
                    {
                        "name": "shared",
                        "configuration": "${jsonencode({AuthorizationConfiguration = "
                        "{EmrFsConfiguration = {RoleMappings = [{Role = aws_iam_role.r.arn, "
                        'IdentifierType = \\"Group\\", Identifiers = [local.team]}]}}})}'.replace(
                            '\\"', '"'
                        ),
                    }
                ]
            },
        },
    }
    file = tmp_path / "main.tf.json"
    file.write_text(json.dumps(source, indent=2))
    design = load(file)
    assert said(design) == [("emrfs-eng", Kind.GROUP, ["eng"])]
    permissions = design.roles["emrfs-eng"].permissions
    assert permissions is not None
    assert permissions[0].statements[0].resources == ("arn:aws:s3:::eng/*",)
    assert str(design.roles["emrfs-eng"].location).startswith(f"{file}:")


def test_what_terraform_show_prints(tmp_path: Path) -> None:
    inner = {
        "AuthorizationConfiguration": {
            "EmrFsConfiguration": {
                "RoleMappings": [
                    {
                        "Role": "arn:aws:iam::123456789012:role/r",
                        "IdentifierType": "User",
                        "Identifiers": ["u"],
                    }
                ]
            }
        }
    }
    policy = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "${aws:username}"}}
    arn = "arn:aws:iam::123456789012"
    resources = [
        ("aws_emr_security_configuration", {"name": "s", "configuration": json.dumps(inner)}),
        ("aws_iam_role", {"name": "r", "arn": f"{arn}:role/r"}),
        ("aws_iam_policy", {"name": "p", "arn": f"{arn}:policy/p", "policy": json.dumps(policy)}),
        ("aws_iam_role_policy_attachment", {"role": "r", "policy_arn": f"{arn}:policy/p"}),
    ]
    listed = [
        {"address": f"module.emr.{type_}.x", "mode": "managed", "type": type_, "values": values}
        for type_, values in resources
    ]
    root = {"child_modules": [{"resources": listed}]}
    for key in ("values", "planned_values"):
        file = tmp_path / f"{key}.json"
        file.write_text(json.dumps({"format_version": "1.0", key: {"root_module": root}}))
        design = load(file)
        assert said(design) == [(f"{arn}:role/r", Kind.USER, ["u"])]
        permissions = design.roles[f"{arn}:role/r"].permissions
        assert permissions is not None
        assert permissions[0].statements[0].resources == ("${aws:username}",)


# what is no Terraform


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ('resource "a" "b" {\n}', True),
        ("# c\nlocals {\n}", True),
        ('variable "x" {}', True),
        ('{"resource": {}}', False),
        ("base-role: x\nmappings: []\n", False),
        ("data: |\n  resource x\n", False),
        ("", False),
        ("<configuration/>", False),
    ],
)
def test_what_looks_like_terraform(text: str, yes: bool) -> None:
    assert terraform.fits(text.encode()) is yes


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ('a = "x', "f.tf:1", "is no Terraform"),
        ("resource {\n  a = = 1\n}", "f.tf:2", "is no Terraform"),
        ("a {\n", "f.tf:2", "ends too early"),
        ("", "f.tf", "holds no aws_emr_security_configuration"),
        ('resource "aws_iam_role" "x" {}', "f.tf", "holds no aws_emr_security_configuration"),
        (config("[]").replace("RoleMappings", "Nothing"), "f.tf", "holds no"),
        (
            'resource "aws_emr_security_configuration" "x" { configuration = var.c }',
            "f.tf:1",
            "only Terraform can tell",
        ),
        (
            'resource "aws_emr_security_configuration" "x" {\n'
            ' configuration = <<E\n{\n"a": ]\nE\n}\n',
            "f.tf:4",
            "is no JSON",
        ),
        (
            'resource "aws_emr_security_configuration" "x" {\n'
            ' configuration = <<E\n{"a": [%{ for i in [1] }${i}%{ endfor }]}\nE\n}\n',
            "f.tf:1",
            "only Terraform can tell",
        ),
        ("a = " + "\n" * 5000, "f.tf:1", "too many blanks"),
        ("#" * 1_100_000, "f.tf", "larger than 1 MiB"),
        ("a = " + "[" * 20_000 + "]" * 20_000, "f.tf", "holds no"),
        (config("[" * 5000 + "]" * 5000), "f.tf:3", "nested too deep"),
        ("\0", "f.tf", "is a binary file"),
        (config("local.a") + "locals {\n  a = local.b\n  b = local.a\n}", "f.tf", "only Terraform"),
    ],
)
def test_bad_input(text: str, where: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        terraform.read(text.encode(), "f.tf")
    assert error.value.where.startswith(where)


LAUGHS = "".join(f"  a{i} = [{','.join([f'local.a{i - 1}'] * 10)}]\n" for i in range(1, 12))
TEXTS = "".join(f'  a{i} = "{"".join([f"${{local.a{i - 1}}}"] * 10)}"\n' for i in range(1, 12))


@pytest.mark.parametrize(
    ("locals_", "mappings"),
    [
        (f"  a0 = [1]\n{LAUGHS}", "local.a11"),
        (f"  a0 = [1]\n{LAUGHS}", "flatten(local.a11)"),
        (f'  a0 = "xxxxxxxxxx"\n{TEXTS}', "local.a11"),
        (
            f"  x = [{','.join('1' * 300)}]\n",
            "[for a in local.x : [for b in local.x : [for c in local.x : c]]]",
        ),
    ],
)
def test_expressions_that_multiply_end_soon(locals_: str, mappings: str) -> None:
    with pytest.raises(InputError):
        tf(f"locals {{\n{locals_}}}\n" + config(mappings))


# trust by expressions

BY_EXPRESSION = """\
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [PRINCIPAL]
    }
  }
}
resource "aws_iam_role" "base" {
  BASE
  assume_role_policy = "{}"
  inline_policy {
    name   = "logs"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
  }
}
resource "aws_iam_instance_profile" "p" {
  role = ROLE.name
}
resource "aws_iam_role" "eng" {
  ENG
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
data "aws_caller_identity" "current" {
  DATA
}
""" + config('[{ Role = aws_iam_role.eng.arn, IdentifierType = "User", Identifiers = ["u"] }]')
BASE_ARN = "aws_iam_role.base.arn"
BASE_TEXT = f'"{ACCOUNT}:role/base"'


@pytest.mark.parametrize(
    ("principal", "base", "eng", "data", "expected"),
    [
        (BASE_ARN, "", "", "", Effect.ALLOW),
        (BASE_ARN, 'name = "base"', 'name = "eng"', "", Effect.ALLOW),
        (BASE_ARN, 'name = "${var.p}-base"', 'name = "${var.p}-eng"', "", Effect.ALLOW),
        (BASE_ARN, "name = var.base.name", "name_prefix = var.p", "", Effect.ALLOW),
        (BASE_TEXT, 'name = "base"', "", "", Effect.ALLOW),
        ("aws_iam_role.base[0].arn", "count = 1", "", "", Effect.ALLOW),
        ("aws_iam_role.base[1].arn", "count = 2", "", "", Effect.UNKNOWN),
        ('aws_iam_role.base["a"].arn', 'for_each = toset(["a"])', "", "", Effect.ALLOW),
        (BASE_TEXT, 'name = "other"', "", "", Effect.UNKNOWN),
        ("aws_iam_role.other.arn", "", "", "", Effect.UNKNOWN),
        ("var.base_arn", 'name = "base"', "", "", Effect.UNKNOWN),
        # with another provider it may be another account
        (BASE_ARN, "provider = aws.other", "", "", Effect.UNKNOWN),
        (BASE_ARN, "", "provider = aws.other", "", Effect.UNKNOWN),
        (BASE_ARN, 'name = "base"', 'name = "eng"\n provider = aws.other', "", Effect.UNKNOWN),
        (BASE_TEXT, 'name = "base"', "", "provider = aws.other", Effect.UNKNOWN),
    ],
)
def test_trust_in_the_base_role_of_the_module(
    principal: str, base: str, eng: str, data: str, expected: Effect
) -> None:
    text = BY_EXPRESSION.replace("PRINCIPAL", principal).replace("BASE", base).replace("ENG", eng)
    key = "[0]" if "count" in base else '["a"]' if "for_each" in base else ""
    design = tf(text.replace("DATA", data).replace("ROLE", f"aws_iam_role.base{key}"))
    found = assume_decision(design, design.mappings[0].role)
    assert found.effect is expected, found
