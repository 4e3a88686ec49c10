"""What a file is, told from its name and its content."""

import gzip
import io
import json
import sys

import pytest

from opskit.emrfs.load import load, read
from opskit.emrfs.model import Kind
from opskit.errors import InputError
from tests.emrfs.designs import EXAMPLES

ARN = "arn:aws:iam::123456789012:role/"
MAPPING = {"Role": f"{ARN}eng", "IdentifierType": "Group", "Identifiers": ["eng"]}
CONFIGURATION = {"AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": [MAPPING]}}}
SITE = f"""<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <property>
    <name>fs.s3.authorization.roleMapping</name>
    <value>{ARN}eng=g:eng</value>
  </property>
</configuration>
"""
TERRAFORM = f"""
resource "aws_emr_security_configuration" "shared" {{
  name          = "shared"
  configuration = jsonencode({{
    AuthorizationConfiguration = {{
      EmrFsConfiguration = {{
        RoleMappings = [
          {{ Role = "{ARN}eng", IdentifierType = "Group", Identifiers = ["eng"] }}
        ]
      }}
    }}
  }})
}}
"""
TEMPLATE = f"""\
Resources:
  Config:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration:
        AuthorizationConfiguration:
          EmrFsConfiguration:
            RoleMappings:
              - {{Role: "{ARN}eng", IdentifierType: Group, Identifiers: [!Sub eng]}}
"""
OWN = f"""\
base-role: {ARN}base
mappings:
  - role: {ARN}eng
    groups: [eng]
"""
ROLE_MAPPER = {"PrincipalRoleMappings": [{"groupname": "eng", "rolearn": f"{ARN}eng"}]}
TRINO = {"mappings": [{"group": "eng", "iamRole": f"{ARN}eng"}]}
CLASSIFICATIONS = [
    {
        "Classification": "emrfs-site",
        "Properties": {"fs.s3.authorization.roleMapping": f"{ARN}eng=g:eng"},
    }
]
SHAPES = {
    "emrfs": ("emrfs.yaml", OWN),
    "securityconfig": ("config.json", json.dumps(CONFIGURATION)),
    "cloudformation": ("template.yaml", TEMPLATE),
    "terraform": ("main.tf", TERRAFORM),
    "sitexml": ("emrfs-site.xml", SITE),
    "rolemapper": ("mappings.json", json.dumps(ROLE_MAPPER)),
    "trino": ("trino.json", json.dumps(TRINO)),
    "configurations": ("classifications.json", json.dumps(CLASSIFICATIONS)),
}


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(source):
    with pytest.raises(InputError) as caught:
        load(source)
    return caught.value


class TestFormats:
    @pytest.mark.parametrize("kind", SHAPES)
    def test_by_its_name(self, written, kind):
        name, content = SHAPES[kind]
        design = load(written(name, content))
        assert (design.format, len(design.mappings)) == (kind, 1)
        assert design.mappings[0].kind is Kind.GROUP
        assert str(design.arn(design.mappings[0].role)) == f"{ARN}eng"
        assert design.source.endswith(name)

    @pytest.mark.parametrize("kind", SHAPES)
    def test_from_stdin_by_its_content(self, monkeypatch, kind):
        data = io.BytesIO(SHAPES[kind][1].encode())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
        design = load("-")
        assert (design.format, design.source, len(design.mappings)) == (kind, "<stdin>", 1)

    @pytest.mark.parametrize("kind", SHAPES)
    def test_with_a_name_that_tells_nothing_and_a_byte_order_mark(self, written, kind):
        content = b"\xef\xbb\xbf" + SHAPES[kind][1].encode()
        assert load(written("file.txt", content)).format == kind

    def test_terraform_in_json(self, written):
        resource = {"shared": {"name": "x", "configuration": json.dumps(CONFIGURATION)}}
        source = {"resource": {"aws_emr_security_configuration": resource}}
        design = load(written("main.tf.json", json.dumps(source)))
        assert (design.format, len(design.mappings)) == ("terraform", 1)

    def test_xml_in_utf_16(self, written):
        text = SITE.replace("UTF-8", "UTF-16")
        assert load(written("core-site.xml", text.encode("utf-16"))).format == "sitexml"

    def test_yaml_that_starts_with_a_merge(self, written):
        text = "<<: {base-role: b}\nmappings: [{role: r, users: [u]}]\n"
        assert load(written("emrfs.yaml", text)).format == "emrfs"

    def test_a_part_of_a_template(self, written):
        second = TEMPLATE.removeprefix("Resources:\n").replace("Config:", "Second:", 1)
        path = written("template.yaml", TEMPLATE + second.replace("Group,", "User,"))
        assert "several security configurations" in str(refusal(path))
        assert load(f"{path}#Second").mappings[0].kind is Kind.USER
        assert "no security configuration Third" in str(refusal(f"{path}#Third"))

    def test_a_part_of_what_has_none(self, written):
        assert "#Config was asked for" in str(refusal(f"{written('emrfs.yaml', OWN)}#Config"))

    def test_a_file_with_a_hash_in_its_name(self, written):
        assert load(written("emrfs#2.yaml", OWN)).format == "emrfs"

    def test_the_example(self):
        assert len(load(EXAMPLES / "emrfs.yaml").mappings) == 4


