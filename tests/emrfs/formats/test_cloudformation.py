"""CloudFormation templates: their functions, and what they say about role mappings."""

import contextlib
import json
from dataclasses import replace
from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.documents import parse_document
from opskit.emrfs.access import assume_decision
from opskit.emrfs.authorize import authorize
from opskit.emrfs.formats import cloudformation
from opskit.emrfs.formats.cfn.template import Template
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.load import INTRINSICS
from opskit.emrfs.model import Kind
from opskit.emrfs.prefixes import path
from opskit.emrfs.remedies import EVERYTHING
from opskit.errors import InputError

ARN = "arn:aws:iam::${AWS::AccountId}:role/"
CONFIG = """\
Config:
  Type: AWS::EMR::SecurityConfiguration
  Properties:
    Name: shared
    SecurityConfiguration:
      AuthorizationConfiguration:
        EmrFsConfiguration:
          RoleMappings:
            - Role: !GetAtt Eng.Arn
              IdentifierType: Group
              Identifiers: [eng]
"""
ENG = """\
Eng:
  Type: AWS::IAM::Role
  Properties:
    RoleName: eng
    AssumeRolePolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {AWS: !GetAtt Base.Arn}
          Action: sts:AssumeRole
"""
BASE = """\
Base:
  Type: AWS::IAM::Role
  Properties:
    Policies:
      - PolicyName: logs
        PolicyDocument:
          Statement:
            - {Effect: Allow, Action: s3:PutObject, Resource: "arn:aws:s3:::logs/*"}
Profile:
  Type: AWS::IAM::InstanceProfile
  Properties:
    Roles: [!Ref Base]
"""
CLUSTER = """\
Cluster:
  Type: AWS::EMR::Cluster
  Properties:
    Name: shared
    ReleaseLabel: emr-6.15.0
    JobFlowRole: !Ref Profile
    ServiceRole: EMR_DefaultRole
    LogUri: s3://logs/emr/
    SecurityConfiguration: !Ref Config
    Applications: [{Name: Hive}, {Name: Spark}]
    KerberosAttributes:
      Realm: EC2.INTERNAL
      KdcAdminPassword: !Ref Password
    Configurations:
      - Classification: core-site
        ConfigurationProperties: {a: b}
      - Classification: hue-ini
        Configurations:
          - Classification: desktop
            ConfigurationProperties: {c: d}
"""


def template(*resources, head=""):
    body = indent("".join(dedent(each) for each in resources), "  ")
    return f"AWSTemplateFormatVersion: '2010-09-09'\n{dedent(head)}Resources:\n{body}"


def parsed(text):
    return parse_document(text.encode(), "t.yaml", tags=INTRINSICS)


def read(*resources, head="", selected=""):
    document = parsed(template(*resources, head=head))
    assert cloudformation.recognises(document)
    return cloudformation.read(document, selected)


def filled(value, head=""):
    """What a value is with the functions filled in."""
    text = template(
        "Lake:\n  Type: AWS::S3::Bucket\n  Properties: {BucketName: lake}\n",
        "Other: {Type: AWS::S3::Bucket}\n",
        "Topic: {Type: AWS::SNS::Topic}\n",
        "Eng:\n  Type: AWS::IAM::Role\n  Properties: {RoleName: eng, Path: /team/}\n",
        "Policy: {Type: AWS::IAM::ManagedPolicy}\n",
        "Loop: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Loop}}\n",
        f"X: {{Type: T, Properties: {{v: {value}}}}}\n",
        head=head,
    )
    return Template(parsed(text)).properties("X").value.get("v")


HEAD = """\
Parameters:
  Env: {Type: String, Default: prod}
  Open: {Type: String}
  Groups: {Type: CommaDelimitedList, Default: "eng, sci"}
  Unknown: {Type: CommaDelimitedList}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
  Ami: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
Mappings:
  Buckets: {prod: {name: lake-prod}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Test: !Not [!Condition Prod]
  Both: !And [!Condition Prod, !Condition Test]
  Either: !Or [!Condition Open, !Condition Prod]
  Open: !Equals [!Ref Open, x]
  Circle: !Not [!Condition Circle]
"""


