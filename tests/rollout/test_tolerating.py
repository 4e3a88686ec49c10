"""What --tolerate takes."""

import pytest

from opskit.errors import UsageError
from opskit.rollout.telling import tolerating


def test_reasons_codes_and_all_are_taken() -> None:
    tolerating.check(["ImagePullBackOff", "imagepullbackoff", "ROL102", "all"])


@pytest.mark.parametrize("word", ["", "Nonsense", "ROL999", "*"])
def test_what_no_rollout_fails_for_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="no reason") as told:
        tolerating.check([word], "--tolerate")
    assert "CrashLoopBackOff" in told.value.hint
    assert told.value.where == "--tolerate"


def test_a_typo_gets_what_was_meant() -> None:
    with pytest.raises(UsageError) as told:
        tolerating.check(["ImagePullBackof"])
    assert told.value.hint.startswith("did you mean ImagePullBackOff?")
