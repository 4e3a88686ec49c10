"""Security configurations: the shapes that AWS publishes, and the broken forms people write."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.documents import parse_document
from opskit.emrfs.formats import securityconfig
from opskit.emrfs.model import Design, Kind
from opskit.errors import InputError
from opskit.findings import Location

ROLE = "arn:aws:iam::123456789012:role/"
USER = {"Role": f"{ROLE}one", "IdentifierType": "User", "Identifiers": ["ana", "bo"]}
PREFIX = {"Role": f"{ROLE}two", "IdentifierType": "Prefix", "Identifiers": ["s3://lake/raw/"]}
GROUP = {"Role": f"{ROLE}three", "IdentifierType": "Group", "Identifiers": ["eng"]}


def configuration(*mappings, **blocks):
    return {
        **blocks,
        "AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": list(mappings)}},
    }


def read(source, name="config.json"):
    text = source if isinstance(source, str) else json.dumps(source, indent=1)
    document = parse_document(text.encode(), name, is_json=True)
    assert securityconfig.recognises(document)
    return securityconfig.read(document)


def recognised(source):
    return securityconfig.recognises(parse_document(json.dumps(source).encode(), "x.json"))


def faults(source):
    return [(fault.rule, fault.message, fault.location.line) for fault in read(source).faults]


class TestRead:
    def test_mappings_keep_their_order_kind_and_text(self):
        design = read(configuration(USER, PREFIX, GROUP))
        assert [(m.index, m.role, m.kind) for m in design.mappings] == [
            (0, f"{ROLE}one", Kind.USER),
            (1, f"{ROLE}two", Kind.PREFIX),
            (2, f"{ROLE}three", Kind.GROUP),
        ]
        assert [i.text for i in design.mappings[0].identifiers] == ["ana", "bo"]
        assert (design.format, design.faults, design.base_role) == ("securityconfig", [], None)

    def test_everything_has_its_place(self):
        text = """{"AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": [
  {"Role": "arn:aws:iam::123456789012:role/r",
   "IdentifierType": "User",
   "Identifiers": ["ana",
                   "bo"]}
]}}}"""
        (mapping,) = read(text).mappings
        assert mapping.location == Location("config.json", 2, 3)
        assert mapping.role_location == Location("config.json", 2, 12)
        assert [i.location.line for i in mapping.identifiers] == [4, 5]

    def test_account_and_partition_are_those_of_the_roles(self):
        role = USER | {"Role": "arn:aws-cn:iam::210987654321:role/r"}
        design = read(configuration(role))
        assert (design.account, design.partition) == ("210987654321", "aws-cn")

    def test_no_account_where_the_roles_differ_and_the_partition_of_most(self):
        other = USER | {"Role": "arn:aws-cn:iam::210987654321:role/r"}
        design = read(configuration(USER, GROUP, other))
        assert (design.account, design.partition) == ("", "aws")

    def test_other_blocks_are_kept(self):
        imds = {"MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": 1}
        kerberos = {"KerberosConfiguration": {"Provider": "ClusterDedicatedKdc"}}
        source = configuration(
            USER,
            AuthenticationConfiguration=kerberos,
            InstanceMetadataServiceConfiguration=imds,
        )
        design = read(source)
        assert design.blocks == {
            "AuthenticationConfiguration": kerberos,
            "InstanceMetadataServiceConfiguration": imds,
        }
        assert design.block_locations["AuthenticationConfiguration"].line == 2
        assert design.notes == []

    def test_what_else_stands_beside_the_mappings_is_kept(self):
        source = configuration(USER)
        ranger = {"AdminServerURL": "https://ranger.example.com:6182"}
        source["AuthorizationConfiguration"]["RangerConfiguration"] = ranger
        assert read(source).blocks == {
            "AuthorizationConfiguration": {"RangerConfiguration": ranger}
        }

    def test_what_the_service_adds_is_left_out(self):
        source = configuration(USER)
        source["AuthorizationConfiguration"]["IAMConfiguration"] = {
            "EnableApplicationScopedIAMRole": True,
            "ApplicationScopedIAMRoleConfiguration": {
                "PropagateSourceIdentity": True,
                "ExternalId": "B6D8FA",
            },
        }
        design = read(source)
        assert design.blocks["AuthorizationConfiguration"]["IAMConfiguration"] == {
            "EnableApplicationScopedIAMRole": True,
            "ApplicationScopedIAMRoleConfiguration": {"PropagateSourceIdentity": True},
        }
        assert design.faults == []

    def test_an_unknown_block_is_kept_with_a_note(self):
        design = read(configuration(USER, NextYearsConfiguration={"a": 1}))
        assert design.blocks["NextYearsConfiguration"] == {"a": 1}
        assert design.notes == ["the block NextYearsConfiguration is not known, and kept as it is"]

    def test_a_configuration_without_mappings(self):
        design = read({"EncryptionConfiguration": {"EnableInTransitEncryption": False}})
        assert (design.mappings, design.faults) == ([], [])

    @settings(max_examples=50)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(list(Kind)), st.lists(st.text(min_size=1), min_size=1, max_size=4)
            ),
            max_size=5,
        )
    )
    def test_any_identifiers_are_read_as_they_are(self, drawn):
        written = [
            {"Role": f"{ROLE}r", "IdentifierType": kind, "Identifiers": texts}
            for kind, texts in drawn
        ]
        design = Design("x", "x", [])
        securityconfig.fill(design, configuration(*written), lambda path: None)
        found = [(m.kind, [i.text for i in m.identifiers]) for m in design.mappings]
        assert found == [(kind, texts) for kind, texts in drawn]
        assert design.faults == []

    @settings(max_examples=200)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [*securityconfig.HOMES, "Role", "IdentifierType", "Identifiers"]
                    )
                    | st.text(max_size=4),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=20,
        )
    )
    def test_any_json_is_read_or_refused(self, source):
        design = Design("x", "x", [])
        try:
            securityconfig.fill(design, source, lambda path: None)
        except InputError:
            assert not isinstance(source, dict)
        assert all(fault.rule in ("EMR001", "EMR004") for fault in design.faults)

    def test_a_thousand_mappings(self):
        mappings = [GROUP | {"Identifiers": [f"g{n}-{i}" for i in range(50)]} for n in range(1000)]
        assert len(list(read(configuration(*mappings)).identifiers())) == 50_000


class TestWhatTheCliPrints:
    def test_the_answer_of_describe(self):
        design = read(
            {
                "Name": "shared",
                "SecurityConfiguration": json.dumps(configuration(USER)),
                "CreationDateTime": "2021-06-10T10:47:15.306000-06:00",
            }
        )
        assert (design.name, len(design.mappings)) == ("shared", 1)
        assert design.mappings[0].identifiers[1].location == Location("config.json", 3, 27)

    def test_the_input_of_create(self):
        source = {"Name": "shared", "SecurityConfiguration": json.dumps(configuration(GROUP))}
        assert read(source).mappings[0].kind is Kind.GROUP

    def test_an_object_in_the_place_of_the_text(self):
        assert len(read({"SecurityConfiguration": configuration(USER, GROUP)}).mappings) == 2

    def test_the_text_alone(self):
        design = read(json.dumps(json.dumps(configuration(USER))))
        assert design.mappings[0].location == Location("config.json", 1, 1)

    def test_broken_json_in_the_text(self):
        source = {"Name": "x", "SecurityConfiguration": '{"AuthorizationConfiguration": {,}'}
        with pytest.raises(InputError, match=r"is not JSON.*at 1:\d+ in it") as caught:
            read(source)
        assert caught.value.where == "config.json:3:27"


class TestRecognises:
    def test_what_is_none(self):
        assert not recognised({"Version": "2012-10-17", "Statement": []})
        assert not recognised([1])
        assert not recognised("text")
        assert not recognised({"Resources": {}, "AuthorizationConfiguration": {}})
        assert not recognised({"SecurityConfiguration": "the name of one"})

    def test_blocks_in_a_wrong_place_still_are_one(self):
        assert recognised({"RoleMappings": []})
        assert recognised({"authorizationconfiguration": {}})


class TestFaults:
    def test_a_text_for_identifiers(self):
        source = configuration(USER, PREFIX | {"Identifiers": "s3://lake/"})
        assert faults(source) == [
            ("EMR001", "mappings[1] has a text for Identifiers, not a list", 16)
        ]
        design = read(source)
        assert [i.text for i in design.mappings[1].identifiers] == ["s3://lake/"]
        assert design.faults[0].expected == '["s3://lake/"]'

    @pytest.mark.parametrize(
        ("written", "kind"),
        [
            ("user", Kind.USER),
            ("GROUP", Kind.GROUP),
            ("Prefixes", Kind.PREFIX),
            ("Everyone", None),
            ("Users", Kind.USER),
        ],
    )
    def test_an_unknown_type(self, written, kind):
        design = read(configuration(USER | {"IdentifierType": written}, GROUP))
        (fault,) = design.faults
        assert (fault.rule, fault.observed) == ("EMR004", written)
        kinds = [mapping.kind for mapping in design.mappings]
        assert kinds == ([kind] if kind else []) + [Kind.GROUP]
        assert design.mappings[-1].index == 1

    @pytest.mark.parametrize("key", ["Role", "IdentifierType", "Identifiers"])
    def test_a_part_is_missing(self, key):
        source = configuration({k: v for k, v in USER.items() if k != key})
        assert [message for _, message, _ in faults(source)] == [f"mappings[0] has no {key}"]

    def test_an_empty_list_a_number_and_an_unknown_key(self):
        source = configuration(
            USER | {"Identifiers": []},
            USER | {"Identifiers": [7, {"a": 1}]},
            USER | {"Priority": 1},
        )
        assert [message for _, message, _ in faults(source)] == [
            "mappings[0] has an empty list of Identifiers",
            "mappings[1] has an identifier that is not text",
            "mappings[1] has an identifier that is not text",
            "mappings[2] has the unknown key 'Priority'",
        ]

    def test_a_mapping_that_is_none(self):
        found = [message for _, message, _ in faults(configuration("x", USER))]
        assert found[0] == "mappings[0] has no Role"
        assert [m.index for m in read(configuration("x", USER)).mappings] == [1]

    def test_mappings_that_are_no_list(self):
        source = {"AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": USER}}}
        assert [f[1] for f in faults(source)] == ["RoleMappings is not a list"]
        assert len(read(source).mappings) == 1

    @pytest.mark.parametrize(
        ("source", "found", "right"),
        [
            (
                {"RoleMappings": [USER]},
                "RoleMappings",
                "AuthorizationConfiguration.EmrFsConfiguration.RoleMappings",
            ),
            (
                {"AuthorizationConfiguration": {"RoleMappings": [USER]}},
                "AuthorizationConfiguration.RoleMappings",
                "AuthorizationConfiguration.EmrFsConfiguration.RoleMappings",
            ),
        ],
    )
    def test_mappings_in_a_wrong_place(self, source, found, right):
        design = read(source)
        (fault,) = design.faults
        assert (fault.rule, fault.observed, fault.expected) == ("EMR004", found, right)
        assert len(design.mappings) == 1

    def test_the_block_in_a_wrong_place(self):
        design = read({"EmrFsConfiguration": {"RoleMappings": [USER]}})
        assert [fault.observed for fault in design.faults] == ["EmrFsConfiguration"]
        assert len(design.mappings) == 1

    def test_kerberos_beside_its_block(self):
        source = configuration(USER, KerberosConfiguration={"Provider": "ExternalKdc"})
        assert [f[:2] for f in faults(source)] == [
            ("EMR004", "KerberosConfiguration is in the wrong place")
        ]

    def test_a_block_that_is_no_object(self):
        source = {"AuthorizationConfiguration": {"EmrFsConfiguration": True}}
        assert [f[1] for f in faults(source)] == ["EmrFsConfiguration is not an object"]

    def test_what_only_a_deployment_tells(self):
        source = {"AuthorizationConfiguration": {"EmrFsConfiguration": "${Block}"}}
        assert faults(source) == []
        source["AuthorizationConfiguration"] = {"EmrFsConfiguration": {"RoleMappings": "${Them}"}}
        with pytest.raises(
            InputError, match=r"only a deployment tells the role mappings: \$\{Them"
        ):
            read(source)

    def test_another_spelling_of_a_block(self):
        source = {"AuthorizationConfiguration": {"EMRFSConfiguration": {"RoleMappings": [USER]}}}
        assert [f[1] for f in faults(source)] == [
            "EMRFSConfiguration is not the name of a block; EmrFsConfiguration is"
        ]
        assert len(read(source).mappings) == 1