class TestFunctions:
    @pytest.mark.parametrize(
        ("written", "value"),
        [
            ("!Ref Env", "prod"),
            ("!Ref Open", "${Open}"),
            ("!Ref Groups", ["eng", "sci"]),
            ("!Ref Unknown", ["${Unknown}"]),
            ("!Ref Secret", "${Secret}"),
            ("!Ref Ami", "${Ami}"),
            ("!Ref AWS::Region", "${AWS::Region}"),
            ("!Ref AWS::Partition", "aws"),
            ("!Ref AWS::NoValue", None),
            ("!Ref Lake", "lake"),
            ("!Ref Other", "${Other}"),
            ("!Ref Loop", "${Loop}"),
            ("!Ref Policy", "arn:aws:iam::${AWS::AccountId}:policy/${Policy}"),
            ("!GetAtt Lake.Arn", "arn:aws:s3:::lake"),
            ("!GetAtt [Eng, Arn]", "arn:aws:iam::${AWS::AccountId}:role/team/eng"),
            ("!GetAtt Topic.TopicArn", "${Topic.TopicArn}"),
            ("!GetAtt Nothing.Arn", "${Nothing.Arn}"),
            ("!Sub 's3://${Lake}/${Env}/${Open}/'", "s3://lake/prod/${Open}/"),
            ("!Sub '${Lake.Arn}/*'", "arn:aws:s3:::lake/*"),
            ("!Sub '${!aws:username}/${AWS::AccountId}'", "${aws:username}/${AWS::AccountId}"),
            ("!Sub ['${a}-${Env}', {a: !Ref Lake}]", "lake-prod"),
            ("!Join [':', [arn, !Ref Env, !Ref Groups]]", "arn:prod:eng,sci"),
            ("!Join [',', !Ref Groups]", "eng,sci"),
            ("!Select [1, !Ref Groups]", "sci"),
            ("!Select [5, !Ref Groups]", '${Select [5, ["eng", "sci"]]}'),
            ("!Split ['/', a/b]", ["a", "b"]),
            ("!FindInMap [Buckets, !Ref Env, name]", "lake-prod"),
            ("!FindInMap [Buckets, dev, name]", '${FindInMap ["Buckets", "dev", "name"]}'),
            ("!ImportValue stack-Role", "${ImportValue stack-Role}"),
            ("!ToJsonString {a: !Ref Env}", '{"a": "prod"}'),
            ("!If [Prod, a, b]", "a"),
            ("!If [Test, a, b]", "b"),
            ("!If [Both, a, b]", "b"),
            ("!If [Either, a, b]", "a"),
            ("!If [Open, a, b]", '${If Open ["a", "b"]}'),
            ("!If [Circle, a, b]", '${If Circle ["a", "b"]}'),
            ("!If [Nowhere, a, b]", '${If Nowhere ["a", "b"]}'),
            ("[1, !If [Prod, !Ref AWS::NoValue, 2], 3]", [1, 3]),
            ("{a: !Ref AWS::NoValue, b: !If [Prod, {c: !Ref Env}, 1]}", {"b": {"c": "prod"}}),
            ("{Ref: 1, b: 2}", {"Ref": 1, "b": 2}),
        ],
    )
    def test_filled_in(self, written, value):
        assert filled(written, HEAD) == value

    def test_the_partition_is_the_one_that_is_written(self):
        head = "Description: arn:aws-cn:iam::123456789012:role/x\n"
        assert filled("!GetAtt Lake.Arn", head) == "arn:aws-cn:s3:::lake"

    def test_names_that_double_each_other_stay_small(self):
        buckets = [
            f"B{n}: {{Type: AWS::S3::Bucket, Properties: "
            f"{{BucketName: !Sub '${{B{n + 1}}}${{B{n + 1}}}'}}}}\n"
            for n in range(60)
        ]
        text = template(*buckets, "X: {Type: T, Properties: {v: !Ref B0}}\n")
        assert len(Template(parsed(text)).properties("X").value["v"]) < 2000


