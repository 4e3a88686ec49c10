"""What is written: the mappings of the plan, comments kept, all else byte for byte as it was."""

import json
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.documents import parse_document
from opskit.emrfs import load
from opskit.emrfs.load import Source
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.optimize.plan import Plan, plan
from opskit.emrfs.optimize.reading import read
from opskit.emrfs.optimize.splice import rewrite
from opskit.errors import InputError
from tests.emrfs.optimize.everything import MAPPINGS

ROLE = "arn:aws:iam::111122223333:role/"
KEYS = {Kind.USER: "users", Kind.GROUP: "groups", Kind.PREFIX: "prefixes"}
STYLES = st.lists(st.sampled_from(("flow", "block", "brackets", "wide")), min_size=8, max_size=8)


def written(text: str, name: str = "emrfs.yaml") -> tuple[Plan, str]:
    source = Source(name, text.encode())
    found = plan(read(source))
    return found, rewrite(source, found).result.decode()


def same(design: Design, text: str, name: str = "emrfs.yaml") -> bool:
    def told(each: Design) -> list[tuple[str, Kind, list[str]]]:
        return [(m.role, m.kind, [i.text for i in m.identifiers]) for m in each.mappings]

    return told(load.parse(Source(name, text.encode()))) == told(design)


def yaml_text(mappings: Any, styles: list[str], newline: str, column: str) -> str:
    lines = ["# head", "base-role: Base", "mappings:"]
    for number, (((kind, names), role), style) in enumerate(zip(mappings, styles, strict=False)):
        key, listed = KEYS[kind], ", ".join(f'"{name}"' for name in names)
        lines.append(f"{column}# above {number}")
        if style == "brackets":
            lines.append(f"{column}- {{role: {role}, {key}: [{listed}]}}  # behind {number}")
        elif style == "flow":
            lines += [
                f"{column}- role: {role}  # role {number}",
                f"{column}  {key}: [{listed}]",
                "",
            ]
        elif style == "wide":
            lines += [f"{column}-", f"{column}    {key}: [ {listed} ]", f"{column}    role: {role}"]
        else:
            lines += [f"{column}- role: {role}", f"{column}  {key}:"]
            lines += [f"{column}  - {name} # {name} {number}" for name in names]
    if not mappings:
        lines[-1] += " []"
    return newline.join([*lines, "# end", "name: x  # the name", ""])


@settings(max_examples=150, deadline=None)
@given(MAPPINGS, STYLES, st.sampled_from(("\n", "\r\n")), st.sampled_from(("", "  ")))
def test_a_document(mappings: Any, styles: list[str], newline: str, column: str) -> None:
    text = yaml_text(mappings, styles, newline, column)
    found, result = written(text)
    assert same(found.after, result)
    head, tail = text.partition("mappings:")[0], text[text.index("# end") :]
    assert result.startswith(head)
    assert result.endswith(tail)
    assert result.count(newline) == result.count("\n")
    kept = {member.index for part in found.parts for member in part.members}
    for number in kept:
        assert f"# above {number}{newline}" in result
        for comment in (f"role {number}{newline}", f"behind {number}{newline}"):
            assert (comment in text) == (comment in result)
    if not found.steps:
        assert result == text


@settings(max_examples=60, deadline=None)
@given(MAPPINGS, st.sampled_from((None, 2)), st.booleans())
def test_a_security_configuration(mappings: Any, indent: int | None, wrapped: bool) -> None:
    listed = [
        {"Role": ROLE + role, "IdentifierType": str(kind), "Identifiers": names}
        for (kind, names), role in mappings
    ]
    whole: dict[str, Any] = {
        "AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": listed}}
    }
    text = json.dumps({"SecurityConfiguration": whole} if wrapped else whole, indent=indent)
    found, result = written(text, "x.json")
    assert same(found.after, result, "x.json")
    # laid out as before: the whole as `json` would write it
    assert json.dumps(json.loads(result), indent=indent) == result


