"""Words for a shell, releases, and rows."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.migrate.plan import (
    Outcome,
    Row,
    Variable,
    command,
    json_word,
    release,
    shell_name,
    word,
)
from opskit.emrfs.model import Kind, RoleMapping
from tests.emrfs.migrate.shell import run

TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_any_words_reach_the_command(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("words")
    variable = Variable("X")
    line = "aws " + " ".join([*map(word, texts), word(*texts, variable, '$X`x`"\\')])
    (words,) = run([line], folder, {"X": "a b$"})
    assert words == [*texts, "".join(texts) + "a b$" + '$X`x`"\\']


def test_json_with_variables(tmp_path: Path) -> None:
    document = {"a": "x ${AWS_REGION} $HOME `id` \"q\" 'q'", "b": ["${AWS_REGION}", "${OTHER}"]}
    line = command("aws x", {"document": json_word(document, [Variable("AWS_REGION")])})
    (words,) = run([line], tmp_path)
    assert json.loads(words[2]) == {
        "a": "x eu-west-1 $HOME `id` \"q\" 'q'",
        "b": ["eu-west-1", "${OTHER}"],
    }


def test_a_variable_that_is_not_set_stops_the_shell(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run([f"aws {word(Variable('NOT_SET'))}"], tmp_path)
    assert "NOT_SET" in caught.value.stderr


def test_names_of_variables() -> None:
    taken: set[str] = set()
    names = [shell_name("USER", text, taken) for text in ("ana-b", "ana.b", "ünal", "@")]
    assert names == ["USER_ANA_B", "USER_ANA_B_2", "USER_NAL", "USER"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("emr-6.15.0", (6, 15, 0)), ("emr-7.10.0", (7, 10, 0)), ("6.15.0", ()), ("", ())],
)
def test_releases(text: str, numbers: tuple[int, ...]) -> None:
    assert release(text) == numbers


def test_what_cannot_move_stays_so() -> None:
    row = Row(RoleMapping(0, "r", Kind.USER, ()), Outcome.MOVES, "")
    row.lessen("a")
    assert row.outcome is Outcome.CHANGES
    row.lessen("b", to=Outcome.CANNOT)
    row.lessen("c")
    assert row.outcome is Outcome.CANNOT
    assert row.reasons == ["a", "b", "c"]
