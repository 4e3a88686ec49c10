"""What `lint --fix` writes: the values that are mended, and every other byte as it was."""

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs import lint, load
from opskit.emrfs.lint import File
from opskit.emrfs.load import Source
from opskit.errors import InputError

ROLE = "arn:aws:iam::123456789012:role/r"


def mended(text: str | bytes, name: str = "emrfs.yaml") -> str | bytes:
    """A file after --fix, in the type that was given; a second run changes nothing."""
    data = text.encode() if isinstance(text, str) else text
    result = fixed(data, name)
    assert fixed(result, name) == result
    return result.decode() if isinstance(text, str) else result


def fixed(data: bytes, name: str) -> bytes:
    source = Source(name, data)
    [*rewrites] = lint.mended([File(source, load.parse(source))])
    assert all(rewrite.changed for rewrite in rewrites)
    return rewrites[0].result if rewrites else data


def own(mappings: str) -> str:
    return f'# kept\nbase-role: b   # kept\naccount: "123456789012"\nmappings:\n{mappings}\n# end\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('- {role: r, users: [" ana ", bob]}', '- {role: r, users: ["ana", bob]}'),
        ("- {role: r, users: [' ana']}", "- {role: r, users: ['ana']}"),
        ("- {role: r, users: [' o''hara']}", "- {role: r, users: ['o''hara']}"),
        (r'- {role: r, users: ["\tana\u00e9"]}', r'- {role: r, users: ["ana\u00e9"]}'),
        ('- {role: r, prefixes: ["s3a://b/x/"]}', '- {role: r, prefixes: ["s3://b/x/"]}'),
        (
            "- role: r\n  prefixes:\n    - S3N://b/x/ # c",
            "- role: r\n  prefixes:\n    - s3://b/x/ # c",
        ),
        ("- {role: r, users: [a, b, a, a, c]}", "- {role: r, users: [a, b, c]}"),
        ("- {role: r, users: [a,\n    b ,\n    a]}", "- {role: r, users: [a,\n    b]}"),
        ("- role: r\n  users:\n  - a\n  - 'a'\n  - b", "- role: r\n  users:\n  - a\n  - b"),
        (
            '- {role: r, prefixes: ["s3://b/x/", "s3a://b/x/", "s3n://b/x/"]}',
            '- {role: r, prefixes: ["s3://b/x/"]}',
        ),
        ('- {role: " r", users: [a]}', '- {role: "r", users: [a]}'),
        (
            "- {role: r, prefixes: ['s3://b/x/', 'b/y/']}",
            "- {role: r, prefixes: ['s3://b/x/', 's3://b/y/']}",
        ),
        ('- {role: r, users: &u [" a"]}', '- {role: r, users: &u ["a"]}'),
    ],
)
def test_in_a_document(before: str, after: str) -> None:
    assert mended(own(before)) == own(after)


@pytest.mark.parametrize(
    "mappings",
    [
        "- {role: r, users: [a, b]}",
        "- role: r\n  users:\n  - a\n  - a # the second",
        "- role: r\n  users:\n  - a\n  # the second\n  - a # b",
        "- {role: r, users: [a, # first\n    a]}",
        "- {role: r, users: &u [a, a]}\n- {role: s, users: *u}",
        "- {role: r, users: [a]}\n- {role: s, users: [a]}",
        '- {role: r, users: ["a;b", "c\\u200bd", ""]}',
        '- {role: r, prefixes: ["https://b.s3.amazonaws.com/", "arn:aws:s3:::b/*"]}',
        "- {role: r, prefixes: [direct, 's3://b/foo']}",
        "- {role: r, prefixes: ['s3://b/', 's3://b/foo/']}",
        '- role: r\n  users:\n  - >-\n    a\n  - "b"',
    ],
)
def test_what_has_more_than_one_meaning_or_a_comment_stays(mappings: str) -> None:
    assert mended(own(mappings)) == own(mappings)


def test_a_line_between_others_goes_with_a_comment_of_its_own_left() -> None:
    before = own("- role: r\n  users:\n  - a # first\n  # second\n  - a\n  - b")
    assert mended(before) == before.replace("  - a\n", "")


def test_the_last_line_without_an_end() -> None:
    head = 'base-role: b\naccount: "123456789012"\nmappings:\n- role: r\n  users:\n  - a'
    assert mended(f"{head}\n  - a") == head
    windows = head.replace("\n", "\r\n")
    assert mended(f"{windows}\r\n  - a") == windows


def config(*mappings: str) -> str:
    listed = ",\n        ".join(mappings)
    return (
        '{"AuthorizationConfiguration": {"EmrFsConfiguration": {\n\t"RoleMappings": [\n        '
        f'{listed}\n]}}}}, "ExternalId" :"x" }}'
    )


def entry(identifiers: str, kind: str = "User", role: str = ROLE) -> str:
    return f'{{"Role":"{role}" ,"IdentifierType": "{kind}","Identifiers" : {identifiers} }}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (entry('"ana"'), entry('["ana"]')),
        (entry('["a"]', "user"), entry('["a"]', "User")),
        (entry('"ana"', " Users "), entry('["ana"]', "User")),
        (entry('[" a", "a" ,"b"]'), entry('["a" ,"b"]')),
        (entry('["a"]', role=f" {ROLE} "), entry('["a"]')),
        (entry('["\\ta\\/b"]'), entry('["a/b"]')),
        (entry('["s3a:\\/\\/b\\/"]', "Prefix"), entry('["s3://b/"]', "Prefix")),
    ],
)
def test_in_a_security_configuration(before: str, after: str) -> None:
    text = config(entry('["zoe"]'), before)
    assert mended(text, "s.json") == config(entry('["zoe"]'), after)