class TestRead:
    def test_mappings_with_their_places(self):
        design = read(CONFIG, ENG, BASE)
        (mapping,) = design.mappings
        assert (mapping.role, mapping.kind) == (f"{ARN}eng", Kind.GROUP)
        assert (mapping.location.line, mapping.role_location.line) == (11, 11)
        assert mapping.identifiers[0].location.line == 13
        assert (design.format, design.name, design.faults) == ("cloudformation", "shared", [])

    def test_places_behind_what_a_condition_leaves_out(self):
        extra = """\
            - !If [Never, {Role: a, IdentifierType: User, Identifiers: [x]}, !Ref "AWS::NoValue"]
            - !If
              - Always
              - Role: arn:aws:iam::123456789012:role/x
                IdentifierType: Prefix
                Identifiers:
                  - s3://x/
              - !Ref AWS::NoValue
"""
        head = "Conditions: {Always: !Equals [a, a], Never: !Equals [a, b]}\n"
        design = read(CONFIG + extra, head=head)
        assert [m.index for m in design.mappings] == [0, 1]
        assert design.mappings[1].identifiers[0].location.line == 21
        assert design.account == "123456789012"

    def test_a_mapping_that_only_a_deployment_tells(self):
        extra = """\
            - !If [Open, {Role: a, IdentifierType: User, Identifiers: [x]}, !Ref "AWS::NoValue"]
"""
        head = "Parameters: {P: {Type: String}}\nConditions: {Open: !Equals [!Ref P, a]}\n"
        with pytest.raises(InputError, match=r"only a deployment tells mappings\[1\]: .*If Open"):
            read(CONFIG + extra, head=head)

    @pytest.mark.parametrize("written", ["!If [Open, [a], [b]]", '!Split [",", !Ref P]'])
    def test_identifiers_that_only_a_deployment_tells(self, written):
        head = "Parameters: {P: {Type: String}}\nConditions: {Open: !Equals [!Ref P, a]}\n"
        design = read(CONFIG.replace("[eng]", written), head=head)
        assert design.faults == []
        assert [each.text[:2] for _, each in design.identifiers()] == ["${"]
        assert any("only a deployment tells" in note for note in design.notes)

    def test_a_parameter_in_the_place_of_the_list_is_one_text(self):
        head = "Parameters: {P: {Type: String}}\n"
        design = read(CONFIG.replace("[eng]", "!Ref P"), head=head)
        assert [fault.rule for fault in design.faults] == ["EMR001"]

    def test_the_account_is_told_by_a_mapping_for_a_role_of_the_template(self):
        whole = "arn:aws:iam::123456789012:role/"
        design = read(CONFIG.replace("!GetAtt Eng.Arn", f"{whole}eng"), ENG, BASE)
        role = design.role_of(design.mappings[0])
        assert str(role.arn) == f"{whole}eng"
        assert role.trust.statements[0].principals == {"AWS": (f"{whole}${{Base}}",)}
        other = read(CONFIG.replace("!GetAtt Eng.Arn", f"{whole}other"), ENG, BASE)
        assert list(other.roles) == [f"{ARN}eng", f"{ARN}${{Base}}"]

    def test_roles_with_trust_and_permissions(self):
        design = read(CONFIG, ENG, BASE)
        role = design.role_of(design.mappings[0])
        (statement,) = role.trust.statements
        assert statement.principals == {"AWS": (f"{ARN}${{Base}}",)}
        assert statement.location.line == 21
        assert role.permissions == ()
        assert role.name == "eng"

    def test_the_base_role_is_in_the_profile_of_the_cluster(self):
        design = read(CONFIG, ENG, BASE, CLUSTER)
        assert str(design.base_role.arn) == f"{ARN}${{Base}}"
        assert [p.name for p in design.base_role.permissions] == ["logs"]
        assert design.notes == []

    def test_the_cluster(self):
        design = read(CONFIG, ENG, BASE, CLUSTER, head="Parameters: {Password: {Type: String}}\n")
        cluster = design.cluster
        assert (design.release, cluster.name) == ("emr-6.15.0", "shared")
        assert (cluster.log_uri, cluster.applications) == ("s3://logs/emr/", ("Hive", "Spark"))
        assert cluster.kerberos == {"Realm": "EC2.INTERNAL", "KdcAdminPassword": "${Password}"}
        assert cluster.configurations == (
            {"Classification": "core-site", "Properties": {"a": "b"}},
            {
                "Classification": "hue-ini",
                "Configurations": [{"Classification": "desktop", "Properties": {"c": "d"}}],
            },
        )
        assert set(cluster.locations) >= {"", "instance-profile", "kerberos-attributes"}

    def test_a_profile_outside_of_the_template(self):
        cluster = CLUSTER.replace("!Ref Profile", "EMR_EC2_DefaultRole")
        design = read(CONFIG, ENG, BASE, cluster)
        assert design.base_role.name == "EMR_EC2_DefaultRole"
        assert design.base_role.permissions is None
        assert any("EMR_EC2_DefaultRole is not in the template" in note for note in design.notes)

    @pytest.mark.parametrize("written", ["other", "[]", "{a: b}", ""])
    def test_a_cluster_of_another_configuration(self, written):
        nameless = CONFIG.replace("    Name: shared\n", "")
        cluster = CLUSTER.replace("SecurityConfiguration: !Ref Config", "").replace(
            "    Name: shared\n",
            f"    Name: shared\n    SecurityConfiguration: {written}\n" if written else "",
        )
        assert read(nameless, ENG, BASE, cluster).cluster is None

    def test_the_arn_of_a_role_in_the_place_of_a_profile(self):
        arn = "arn:aws:iam::123456789012:role/service-role/base"
        design = read(CONFIG, ENG, BASE, CLUSTER.replace("!Ref Profile", arn))
        assert str(design.base_role.arn) == arn

    def test_no_cluster_and_one_profile(self):
        design = read(CONFIG, ENG, BASE)
        assert design.base_role.name == "${Base}"
        assert any("only instance profile" in note for note in design.notes)

    def test_no_cluster_and_two_profiles(self):
        other = BASE.replace("Base", "Other").replace("Profile:", "Second:")
        assert read(CONFIG, ENG, BASE, other).base_role is None

    def test_json(self):
        source = {
            "Resources": {
                "Config": {
                    "Type": "AWS::EMR::SecurityConfiguration",
                    "Properties": {
                        "SecurityConfiguration": {
                            "AuthorizationConfiguration": {
                                "EmrFsConfiguration": {
                                    "RoleMappings": [
                                        {
                                            "Role": {
                                                "Fn::Join": [
                                                    "",
                                                    [
                                                        "arn:",
                                                        {"Ref": "AWS::Partition"},
                                                        ":iam::123456789012:role/eng",
                                                    ],
                                                ]
                                            },
                                            "IdentifierType": "Group",
                                            "Identifiers": ["eng"],
                                        }
                                    ]
                                }
                            }
                        }
                    },
                }
            }
        }
        document = parse_document(json.dumps(source).encode(), "t.json", is_json=True)
        assert cloudformation.recognises(document)
        (mapping,) = cloudformation.read(document).mappings
        assert mapping.role == "arn:aws:iam::123456789012:role/eng"

    def test_the_configuration_as_text(self):
        text = """\
        Config:
          Type: AWS::EMR::SecurityConfiguration
          Properties:
            SecurityConfiguration: !Sub |
              {"AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": [
                {"Role": "arn:aws:iam::${AWS::AccountId}:role/eng", "IdentifierType": "User",
                 "Identifiers": ["ana"]}]}}}
        """
        design = read(text)
        assert design.mappings[0].role == f"{ARN}eng"
        assert design.mappings[0].location.line == 6

    def test_faults_of_the_configuration(self):
        design = read(CONFIG.replace("[eng]", "eng"), ENG)
        assert [(fault.rule, fault.location.line) for fault in design.faults] == [("EMR001", 13)]

    def test_a_list_that_only_a_deployment_tells(self):
        head = "Parameters: {Groups: {Type: CommaDelimitedList}}\n"
        design = read(CONFIG.replace("[eng]", "!Ref Groups"), ENG, head=head)
        assert design.faults == []
        assert [i.text for i in design.mappings[0].identifiers] == ["${Groups}"]
        assert "mappings[0]: only a deployment tells what ${Groups} is" in design.notes

    def test_mappings_in_the_settings_of_a_cluster(self):
        value = "arn:aws:iam::123456789012:role/eng=g:eng"
        cluster = f"""\
        Cluster:
          Type: AWS::EMR::Cluster
          Properties:
            Configurations:
              - Classification: emrfs-site
                ConfigurationProperties:
                  fs.s3.authorization.roleMapping: {value}
        """
        design = read(cluster)
        assert [m.kind for m in design.mappings] == [Kind.GROUP]
        assert design.mappings[0].location.line == 9


