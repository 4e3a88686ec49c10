"""The completion scripts in the shells that they are for."""

import subprocess
from pathlib import Path

import pytest

from completions.words import fixed
from opskit import manifest
from opskit.redshift.queries import Library
from opskit.rules import all_rules
from opskit.storage.catalog.load import load
from tests.components import require_program

SCRIPTS = Path(__file__).parents[1] / "completions"

BASH = r"""
source "$1"
complete -p opskit >/dev/null || exit 1
words=($2); COMP_WORDS=(opskit "${words[@]}"); COMP_CWORD=${#words[@]}
COMP_LINE="opskit $2"; COMP_POINT=${#COMP_LINE}
_shtab_opskit opskit "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""
LINES = [
    ("bro", "broker"),
    ("broker li", "lint"),
    ("broker lint --fa", "--fail-on"),
    ("broker lint --fail-on w", "warning"),
    ("completion z", "zsh"),
    ("rule BRK00", "BRK001"),
    ("schema top", "topology"),
    ("demo em", "emrfs"),
    ("redshift query adv", "advisor"),
    ("storage estimate --providers a", "all"),
    ("storage gate --provider b", "b2"),
]


@pytest.mark.parametrize(("typed", "offered"), LINES)
def test_bash(typed: str, offered: str) -> None:
    bash = require_program("bash", "bash")
    run = subprocess.run(
        [bash, "--norc", "-c", BASH, "bash", str(SCRIPTS / "opskit.bash"), typed],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert offered in run.stdout.split()
    assert not run.stderr


@pytest.mark.parametrize(("typed", "offered"), LINES)
def test_fish(typed: str, offered: str, tmp_path: Path) -> None:
    fish = require_program("fish", "fish")
    run = subprocess.run(
        [fish, "--no-config", "-c", f'source "$argv[1]"; complete -C "opskit {typed}"']
        + [str(SCRIPTS / "opskit.fish")],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert offered in {line.split("\t")[0] for line in run.stdout.splitlines()}


def test_zsh_accepts_the_script_as_a_completion_function(tmp_path: Path) -> None:
    zsh = require_program("zsh", "zsh")
    code = (
        'fpath=("$1" $fpath); autoload -Uz compinit; compinit -u -d "$2/dump"; '
        'print -r -- "$_comps[opskit]"; autoload +X _opskit; whence -w _opskit'
    )
    run = subprocess.run(
        [zsh, "-f", "-c", code, "zsh", str(SCRIPTS), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert run.stdout.split()[-2:] == ["_opskit:", "function"]
    subprocess.run([zsh, "-n", str(SCRIPTS / "_opskit")], check=True, timeout=30)


def test_the_fixed_words_are_what_there_is() -> None:
    assert fixed(("rule",), "code") == [rule.code for rule in all_rules()]
    assert fixed(("schema",), "name") == list(manifest.SCHEMAS)
    assert fixed(("demo",), "group") == [group.name for group in manifest.GROUPS]
    assert fixed(("redshift", "query"), "name") == Library().names()
    assert fixed(("storage", "gate"), "--provider") == list(load().providers)
    assert not fixed(("emrfs", "resolve"), "user")