TEMPLATE = f"""\
Parameters: {{Group: {{Type: String, Default: g}}, Env: {{Type: String, Default: dev}}}}
Conditions: {{Live: !Equals [!Ref Env, live]}}
Mappings: {{Roles: {{dev: {{A: "{ROLE}A", B: "{ROLE}A"}}, live: {{A: "{ROLE}A", B: "{ROLE}B"}}}}}}
Resources:
  Config:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration:
        AuthorizationConfiguration:
          EmrFsConfiguration:
            RoleMappings:
"""


def template(mappings: str) -> str:
    """A template with these mappings, one a line, of which the keys are in one letter."""
    for short, key in (("R:", "Role:"), ("T:", "IdentifierType:"), ("I:", "Identifiers:")):
        mappings = mappings.replace(short, key)
    return TEMPLATE + "".join(f"              - {line}\n" for line in mappings.splitlines())


@pytest.mark.parametrize(
    "mappings",
    [
        f"{{R: '{ROLE}A', T: Group, I: [!Ref Group, g]}}",
        f"{{R: '{ROLE}A', T: Group, I: [!If [Live, h, g], g]}}",
        f"{{R: '{ROLE}B', T: User, I: [a]}}\n"
        f"{{R: !If [Live, '{ROLE}A', '{ROLE}B'], T: User, I: [b]}}",
        f"{{R: !If [Live, '{ROLE}A', '{ROLE}B'], T: User, I: [a]}}\n"
        f"{{R: !If [Live, '{ROLE}C', '{ROLE}B'], T: User, I: [b]}}",
        "{R: !FindInMap [Roles, !Ref Env, A], T: User, I: [a]}\n"
        "{R: !FindInMap [Roles, !Ref Env, B], T: User, I: [b]}",
    ],
    ids=["a parameter", "a condition", "a role", "two roles", "a table"],
)
def test_other_deployments_of_a_template(mappings: str) -> None:
    """With the defaults of the parameters there would be something to drop or merge."""
    text = template(mappings)
    found, result = written(text, "t.yaml")
    assert (found.steps, result) == ([], text)


def test_mappings_that_only_a_deployment_tells() -> None:
    text = template(f"!If [Live, {{R: '{ROLE}A', T: User, I: [a, a]}}, !Ref AWS::NoValue]\n")
    with pytest.raises(InputError, match="depend on the parameters") as caught:
        written(text, "t.yaml")
    assert "describe-security-configuration" in caught.value.hint


def test_what_stays_may_be_written_in_any_way() -> None:
    """`L` is a list that is filled in whole; the mappings around it are edited all the same."""
    text = template(
        f"{{R: '{ROLE}A', T: User, I: [a, a]}}\n"
        f"{{R: '{ROLE}B', T: User, I: !Ref L}}\n"
        f"{{R: '{ROLE}B', T: User, I: [b, c, b]}}\n"
    ).replace("Parameters: {", "Parameters: {L: {Type: CommaDelimitedList}, ")
    _, result = written(text, "t.yaml")
    assert result == text.replace("[a, a]", "[a]").replace("[b, c, b]", "[b, c]")


def test_a_part_of_a_template() -> None:
    text = template(f"{{R: '{ROLE}A', T: User, I: [a, a]}}")
    text += text[text.index("  Config:") :].replace("Config:", "Other:", 1)
    source = Source("t.yaml", text.encode(), "Config")
    result = rewrite(source, plan(read(source))).result.decode()
    assert result == text.replace("[a, a]", "[a]", 1)