class TestRoles:
    def role(self, properties, *others):
        role = "Eng:\n  Type: AWS::IAM::Role\n  Properties:\n    RoleName: eng\n"
        design = read(CONFIG, role + indent(dedent(properties), "    "), *others)
        return design, design.role(f"{ARN}eng")

    def test_managed_policies_of_the_template(self):
        design, role = self.role(
            "ManagedPolicyArns: [!Ref Reads]\nPermissionsBoundary: !Ref Limit\n"
            "MaxSessionDuration: 7200\n",
            "Reads: {Type: AWS::IAM::ManagedPolicy, Properties: {ManagedPolicyName: reads, "
            "PolicyDocument: {Statement: []}}}\n",
            "Limit: {Type: AWS::IAM::ManagedPolicy, Properties: "
            "{PolicyDocument: {Statement: []}}}\n",
        )
        assert [policy.name for policy in role.permissions] == ["reads"]
        assert (role.boundary.name, role.max_session) == ("Limit", 7200)
        assert not any("not known" in note for note in design.notes)

    @pytest.mark.parametrize("key", ["ManagedPolicyArns", "PermissionsBoundary"])
    def test_a_policy_from_elsewhere_makes_the_permissions_unknown(self, key):
        arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
        design, role = self.role(
            f"{key}: {f'[{arn}]' if key.endswith('Arns') else arn}\n"
            "Policies: [{PolicyName: p, PolicyDocument: {Statement: []}}]\n"
        )
        assert (role.permissions, role.boundary) == (None, None)
        assert f"the permissions of eng are not known: {arn} is not in the template" in design.notes

    @pytest.mark.parametrize(
        "resource",
        [
            "{Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref Eng], "
            "PolicyDocument: {Statement: []}}}",
            "{Type: AWS::IAM::RolePolicy, Properties: {PolicyName: p, RoleName: !Ref Eng, "
            "PolicyDocument: {Statement: []}}}",
            "{Type: AWS::IAM::ManagedPolicy, Properties: {ManagedPolicyName: p, Roles: [eng], "
            "PolicyDocument: {Statement: []}}}",
        ],
    )
    def test_policies_that_name_the_role(self, resource):
        _, role = self.role("Path: /\n", f"P: {resource}\n")
        assert [policy.name for policy in role.permissions] == ["p"]

    @pytest.mark.parametrize(("equal", "known"), [("a", True), ("!Ref Open", False)])
    def test_a_policy_under_a_condition(self, equal, known):
        role = "Eng: {Type: AWS::IAM::Role, Properties: {RoleName: eng}}\n"
        policy = (
            "P: {Type: AWS::IAM::Policy, Condition: C, Properties: {PolicyName: p, Roles: [eng], "
            "PolicyDocument: {Statement: []}}}\n"
        )
        head = f"Parameters: {{Open: {{Type: String}}}}\nConditions: {{C: !Equals [a, {equal}]}}\n"
        design = read(CONFIG, role, policy, head=head)
        assert (design.role(f"{ARN}eng").permissions is not None) is known
        note = "the permissions of eng are not known: p depends on a condition"
        assert (note in design.notes) is not known

    @pytest.mark.parametrize(
        "properties",
        [
            "Policies: !If [C, [], []]\n",
            "Fn::Transform: {Name: AWS::Include}\nPath: /\n",
        ],
    )
    def test_policies_that_only_a_deployment_tells(self, properties):
        _, role = self.role(properties)
        assert role.permissions is None

    def test_a_role_whose_condition_is_false_is_not_there(self):
        role = ENG.replace("Type: AWS::IAM::Role", "Type: AWS::IAM::Role\n  Condition: Never")
        design = read(CONFIG, role, head="Conditions: {Never: !Equals [a, b]}\n")
        assert design.roles == {}