@pytest.mark.parametrize(
    "text",
    [
        config(entry('"ana,bob"')),
        config(entry('["a"]', "Grupo")),
        json.dumps({"Name": "n", "SecurityConfiguration": config(entry('[" a"]'))}),
        "["
        + json.dumps(
            {
                "Classification": "emrfs-site",
                "Properties": {"fs.s3.authorization.roleMapping": f"{ROLE}=p:s3a://b/"},
            }
        )
        + "]",
    ],
)
def test_texts_that_hold_lists_and_what_is_not_certain_stay(text: str) -> None:
    assert mended(text, "s.json") == text


def test_templates_are_mended_where_values_stand_in_them() -> None:
    text = """
Resources:
  Security:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration:
        AuthorizationConfiguration:
          EmrFsConfiguration:
            RoleMappings:
              - Role: !GetAtt R.Arn
                IdentifierType: Prefix
                Identifiers: ["s3a://lake/", !Sub "s3a://${Bucket}/"]  # kept
"""
    assert mended(text, "t.yaml") == text.replace("s3a://lake", "s3://lake")


def test_what_a_template_computes_is_not_taken_for_a_repetition() -> None:
    text = f"""\
Parameters: {{Group: {{Type: String, Default: g}}}}
Resources:
  C:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration:
        AuthorizationConfiguration:
          EmrFsConfiguration:
            RoleMappings:
              - {{Role: {ROLE}, IdentifierType: Group, Identifiers: [!Ref Group, g]}}
"""
    assert mended(text, "t.yaml") == text


def test_xml_and_terraform_are_not_mended(tmp_path: Path) -> None:
    path = tmp_path / "emrfs-site.xml"
    path.write_text(
        "<configuration><property><name>fs.s3.authorization.roleMapping</name>"
        f"<value>{ROLE}=p:s3a://b/</value></property></configuration>"
    )
    files, report = lint.check([path], select=["EMR022"])
    assert [each.fixable for each in report.findings] == [False]
    assert lint.mended(files) == []


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF8 * 2, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_encoding_and_line_ends_stay(mark: bytes, encoding: str) -> None:
    before = own("- {role: r, users: ['é', \" b\"]}").replace("\n", "\r\n")
    after = before.replace('" b"', '"b"')
    assert mended(mark + before.encode(encoding)) == mark + after.encode(encoding)


def test_only_selected_rules_are_mended() -> None:
    source = Source("e.yaml", own('- {role: r, users: [" a", b, b]}').encode())
    files = [File(source, load.parse(source))]
    [rewrite] = lint.mended(files, select=["EMR010"])
    assert rewrite.result.decode() == own('- {role: r, users: [" a", b]}')
    [rewrite] = lint.mended(files, ignore=["EMR010"])
    assert rewrite.result.decode() == own('- {role: r, users: ["a", b, b]}')


def test_a_finding_is_marked_where_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "emrfs.yaml"
    path.write_text(own('- role: r\n  users:\n  - " a"\n  - b\n  - b # c\n  - b'))
    _, report = lint.check([path], select=["EMR003", "EMR010"])
    assert [(f.rule, f.fixable) for f in report.findings] == [
        ("EMR003", True),
        ("EMR010", False),
        ("EMR010", True),
    ]


def test_saving_keeps_a_backup_and_refuses_a_file_that_changed(tmp_path: Path) -> None:
    path = tmp_path / "emrfs.yaml"
    path.write_text(own('- {role: r, users: [" a"]}'))
    files, _ = lint.check([path])
    [rewrite] = lint.mended(files)
    assert '-- {role: r, users: [" a"]}\n+- {role: r, users: ["a"]}\n' in rewrite.diff()
    backup = rewrite.save()
    assert backup is not None
    assert (backup.read_bytes(), path.read_bytes()) == (rewrite.raw, rewrite.result)
    with pytest.raises(InputError, match="changed since it was read"):
        rewrite.save()


def test_parts_of_one_file_are_mended_in_one(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    configurations = {
        name: {
            "Type": "AWS::EMR::SecurityConfiguration",
            "Properties": {"SecurityConfiguration": json.loads(config(entry('[" a"]')))},
        }
        for name in ("A", "B")
    }
    path.write_text(json.dumps({"Resources": configurations}))
    files, _ = lint.check([f"{path}#A", f"{path}#B"])
    [rewrite] = lint.mended(files)
    assert rewrite.result == rewrite.raw.replace(b'" a"', b'"a"')


NAMES = st.text("ab 's3:/,[]}#\"\\é-", min_size=1, max_size=6)


@settings(max_examples=150)
@given(st.lists(NAMES, min_size=1, max_size=4), st.sampled_from(["json", "block", "single"]))
def test_mending_gives_what_is_wanted_and_nothing_else(names: list[str], style: str) -> None:
    """The names stripped and each once, whatever their characters and however they are quoted."""
    quoted = [
        json.dumps(name) if style != "single" else "'" + name.replace("'", "''") + "'"
        for name in names
    ]
    lines = "".join(f"\n  - {each}" for each in quoted)
    users = lines if style == "block" else f" [{', '.join(quoted)}]"
    result = mended(own(f"- role: r\n  users:{users}"))
    assert isinstance(result, str)
    [mapping] = load.parse(Source("e.yaml", result.encode())).mappings
    wanted = dict.fromkeys(name.strip() or name for name in names)
    assert [each.text for each in mapping.identifiers] == list(wanted)
    assert result.startswith(own("")[:40])
    assert result.endswith("\n# end\n")
