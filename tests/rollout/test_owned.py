"""Fields moved from the entry of updates to that of what was applied."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opskit.rollout.changes.owned import _minus, _union, adopted

TEMPLATE = ("spec", "template")


def entry(operation: str, fields: dict[str, Any], **more: str) -> dict[str, Any]:
    base = {"manager": "opskit", "operation": operation, "apiVersion": "apps/v1"}
    return {**base, "fieldsV1": fields, **more}


def test_only_the_template_moves_and_a_restart_stays() -> None:
    notes = {"f:annotations": {".": {}, "f:kubectl.kubernetes.io/restartedAt": {}}}
    template = {"f:metadata": notes, "f:spec": {"f:dnsPolicy": {}}}
    kept = {"f:metadata": {"f:annotations": {"f:opskit.dev/last-good": {}}}}
    update = entry("Update", {**kept, "f:spec": {"f:template": template, "f:paused": {}}})
    apply = entry("Apply", {"f:spec": {"f:replicas": {}}})
    other = entry("Update", {"f:spec": {"f:template": {"f:x": {}}}}, manager="kubectl")
    scaled = entry("Update", {"f:spec": {"f:template": {"f:x": {}}}}, subresource="scale")
    found = adopted([update, apply, other, scaled], [TEMPLATE])
    assert found is not None
    spec = {
        "f:template": {"f:metadata": {"f:annotations": {".": {}}}, "f:spec": {"f:dnsPolicy": {}}}
    }
    assert found[1]["fieldsV1"]["f:spec"] == {"f:replicas": {}, **spec}
    restarted = {"f:annotations": {"f:kubectl.kubernetes.io/restartedAt": {}}}
    left = {"f:template": {"f:metadata": restarted}, "f:paused": {}}
    assert found[0]["fieldsV1"] == {**kept, "f:spec": left}
    assert found[2:] == [other, scaled]


def test_what_was_never_applied_is_left_alone() -> None:
    update = entry("Update", {"f:spec": {"f:template": {"f:x": {}}}})
    assert adopted([update], [TEMPLATE]) is None
    assert adopted([update, entry("Apply", {"f:data": {}})], [("data",)]) is None


def test_an_entry_that_is_empty_goes() -> None:
    update = entry("Update", {"f:data": {".": {}, "f:old": {}}})
    apply = entry("Apply", {"f:data": {"f:new": {}}})
    fields = {"f:data": {".": {}, "f:old": {}, "f:new": {}}}
    assert adopted([update, apply], [("data",)]) == [entry("Apply", fields)]


PATHS = st.sets(st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple))


def tree(paths: set[tuple[str, ...]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(paths):
        node = found
        for part in path:
            node = node.setdefault(f"f:{part}", {})
    for path in paths:
        node = found
        for part in path:
            node = node[f"f:{part}"]
        if node:
            node["."] = {}
    return found


@given(PATHS, PATHS)
def test_fields_are_sets_of_paths(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> None:
    left, right = tree(one), tree(other)
    if one and other:
        assert _union(left, right) == tree(one | other)
    if one:
        assert (_minus(left, right) or {}) == tree(one - other)