class TestData:
    def test_buckets_policies_and_keys(self):
        design = read(
            CONFIG,
            """\
            Lake:
              Type: AWS::S3::Bucket
              Properties:
                BucketName: lake
                BucketEncryption:
                  ServerSideEncryptionConfiguration:
                    - ServerSideEncryptionByDefault:
                        SSEAlgorithm: aws:kms
                        KMSMasterKeyID: !Ref Key
            LakePolicy:
              Type: AWS::S3::BucketPolicy
              Properties:
                Bucket: !Ref Lake
                PolicyDocument:
                  Statement:
                    - Effect: Deny
                      Principal: "*"
                      Action: s3:*
                      Resource: !Sub "${Lake.Arn}/*"
            Key:
              Type: AWS::KMS::Key
              Properties:
                KeyPolicy:
                  Statement: [{Effect: Allow, Principal: "*", Action: "kms:*", Resource: "*"}]
            """,
        )
        bucket = design.buckets["lake"]
        (statement,) = bucket.policy.statements
        assert statement.resources == ("arn:aws:s3:::lake/*",)
        assert (statement.location.line, bucket.location.line) == (29, 14)
        assert bucket.key in design.keys
        assert len(design.keys[bucket.key].policy.statements) == 1

    POLICY = """\
    LakePolicy:
      Type: AWS::S3::BucketPolicy
      Condition: C
      Properties:
        Bucket: lake
        PolicyDocument:
          Statement:
            - {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::lake/*"}
    """

    @pytest.mark.parametrize(
        ("equal", "expected"), [("a", Effect.DENY), ("!Ref Open", Effect.UNKNOWN)]
    )
    def test_a_bucket_policy_that_may_not_be_there(self, equal, expected):
        head = f"Parameters: {{Open: {{Type: String}}}}\nConditions: {{C: !Equals [a, {equal}]}}\n"
        design = read(CONFIG, self.POLICY, head=head)
        role = replace(design.role(f"{ARN}eng"), permissions=(EVERYTHING,))
        found = authorize(design, role, "s3:GetObject", path("s3://lake/x"))
        assert found.effect is expected

    def test_the_policy_of_a_bucket_that_only_a_deployment_names(self):
        policy = self.POLICY.replace("Condition: C", "").replace("Bucket: lake", "Bucket: !Ref P")
        design = read(CONFIG, policy, head="Parameters: {P: {Type: String}}\n")
        [note] = [note for note in design.notes if "${P}" in note]
        assert "for no bucket with a name: only a deployment tells which" in note

    KEY = "{ServerSideEncryptionByDefault: {KMSMasterKeyID: k}}"

    @pytest.mark.parametrize(
        "encryption",
        [
            f"!If [C, {{ServerSideEncryptionConfiguration: [{KEY}]}}, !Ref AWS::NoValue]",
            f"{{ServerSideEncryptionConfiguration: !If [C, [{KEY}], !Ref AWS::NoValue]}}",
            f"{{ServerSideEncryptionConfiguration: [!If [C, {KEY}, !Ref AWS::NoValue]]}}",
        ],
    )
    def test_an_encryption_that_only_a_deployment_tells(self, encryption):
        bucket = f"""\
        Lake:
          Type: AWS::S3::Bucket
          Properties:
            BucketName: lake
            BucketEncryption: {encryption}
        """
        head = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [a, !Ref P]}\n"
        design = read(CONFIG, bucket, head=head)
        role = replace(design.role(f"{ARN}eng"), permissions=(EVERYTHING,))
        found = authorize(design, role, "s3:GetObject", path("s3://lake/x"))
        assert found.effect is Effect.UNKNOWN