class TestFaults:
    BROKEN = json.dumps(
        {
            "AuthorizationConfiguration": {
                "EmrFsConfiguration": {
                    "RoleMappings": [
                        MAPPING | {"Identifiers": "eng"},
                        MAPPING | {"IdentifierType": "Everyone"},
                    ]
                }
            }
        },
        indent=1,
    )

    def test_load_refuses_them_and_names_each(self, written):
        path = written("config.json", self.BROKEN)
        error = refusal(path)
        first, second = error.message.split("\n")
        assert error.where == f"{path}:8:21"
        assert first == "mappings[0] has a text for Identifiers, not a list (EMR001)"
        assert second.startswith(f"{path}:12:24: mappings[1] has the unknown IdentifierType")
        assert "lint" in error.hint

    def test_read_tolerates_them(self, written):
        design = read(written("config.json", self.BROKEN))
        assert [fault.rule for fault in design.faults] == ["EMR001", "EMR004"]
        assert [mapping.index for mapping in design.mappings] == [0]

    def test_many_are_cut(self, written):
        mappings = [MAPPING | {"Identifiers": "x"}] * 30
        source = {"AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": mappings}}}
        lines = refusal(written("config.json", json.dumps(source))).message.split("\n")
        assert (len(lines), lines[-1]) == (11, "... and 20 more")


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "message", "hint"),
        [
            ("", "is empty", "opskit reads"),
            (" \n", "is empty", "opskit reads"),
            ('{"a": 1, "b": 2}', "has the keys a, b: no role mappings", "opskit reads"),
            ("ana:$6$salt:1:0:::\nbo: 1\n", "has the keys ..., bo: no role", "opskit reads"),
            ("{}", "is an empty object", "opskit reads"),
            ("[1, 2]", "is a list of 2", "opskit reads"),
            ("just words", "is plain text", "opskit reads"),
            (
                '{"Version": "2012-10-17", "Statement": []}',
                "is an IAM policy, not role mappings",
                "under 'roles'",
            ),
            (
                '{"SecurityConfigurations": [{"Name": "x"}]}',
                "holds names of security configurations",
                "describe-security-configuration",
            ),
            (
                '{"schema": "opskit.emrfs.resolve/1"}',
                "is what a command printed",
                "the command was given",
            ),
        ],
    )
    def test_what_was_found_and_what_is_read(self, written, content, message, hint):
        path = written("some.yaml", content)
        error = refusal(path)
        assert message in error.message
        assert hint in error.hint
        assert error.where == str(path)

    def test_many_keys_are_cut(self, written):
        text = json.dumps({f"key{n}": n for n in range(100)})
        assert "key4 ...:" in refusal(written("x.json", text)).message

    @pytest.mark.parametrize("name", ["x.json", "x.yaml", "x", "x.tf"])
    def test_binary(self, written, name):
        assert "binary" in str(refusal(written(name, b"\0\1\2")))
        assert "UTF-8" in str(refusal(written(name, gzip.compress(b"x" * 100, mtime=0)[:3])))

    def test_too_large(self, written):
        assert "larger than 16 MiB" in str(refusal(written("x.json", b" " * (16 * 2**20 + 1))))

    def test_missing_and_a_folder(self, tmp_path):
        assert "no such file" in str(refusal(tmp_path / "x.yaml"))
        assert "is a folder" in str(refusal(tmp_path))

    def test_broken_json_and_broken_yaml(self, written):
        assert "is not JSON" in str(refusal(written("x.json", '{"a": }')))
        error = refusal(written("x.yaml", "a: [1\nb: 2"))
        assert ":2" in error.where

    def test_other_xml(self, written):
        assert "root <broker>" in str(refusal(written("activemq.xml", "<broker/>")))
