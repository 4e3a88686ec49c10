"""Unified diffs of texts; `tests/broker/xml/test_diff.py` has `patch` apply them."""

from opskit.unified import unified


def test_the_change_and_three_lines_around_it() -> None:
    lines = [f"{number}\n" for number in range(9)]
    before, after = "".join(lines), "".join([*lines[:4], "four\n", *lines[5:]])
    assert unified("a.txt", before, after) == (
        "--- a.txt\n+++ a.txt\n@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n"
    )


def test_a_last_line_without_an_end() -> None:
    assert unified("a", "x", "y").endswith(
        "-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n"
    )


def test_secrets_are_masked() -> None:
    shown = unified("a", 'password="one"\n', 'password="two"\n')
    assert "one" not in shown
    assert "two" not in shown
    assert '-password="***"' in shown
