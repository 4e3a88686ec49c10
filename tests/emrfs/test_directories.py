"""Users and groups from the files people have."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.emrfs.directories import People
from opskit.emrfs.load import load
from opskit.emrfs.model import Directory
from opskit.errors import InputError

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
hadoop:x:993:991::/var/lib/hadoop:/sbin/nologin
ana:*:1001:2001:Ana Example:/home/ana:/bin/bash
bo@corp.example.com:*:1002:2002:Bo:/home/bo:/bin/bash
"""
GROUP = """\
root:x:0:
eng:*:2001:
sci:*:2002:ana,bo@corp.example.com
hadoop:x:991:
domain users@corp.example.com:*:2003:bo@corp.example.com
"""
ACTIVE_DIRECTORY = """\
# extended LDIF
#
# LDAPv3
version: 1

dn: CN=Ana Example,OU=Users,DC=corp,DC=example,DC=com
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: user
cn: Ana Example
sAMAccountName: ana
primaryGroupID: 513
memberOf: CN=grp_data_engineering,OU=Groups,DC=corp,DC=exa
 mple,DC=com
memberOf: CN=Data\\, all,OU=Groups,DC=corp,DC=example,DC=com

dn:: Q049QsO2LE9VPVVzZXJzLERDPWNvcnAsREM9ZXhhbXBsZSxEQz1jb20=
objectClass: user
sAMAccountName: bo
primaryGroupID: 1105
jpegPhoto:< file:///tmp/photo.jpg

dn: CN=grp_data_science,OU=Groups,DC=corp,DC=example,DC=com
objectClass: group
cn: grp_data_science
member: cn=b\xf6, ou=Users, dc=corp, dc=example, dc=com
member: CN=Someone Else,DC=corp,DC=example,DC=com
objectSid:: {sid}

dn: CN=NODE1,OU=Computers,DC=corp,DC=example,DC=com
objectClass: user
objectClass: computer
sAMAccountName: NODE1$

# search result
search: 2
result: 0 Success
"""
SID = b64encode(bytes([1, 5, 0, 0, 0, 0, 0, 5]) + (21).to_bytes(4, "little") * 4 + b"\x51\4\0\0")
OPENLDAP = """\
dn: uid=ana,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
objectClass: posixAccount
uid: ana
gidNumber: 2001

dn: uid=bo,ou=people,dc=example,dc=com
objectClass: posixAccount
uid: bo
gidNumber: 4000

dn: cn=eng,ou=groups,dc=example,dc=com
objectClass: posixGroup
cn: eng
gidNumber: 2001
memberUid: bo

dn: cn=sci,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: sci
member: uid=ana,ou=people,dc=example,dc=com
member: uid=cy,ou=elsewhere,dc=example,dc=com
"""


@pytest.fixture
def users(tmp_path):
    def read(*texts):
        people = People()
        for number, text in enumerate(texts):
            path = tmp_path / f"users{number}"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            people.read(path)
        directory = Directory()
        people.fill(directory)
        return directory

    return read


def refusal(users, *texts):
    with pytest.raises(InputError) as caught:
        users(*texts)
    return caught.value


class TestPrinted:
    def test_getent_from_two_files(self, users):
        found = users(PASSWD, GROUP)
        assert found.users == {
            "root": ("root",),
            "hadoop": ("hadoop",),
            "ana": ("eng", "sci"),
            "bo@corp.example.com": ("sci", "domain users@corp.example.com"),
        }
        assert found.locations["ana"].line == 3
        assert not found.complete

    def test_getent_in_one_file_and_in_the_other_order(self, users):
        assert users(GROUP + PASSWD).users == users(PASSWD, GROUP).users

    def test_a_primary_group_without_a_name_goes_by_its_number(self, users):
        assert users(PASSWD).users["ana"] == ("2001",)

    def test_groups_alone_name_their_members(self, users):
        assert users(GROUP).users["ana"] == ("sci",)

    def test_hdfs_groups(self, users):
        found = users("ana : eng domain_users\nbo : sci\ncy :\ndi : \n")
        assert found.users == {
            "ana": ("eng", "domain_users"),
            "bo": ("sci",),
            "cy": (),
            "di": (),
        }

    def test_id(self, users):
        text = (
            "uid=1001(ana) gid=2001(eng) groups=2001(eng),2003(domain users),27(sudo)\n"
            "uid=0(root) gid=0(root) groups=0(root) context=unconfined_u:unconfined_r\n"
        )
        assert users(text).users == {"ana": ("eng", "domain users", "sudo"), "root": ("root",)}

    def test_id_prints_the_number_of_a_group_without_a_name(self, users):
        text = "uid=1001(ana) gid=2001 groups=2001,27(sudo),2002\nuid=7(bo) gid=8 groups=8\n"
        assert users(text).users == {"ana": ("2001", "sudo", "2002"), "bo": ("8",)}

    def test_a_comma_in_the_name_of_a_group(self, users):
        text = "uid=1(ana) gid=2(eng,12) groups=2(eng,12),3(a,4),5\n"
        assert users(text).users == {"ana": ("eng,12", "a,4", "5")}

    def test_comments_empty_lines_and_the_line_ends_of_windows(self, users):
        assert users("# hdfs groups\r\n\r\nana : eng\r\n").users == {"ana": ("eng",)}

    @given(
        st.dictionaries(
            st.from_regex(r"[a-z][a-z0-9_.-]{0,8}", fullmatch=True),
            st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), unique=True),
            min_size=1,
        )
    )
    def test_hdfs_groups_are_read_as_they_are_printed(self, drawn):
        from opskit.emrfs.directories import printed

        text = "".join(f"{user} : {' '.join(groups)}\n" for user, groups in drawn.items())
        people, directory = People(), Directory()
        printed.read(people, text, "x")
        people.fill(directory)
        assert directory.users == {user: tuple(groups) for user, groups in drawn.items()}

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("ana : eng\nwhat is this\n", 2),
            ("user,group\nana,eng\n", 1),
            ("ana:x:abc:1::/:/bin/sh\n", 1),
            ('{"users": {}}', 1),
        ],
    )
    def test_what_is_none_of_them(self, users, text, line):
        error = refusal(users, text)
        assert error.where.endswith(f"users0:{line}")
        assert "LDIF" in error.hint

    def test_empty_and_binary(self, users):
        assert "holds no users" in str(refusal(users, "# nothing\n\n"))
        assert "binary" in str(refusal(users, b"ana : \0"))


