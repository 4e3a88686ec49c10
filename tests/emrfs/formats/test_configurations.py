"""EMR's configuration classifications, alone and around a cluster."""

import json

from opskit.documents import parse_document
from opskit.emrfs.formats import configurations
from opskit.emrfs.model import Kind

ARN = "arn:aws:iam::123456789012:role/"
SITE = {
    "Classification": "emrfs-site",
    "Properties": {"fs.s3.authorization.roleMapping": f"{ARN}a=u:ana;bo,{ARN}b=g:eng"},
}
CORE = {
    "Classification": "core-site",
    "Properties": {"hadoop.security.group.mapping": "org.apache.hadoop.security.LdapGroupsMapping"},
}
HUE = {
    "Classification": "hue-ini",
    "Properties": {},
    "Configurations": [
        {
            "Classification": "desktop",
            "Properties": {},
            "Configurations": [
                {"Classification": "ldap", "Properties": {"bind_password": "pw"}},
            ],
        }
    ],
}


def parsed(source):
    return parse_document(json.dumps(source, indent=1).encode(), "c.json", is_json=True)


def read(source):
    document = parsed(source)
    assert configurations.recognises(document)
    return configurations.read(document)


def test_a_list_of_classifications():
    design = read([CORE, SITE])
    assert [(m.kind, [i.text for i in m.identifiers]) for m in design.mappings] == [
        (Kind.USER, ["ana", "bo"]),
        (Kind.GROUP, ["eng"]),
    ]
    assert design.mappings[0].location.line == 11
    assert design.cluster.configurations == (CORE,)  # the mappings are not kept twice
    assert design.cluster.locations["hadoop.security.group.mapping"].line == 5
    assert (design.format, design.account) == ("configurations", "123456789012")


def test_without_mappings():
    design = read([HUE])
    assert design.mappings == []
    assert design.cluster.configurations == (HUE,)
    assert design.notes == [
        "fs.s3.authorization.roleMapping is not set: there are no role mappings"
    ]


def test_what_is_no_classification_moves_no_place():
    design = read(["x", CORE, SITE])
    assert design.mappings[0].location.line == 12


def test_the_answer_of_describe_cluster():
    design = read(
        {
            "Cluster": {
                "Id": "j-1ABC",
                "Name": "shared",
                "Status": {"State": "WAITING"},
                "Ec2InstanceAttributes": {"IamInstanceProfile": "EMR_EC2_DefaultRole"},
                "LogUri": "s3n://logs/",
                "ReleaseLabel": "emr-6.15.0",
                "Applications": [{"Name": "Spark", "Version": "3.4.1"}],
                "ServiceRole": "EMR_DefaultRole",
                "Configurations": [SITE],
                "SecurityConfiguration": "shared-config",
                "KerberosAttributes": {"Realm": "EC2.INTERNAL"},
            }
        }
    )
    cluster = design.cluster
    assert (design.name, design.release) == ("shared-config", "emr-6.15.0")
    assert (cluster.name, cluster.instance_profile) == ("shared", "EMR_EC2_DefaultRole")
    assert cluster.applications == ("Spark",)
    assert cluster.kerberos == {"Realm": "EC2.INTERNAL"}
    assert cluster.locations["instance-profile"].line == 8
    assert len(design.mappings) == 2


def test_the_input_of_create_cluster():
    design = read(
        {
            "Name": "shared",
            "ReleaseLabel": "emr-7.10.0",
            "JobFlowRole": "restricted",
            "Applications": [{"Name": "Hive"}],
            "Configurations": [CORE],
            "Instances": {},
        }
    )
    assert design.cluster.instance_profile == "restricted"
    assert (design.mappings, design.cluster.kerberos) == ([], None)


def test_recognises_nothing_else():
    for source in ([], [1], {}, {"Cluster": 1}, {"mappings": []}, {"Configurations": []}, "x"):
        assert not configurations.recognises(parsed(source))