class TestSeveral:
    SECOND = CONFIG.replace("Config:", "Second:").replace("Name: shared", "Name: second")
    KERBEROS = """\
    Kerberos:
      Type: AWS::EMR::SecurityConfiguration
      Properties:
        SecurityConfiguration:
          AuthenticationConfiguration: {KerberosConfiguration: {Provider: ExternalKdc}}
    """

    def test_the_one_with_mappings(self):
        assert read(self.KERBEROS, CONFIG, ENG).name == "shared"

    def test_two_with_mappings(self):
        with pytest.raises(InputError, match="several security configurations: Config, Second") as (
            caught
        ):
            read(CONFIG, self.SECOND, ENG)
        assert "t.yaml#Config" in caught.value.hint

    def test_the_one_that_is_asked_for(self):
        assert read(CONFIG, self.SECOND, ENG, selected="Second").name == "second"
        with pytest.raises(InputError, match="no security configuration Third"):
            read(CONFIG, self.SECOND, ENG, selected="Third")

    def test_the_cluster_is_that_of_the_configuration(self):
        other = CLUSTER.replace("Cluster:", "Other:").replace("!Ref Config", "!Ref Second")
        other = other.replace("Name: shared", "Name: other")
        design = read(CONFIG, self.SECOND, ENG, BASE, CLUSTER, other, selected="Second")
        assert design.cluster.name == "other"

    def test_none(self):
        with pytest.raises(InputError, match="no security configuration and no cluster"):
            read(ENG, BASE)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["A", "B", "A.Arn", "${A}", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Ref", "Fn::If", "Fn::Sub", "Fn::Join", "Fn::GetAtt", "Fn::Select", "Fn::Split"]
                + [
                    "Fn::Equals",
                    "Fn::Not",
                    "Condition",
                    "RoleName",
                    "Roles",
                    "Policies",
                    "Properties",
                ]
                + ["PolicyDocument", "SecurityConfiguration", "RoleMappings", "Identifiers", "Role"]
                + ["ManagedPolicyArns", "PermissionsBoundary", "Path", "Bucket", "BucketEncryption"]
                + ["JobFlowRole", "Configurations", "Applications", "KerberosAttributes"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
TYPES = st.sampled_from(
    ["AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::InstanceProfile"]
    + ["AWS::EMR::Cluster", "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key"]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from("ABCD"), st.tuples(TYPES, VALUES)), VALUES, VALUES)
def test_any_template_is_read_or_refused(resources, conditions, configuration):
    made = {name: {"Type": kind, "Properties": value} for name, (kind, value) in resources.items()}
    made["Config"] = {
        "Type": "AWS::EMR::SecurityConfiguration",
        "Properties": {"SecurityConfiguration": configuration},
    }
    source = {"Resources": made, "Conditions": conditions}
    with contextlib.suppress(InputError):
        cloudformation.read(parse_document(json.dumps(source).encode(), "t.json", is_json=True))


def test_recognises_nothing_else():
    for text in ("Resources: {a: {b: c}}", "Resources: [1]", "a: b", "[1]", "x"):
        assert not cloudformation.recognises(parsed(text))


def test_a_thousand_mappings_are_read():
    mapping = CONFIG[CONFIG.index("            - Role") :]
    assert len(read(CONFIG + mapping * 999, ENG, BASE).mappings) == 1000


class TestTrustByExpression:
    def assume(self, *more, base=BASE, eng=ENG):
        design = cloudformation.read(parsed(template(CONFIG, eng, base, CLUSTER, *more)))
        return assume_decision(design, design.mappings[0].role)

    def test_the_base_role_of_the_template_is_named_by_the_same_expression(self):
        assert self.assume().allowed

    def test_its_account_is_too(self):
        root = ENG.replace("!GetAtt Base.Arn", '!Sub "arn:aws:iam::${AWS::AccountId}:root"')
        assert self.assume(eng=root).effect is Effect.IMPLICIT_DENY
        may = BASE.replace("s3:PutObject", "sts:AssumeRole")
        one = may.replace('"arn:aws:s3:::logs/*"', "!GetAtt Eng.Arn")
        assert self.assume(eng=root, base=one).allowed

    @pytest.mark.parametrize("other", ["!Ref Parameter", "!GetAtt Other.Arn", "!ImportValue base"])
    def test_another_expression_is_not_told(self, other):
        found = self.assume(eng=ENG.replace("!GetAtt Base.Arn", other))
        assert found.effect is Effect.UNKNOWN
