"""Manifests as they are read: what their aliases stand for has a limit."""

import pytest

from opskit.errors import InputError
from opskit.nodes import MAX_SIZE
from opskit.rollout.targets import parse_manifests

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n"


def doubled(first: str, times: int) -> str:
    """A value, and so many more of which each stands for two of the one before."""
    rows = [f"x0: &x0 {first}"]
    rows += [f"x{each + 1}: &x{each + 1} [*x{each}, *x{each}]" for each in range(times)]
    return HEAD + "\n".join(rows)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (doubled("[a]", 30), rf"web.yaml:\d+:\d+: .*more than {MAX_SIZE} values"),
        (HEAD + "x: &x {k: 1}\ny: &y {<<: *x, z: *y}\n", r"web.yaml:5:19: .*inside its own anchor"),
        (HEAD + "x: &x [*x]\n", r"web.yaml:4:8: .*inside its own anchor"),
        (HEAD + "x: &x 1\ny: *z\n", "undefined alias"),
        (HEAD + "x: &x 1\n---\ny: *x\n", "undefined alias"),
        (HEAD + "x: &x [*\n", "web.yaml:"),
    ],
)
def test_aliases_that_stand_for_too_much_or_for_nothing(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_manifests(text.encode(), "web.yaml")


def test_a_long_text_counts_for_more() -> None:
    text = HEAD + f"x: &x {'a' * 100_000}\ny: [{', '.join(['*x'] * 1000)}]\n"
    with pytest.raises(InputError, match="one too many"):
        parse_manifests(text.encode(), "web.yaml")


def test_what_has_no_aliases_may_be_larger() -> None:
    """A recording of a cluster is."""
    text = f"{HEAD}n: &n '*'\nx: [{'1,' * (MAX_SIZE + 1)}]"
    [found] = parse_manifests(text.encode(), "web.yaml")
    assert len(found["x"]) > MAX_SIZE


def test_aliases_and_merges_that_people_write() -> None:
    text = HEAD + "x: &x {k: &k 1}\ny: {<<: *x, z: *k}\nagain: [*k]\n"
    [found] = parse_manifests(text.encode(), "web.yaml")
    assert (found["y"], found["again"]) == ({"k": 1, "z": 1}, [1])