class TestLdif:
    def test_active_directory(self, users):
        text = ACTIVE_DIRECTORY.format(sid=SID.decode())
        assert users(text).users == {
            "ana": ("Domain Users", "grp_data_engineering", "Data, all"),
            "bo": ("grp_data_science",),
        }

    def test_a_primary_group_that_is_not_exported_goes_by_its_number(self, users):
        text = ACTIVE_DIRECTORY.replace("objectSid:: {sid}", "description: none")
        assert users(text).users["bo"] == ("1105", "grp_data_science")

    def test_openldap(self, users):
        found = users(OPENLDAP)
        assert found.users == {
            "ana": ("eng", "sci"),
            "bo": ("4000", "eng"),
            "cy": ("sci",),
        }
        assert found.locations["bo"].line == 7

    def test_users_and_groups_in_two_files(self, users):
        people, groups = OPENLDAP.split("dn: cn=eng", 1)
        assert users("dn: cn=eng" + groups, people).users["ana"] == ("eng", "sci")

    def test_without_object_classes(self, users):
        lines = [line for line in OPENLDAP.splitlines() if not line.startswith("objectClass")]
        assert users("\n".join(lines)).users == users(OPENLDAP).users

    def test_entries_without_an_empty_line_between_them(self, users):
        text = "dn: uid=a\nuid: a\nmemberOf: cn=x\ndn: uid=b\nuid: b\n"
        assert users(text).users == {"a": ("x",), "b": ()}

    def test_escapes_in_names(self, users):
        text = "dn: uid=a\nuid: a\nmemberOf: cn=M\\C3\\BCnchen \\+ x,dc=c\n"
        assert users(text).users == {"a": ("M\xfcnchen + x",)}

    @pytest.mark.parametrize(
        ("text", "message", "line"),
        [
            ("dn: uid=a\nuid: a\nnonsense\n", "no line of LDIF", 3),
            ("dn: uid=a\nuid:: %%%\n", "not base64", 2),
            ("dn: uid=a\nchangetype: modify\n", "is a change", 2),
            ("dn: uid=a\nuid: a\n\nuid: b\n", "starts with uid", 4),
            ("dn: cn=g\ncn: g\nmember;range=0-1499: cn=x\n", "some members", 3),
        ],
    )
    def test_what_is_refused(self, users, text, message, line):
        error = refusal(users, text)
        assert message in error.message
        assert error.where.endswith(f"users0:{line}")

    def test_a_folded_line_that_is_long(self, users):
        folded = "\n ".join(["jpegPhoto:: "] + ["QUFB" * 19] * 50_000)
        assert users(f"dn: uid=a\nuid: a\n{folded}\n").users == {"a": ()}

    def test_five_thousand_users_in_many_groups(self, users):
        groups = "".join(f"memberOf: cn=g{n},dc=c\n" for n in range(20))
        text = "".join(f"dn: uid=u{n},dc=c\nuid: u{n}\n{groups}\n" for n in range(5000))
        assert len(users(text).users["u4999"]) == 20


class TestInADocument:
    TEXT = """\
base-role: base
mappings:
  - {role: r, users: [ana]}
directory:
  files:
    - passwd.txt
    - group.txt
  users:
    ana: [other]
"""

    def test_files_belong_together_and_what_is_written_out_wins(self, tmp_path):
        (tmp_path / "passwd.txt").write_text(PASSWD)
        (tmp_path / "group.txt").write_text(GROUP)
        (tmp_path / "emrfs.yaml").write_text(self.TEXT)
        directory = load(tmp_path / "emrfs.yaml").directory
        assert directory.users["hadoop"] == ("hadoop",)
        assert directory.users["ana"] == ("other",)
        assert directory.locations["ana"].line == 9

    def test_a_broken_file_is_named_with_the_line_that_names_it(self, tmp_path):
        (tmp_path / "passwd.txt").write_text(PASSWD)
        (tmp_path / "group.txt").write_text("eng:*:2001:\nwhat is this\n")
        (tmp_path / "emrfs.yaml").write_text(self.TEXT)
        with pytest.raises(InputError, match=r"group\.txt:2: is no line about") as caught:
            load(tmp_path / "emrfs.yaml")
        assert caught.value.where.endswith("emrfs.yaml:7:7")
