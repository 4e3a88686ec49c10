"""The check as a whole: the bundled broken files, the published scenario, order, scale."""

import time
from pathlib import Path

import pytest

from opskit.emrfs import lint
from opskit.emrfs.model import NOTICE
from opskit.errors import InputError
from opskit.findings import Finding, Severity
from tests.emrfs.designs import EXAMPLES

BROKEN = sorted((Path(__file__).parent / "rules" / "broken").iterdir())
#: What every file has.
ALWAYS = {"EMR060"}
MAPPINGS = {f"EMR{n:03}" for n in (1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 20, 21, 22, 23, 42, 43)}


def findings(*paths: Path) -> list[Finding]:
    return list(lint.check(paths)[1].findings)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_each_broken_file_gives_exactly_its_rule(path: Path) -> None:
    found = findings(path)
    told = {each.rule for each in found if each.level is not Severity.UNKNOWN} - ALWAYS
    assert told == {path.name[:6]}
    named = [each for each in found if each.rule in told]
    assert all(each.location and each.location.file == str(path) for each in named)
    assert all(each.location and each.location.line for each in named)


def test_each_rule_on_mappings_has_a_broken_file() -> None:
    assert {path.name[:6] for path in BROKEN} >= MAPPINGS


def test_the_published_scenario_has_its_two_defects_and_no_others() -> None:
    found = findings(EXAMPLES / "emrfs.yaml")
    told = [(each.rule, Path(each.location.file).name) for each in found if each.location]
    assert told == [
        ("EMR044", "emrfs.yaml"),
        ("EMR060", "emrfs.yaml"),
        ("EMR045", "hue-config.json"),
    ]


def test_several_files_are_each_checked_and_the_notice_ends_each(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    text = 'base-role: b\naccount: "123456789012"\nmappings:\n- role: r\n  users: [" a"]\n'
    for path in (one, two):
        path.write_text(text)
    files, report = lint.check([one, two], select=["EMR003", "EMR060"])
    assert [file.source.name for file in files] == [str(one), str(two)]
    assert report.checked == 2
    told = [(each.rule, each.location.file) for each in report.findings if each.location]
    assert told == [(rule, str(path)) for path in (one, two) for rule in ("EMR003", "EMR060")]
    assert report.findings[-1].message == NOTICE


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for content, says in ((b"", "empty"), (b"{}", "no role mappings"), (b'{"a": 1}', "no role")):
        path = tmp_path / "x.json"
        path.write_bytes(content)
        with pytest.raises(InputError, match=says):
            lint.check([path])
    with pytest.raises(InputError, match="no such file"):
        lint.check([tmp_path / "none.yaml"])


def test_a_thousand_mappings_and_five_thousand_users(tmp_path: Path) -> None:
    """Four times as much takes about four times as long: no rule compares all with all."""

    def seconds(size: int) -> float:
        mappings = "".join(
            f'- {{role: p{n}, prefixes: ["s3://lake/{n}/", "s3://lake/{n}"]}}\n'
            f"- {{role: g{n}, groups: [g{n}, h{n}]}}\n"
            for n in range(size // 2)
        )
        users = "".join(f"    u{n}: [g{n % 97}, h{n % 89}, x]\n" for n in range(5 * size))
        path = tmp_path / f"{size}.yaml"
        path.write_text(
            f'base-role: b\naccount: "123456789012"\nmappings:\n{mappings}'
            f"directory:\n  users:\n{users}"
        )
        start = time.perf_counter()
        _, report = lint.check([path], select=sorted(MAPPINGS))
        assert report.checked == size // 2 * 2
        assert {"EMR012", "EMR013", "EMR014", "EMR020"} <= {each.rule for each in report.findings}
        return time.perf_counter() - start

    small, large = seconds(250), seconds(1000)
    assert large < 10 * small
