"""What the options of `opskit emrfs` say of themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from opskit.commands.emrfs import app


def options() -> Iterator[Any]:
    group: Any = get_command(app)
    for name, deferred in group.commands.items():
        for option in deferred.load().params:
            if option.param_type_name == "option":
                yield pytest.param(option, id=f"{name} {option.opts[0]}")


@pytest.mark.parametrize("option", list(options()))
def test_one_that_may_be_repeated_says_so(option: Any) -> None:
    assert option.multiple is ("(repeat" in option.help)


@pytest.mark.parametrize("option", list(options()))
def test_what_an_option_takes_is_in_capitals(option: Any) -> None:
    if not option.is_flag and type(option.type).__name__ in ("TyperPath", "StringParamType"):
        assert option.metavar
        assert option.metavar.isupper() or option.metavar == "EMR-X.Y.Z"


@pytest.mark.parametrize(
    ("command", "does"),
    [
        ("build", "Replace files without asking."),
        ("union", "Replace files without asking."),
        ("replay", "Athena: scan without asking."),
        ("apply", "Change without asking."),
        ("lint", "Change without asking."),
        ("optimize", "Change without asking."),
    ],
)
def test_what_yes_does(command: str, does: str) -> None:
    group: Any = get_command(app)
    params = group.commands[command].load().params
    assert [each.help for each in params if each.name == "yes"] == [does]
