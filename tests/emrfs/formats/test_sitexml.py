"""Hadoop's XML files of a cluster."""

import pytest

from opskit.emrfs.formats import hadoop, sitexml
from opskit.emrfs.model import Kind
from opskit.errors import InputError

ARN = "arn:aws:iam::123456789012:role/"


def site(**properties):
    """A file with these properties; `_` in a name stands for a dot."""
    lines = [
        f"  <property>\n    <name>{name.replace('_', '.')}</name>\n    <value>{value}</value>\n"
        "  </property>"
        for name, value in properties.items()
    ]
    return '<?xml version="1.0"?>\n<configuration>\n' + "\n".join(lines) + "\n</configuration>\n"


def read(text, name="emrfs-site.xml"):
    return sitexml.read(text.encode() if isinstance(text, str) else text, name)


def mapped(value):
    design = read(site(fs_s3_authorization_roleMapping=value))
    assert design.faults == []
    return [(m.role, m.kind, [i.text for i in m.identifiers]) for m in design.mappings]


class TestMappings:
    def test_one_of_each_kind(self):
        value = f"{ARN}a=u:ana;bo,{ARN}b=g:eng,{ARN}c=p:s3://lake/raw/;s3://lake/x"
        assert mapped(value) == [
            (f"{ARN}a", Kind.USER, ["ana", "bo"]),
            (f"{ARN}b", Kind.GROUP, ["eng"]),
            (f"{ARN}c", Kind.PREFIX, ["s3://lake/raw/", "s3://lake/x"]),
        ]

    def test_spaces_line_ends_and_capitals(self):
        value = f"\n  {ARN}a = U : ana ; bo ,\n  {ARN}b=g:eng\n  {ARN}c=p:s3://x/\n"
        assert [kind for _, kind, _ in mapped(value)] == [Kind.USER, Kind.GROUP, Kind.PREFIX]
        assert mapped(value)[0] == (f"{ARN}a", Kind.USER, ["ana", "bo"])

    def test_escapes_of_xml_comments_and_cdata(self):
        value = f"{ARN}a=p:s3://x/a&amp;b<!-- no -->;<![CDATA[s3://x/<c>]]>"
        assert mapped(value) == [(f"{ARN}a", Kind.PREFIX, ["s3://x/a&b", "s3://x/<c>"])]

    def test_a_comma_in_a_name_is_kept_and_told(self):
        design = read(site(fs_s3_authorization_roleMapping=f"{ARN}a=g:x,y;z,{ARN}b=u:ana"))
        assert [[i.text for i in m.identifiers] for m in design.mappings] == [["x,y", "z"], ["ana"]]
        assert any("'x,y' holds a comma" in note for note in design.notes)

    def test_an_empty_identifier_is_kept_for_lint(self):
        assert mapped(f"{ARN}a=u:ana;;bo;") == [(f"{ARN}a", Kind.USER, ["ana", "", "bo"])]

    @pytest.mark.parametrize("value", ["my-other-iam-role", f"{ARN}a=x:ana", "=u:ana", f"{ARN}a"])
    def test_what_has_another_form(self, value):
        design = read(site(fs_s3_authorization_roleMapping=f"{value},{ARN}b=u:ana"))
        assert [(f.rule, f.observed, f.expected) for f in design.faults] == [
            ("EMR004", value, hadoop.FORM)
        ]
        assert [m.index for m in design.mappings] == [1]

    def test_the_account_is_that_of_the_roles(self):
        design = read(site(fs_s3_authorization_roleMapping=f"{ARN}a=u:ana"))
        assert design.account == "123456789012"

    def test_a_long_run_of_blanks_takes_no_time(self):
        text = f"{ARN}a=u:ana" + "," + " \n," * 300_000 + "x"
        assert len(hadoop.mappings_of(text, None)[0]) == 1


class TestSettings:
    def test_s3a_stands_in_for_emrfs(self):
        text = site(fs_s3a_authorization_roleMapping=f"{ARN}a=u:ana")
        design = read(text, "core-site.xml")
        assert design.mappings[0].role == f"{ARN}a"
        assert design.cluster.configurations == ()

    def test_the_mappings_are_not_kept_in_the_configurations_as_well(self):
        value = f"{ARN}a=u:ana"
        text = site(
            fs_s3_authorization_roleMapping=value, fs_s3a_authorization_roleMapping=value, fs_x="1"
        )
        design = read(text)
        assert [mapping.role for mapping in design.mappings] == [f"{ARN}a"]
        assert design.cluster.configurations == (
            {"Classification": "emrfs-site", "Properties": {"fs.x": "1"}},
        )

    def test_two_lists_that_differ(self):
        design = read(
            site(
                fs_s3_authorization_roleMapping=f"{ARN}a=u:ana",
                fs_s3a_authorization_roleMapping=f"{ARN}b=u:ana",
            )
        )
        assert design.mappings[0].role == f"{ARN}a"
        assert any("differ" in note for note in design.notes)

    def test_settings_are_kept_with_their_places(self):
        text = site(
            hadoop_security_group_mapping="org.apache.hadoop.security.LdapGroupsMapping",
            fs_s3a_emrfs_compatibility_enable="false",
        )
        design = read(text, "/etc/hadoop/conf/core-site.xml")
        (configuration,) = design.cluster.configurations
        assert configuration["Classification"] == "core-site"
        name = "fs.s3a.emrfs.compatibility.enable"
        assert configuration["Properties"][name] == "false"
        assert design.cluster.locations[name].line == 9
        assert design.mappings == []
        assert "fs.s3.authorization.roleMapping is not set: there are no role mappings" in (
            design.notes
        )

    def test_the_last_of_two_counts(self):
        text = site(fs_s3_authorization_roleMapping=f"{ARN}a=u:ana").replace(
            "</configuration>",
            f"<property><name>{hadoop.MAPPINGS[0]}</name><value>{ARN}b=u:bo</value></property>"
            "</configuration>",
        )
        assert [m.role for m in read(text).mappings] == [f"{ARN}b"]

    def test_which_groups_match_is_told_to_be_unknown(self):
        text = site(
            fs_s3_authorization_roleMapping=f"{ARN}a=u:ana",
            fs_s3_authorization_ugi_groupName_enabled="true",
        )
        (note,) = read(text).notes
        assert note.startswith("fs.s3.authorization.ugi.groupName.enabled is true")

    def test_a_name_that_tells_nothing(self):
        text = site(fs_s3_authorization_roleMapping=f"{ARN}a=u:ana", **{"a": "", "b": "x"})
        design = read(text.replace("<value></value>", "<value/>"), "<stdin>")
        (configuration,) = design.cluster.configurations
        assert configuration["Classification"] == "emrfs-site"
        assert configuration["Properties"]["a"] == ""


class TestRefused:
    def test_another_root(self):
        with pytest.raises(InputError, match="root <broker>") as caught:
            read("<broker/>")
        assert caught.value.where == "emrfs-site.xml:1:1"

    def test_entities(self):
        with pytest.raises(InputError, match="entity"):
            read('<!DOCTYPE c [<!ENTITY e SYSTEM "file:///etc/passwd">]><configuration/>')

    def test_broken_xml(self):
        with pytest.raises(InputError, match="not well-formed"):
            read("<configuration><property></configuration>")