def test_terraform_is_told_but_not_edited() -> None:
    text = (
        f'variable "role" {{ default = "{ROLE}A" }}\n'
        'resource "aws_emr_security_configuration" "c" {\n'
        "  configuration = jsonencode({ AuthorizationConfiguration = { EmrFsConfiguration = {\n"
        '    RoleMappings = [{ Role = var.role, IdentifierType = "User", Identifiers = ["a", "b"]'
        "\n  }] } } })\n}\n"
    )
    source = Source("main.tf", text.encode())
    design = read(source)
    assert any("variables" in note for note in design.notes)
    assert not rewrite(source, plan(design)).changed  # there is nothing to do
    twice = Source("main.tf", text.replace('"b"', '"a"').encode())
    with pytest.raises(InputError, match="are edited"):
        rewrite(twice, plan(read(twice)))


def test_a_template() -> None:
    text = dedent(
        """
        Resources:
          Config:
            Type: AWS::EMR::SecurityConfiguration
            Properties:
              SecurityConfiguration:
                AuthorizationConfiguration:
                  EmrFsConfiguration:
                    RoleMappings:
                      # leads
                      - Role: !Sub arn:aws:iam::${AWS::AccountId}:role/A
                        IdentifierType: User
                        Identifiers: [ana]
                      - Role: !Sub arn:aws:iam::${AWS::AccountId}:role/B
                        IdentifierType: Group
                        Identifiers: [!Ref Group, g]
                      - Role: !Sub arn:aws:iam::${AWS::AccountId}:role/B
                        IdentifierType: User
                        Identifiers: [bob, ana]
                      - Role: !Sub arn:aws:iam::${AWS::AccountId}:role/B
                        IdentifierType: User
                        Identifiers: [cem]
        Parameters: {Group: {Type: String}}
        """
    )
    found, result = written(text, "t.yaml")
    assert [step.action for step in found.steps] == ["drop", "merge"]
    assert result == text.replace("[bob, ana]", "[bob, cem]").replace(
        text[text.rindex("              - Role") : text.index("Parameters")], ""
    )


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (
            "base-role: B\nmappings:\n- &a {role: A, users: [x]}\n- *a\n",
            "emrfs.yaml",
            "aliases",
        ),
        (
            "base-role: B\ndirectory: {users: {z: &u [x]}}\n"
            "mappings:\n- {role: A, users: [y]}\n- {role: A, users: *u}\n",
            "emrfs.yaml",
            "stand elsewhere",
        ),
        (
            "base-role: B\nmappings: [{role: A, users: [x]}, # a\n {role: A, users: [y]}]\n",
            "emrfs.yaml",
            "comments",
        ),
        (
            json.dumps(
                {
                    "SecurityConfiguration": json.dumps(
                        {
                            "AuthorizationConfiguration": {
                                "EmrFsConfiguration": {
                                    "RoleMappings": [
                                        {
                                            "Role": ROLE + "A",
                                            "IdentifierType": "User",
                                            "Identifiers": ["x", "x"],
                                        }
                                    ]
                                }
                            }
                        }
                    )
                }
            ),
            "x.json",
            "in a text",
        ),
        (
            '{"mappings": [{"user": "a", "iamRole": "x"}, {"user": "a", "iamRole": "x"}]}',
            "trino.json",
            "only emrfs.yaml",
        ),
    ],
    ids=["aliases", "an aliased list", "comments in brackets", "a text", "another format"],
)
def test_what_is_not_edited(text: str, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        written(text, name)
    assert "-o json" in caught.value.hint


def test_an_anchor_that_is_needed_elsewhere() -> None:
    text = dedent(
        """\
        base-role: B
        mappings:
        - {role: A, users: [x, &x x]}
        directory: {users: {y: [*x]}}
        """
    )
    with pytest.raises(InputError, match="not edited in place"):
        written(text)


def test_a_byte_order_mark_stays() -> None:
    text = "base-role: B\nmappings: [{role: A, users: [x, x]}]"
    source = Source("emrfs.yaml", b"\xef\xbb\xbf" + text.encode())
    result = rewrite(source, plan(load.parse(source))).result
    assert result == b"\xef\xbb\xbf" + text.replace("[x, x]", "[x]").encode()
    assert parse_document(result, "emrfs.yaml")
