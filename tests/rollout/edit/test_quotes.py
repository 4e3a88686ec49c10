"""Which values need quotes; and a property: in any file the image changes and nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opskit.errors import InputError
from opskit.rollout.edit import plan as planning
from opskit.rollout.edit.splice import is_text
from opskit.rollout.images import TAG
from opskit.scalars import resolve
from tests.rollout.edit.files import edited


@pytest.mark.parametrize(
    "tag",
    [
        "1.4.2", "v1", "1.4.2-rc.1", "latest", "sha-0a1b", "2024.01.02", "a1e5", "1.2.3_4", "0.1-x",
        "nope", "trueish", "e10", "main", "sha256:" + "1" * 64, "shop/web:1.10", "r.example:5000/w",
    ],
)  # fmt: skip
def test_plain_text(tag: str) -> None:
    assert is_text(tag)
    assert resolve(tag) == tag


@pytest.mark.parametrize(
    "tag",
    [
        "1", "1.10", "012", "0o17", "0x1F", "0b11", "1e3", "1E5", "12e4567", "1_000", "1.", "1_0.5",
        "true", "Yes", "off", "n", "NULL", "2024-01-02", "2024-1-2_x", "1:30", "1:30:59.5", "1e",
        "08", "", "-", "a b", "a: b", "a #b", "a:", "*a", "&a", "!a", "@a", "0_",
    ],
)  # fmt: skip
def test_what_needs_quotes(tag: str) -> None:
    assert not is_text(tag)


@given(st.from_regex(TAG, fullmatch=True))
def test_what_is_left_plain_reads_as_text(tag: str) -> None:
    if is_text(tag):
        assert resolve(tag) == tag
        assert yaml.load(f"a: {tag}", yaml.CSafeLoader) == {"a": tag}
        assert yaml.load(f"{{a: {tag}, b: [{tag}]}}", yaml.CSafeLoader) == {"a": tag, "b": [tag]}
        # go-yaml reads the numbers of YAML 1.2, too, which have no colon
        assert not re.fullmatch(r"[-+]?(0o[0-7]+|[0-9]+([eE][-+]?[0-9]+)?)", tag)


_NAMES = st.sampled_from(["web", "db", "x"])
_TEXTS = st.text("ab:#-é𝒳'\"{}[]&*!|>%@`,? \t\\\n\u2028\ufeff01.", max_size=8)
_SCALARS = st.one_of(_TEXTS, st.integers(), st.none(), st.booleans(), st.floats(allow_nan=False))
_ANY = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)
_IMAGES = st.sampled_from(["web:1", "r.example/web:1.2", "web@sha256:" + "a" * 64, "web:$TAG"])
_TAGS = st.from_regex(TAG, fullmatch=True)


@st.composite
def manifests(draw: Callable[[Any], Any]) -> dict[str, Any]:
    """A Pod whose first container is `it`; around it, anything."""

    def container(name: str) -> dict[str, Any]:
        extra = draw(st.dictionaries(_TEXTS, _ANY, max_size=2))
        return {**extra, "name": name, "image": draw(_IMAGES), "env": draw(_ANY)}

    others = [container(name) for name in draw(st.lists(_NAMES, max_size=2))]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": draw(_ANY)},
        "spec": {"containers": [container("it"), *others], "volumes": draw(_ANY)},
    }


@st.composite
def texts(draw: Callable[[Any], Any], documents: list[dict[str, Any]]) -> str:
    """Some manifests as text, in one of the styles that people and tools write."""
    if draw(st.booleans()):
        pretty = draw(st.sampled_from([None, 2, "\t"]))
        return "\n---\n".join(
            json.dumps(each, indent=pretty, ensure_ascii=False) for each in documents
        )
    text = yaml.safe_dump_all(
        documents,
        default_style=draw(st.sampled_from([None, "'", '"'])),
        default_flow_style=draw(st.sampled_from([True, False, None])),
        indent=draw(st.integers(2, 6)),
        width=draw(st.sampled_from([20, 80, 10_000])),
        allow_unicode=draw(st.booleans()),
        sort_keys=draw(st.booleans()),
        explicit_start=draw(st.booleans()),
        line_break=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )
    return text.removesuffix("\n") if draw(st.booleans()) else text


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data(), tag=_TAGS, whole=st.sampled_from([0, planning.WHOLE]))
def test_the_image_changes_and_nothing_else(data: st.DataObject, tag: str, whole: int) -> None:
    documents = data.draw(st.lists(manifests(), min_size=1, max_size=3))
    text = data.draw(texts(documents))
    images = {each["spec"]["containers"][0]["image"] for each in documents}
    if len({image.replace("@", ":").partition(":")[0] for image in images}) > 1:
        return  # refused: two repositories
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "WHOLE", whole)
        try:
            before = list(yaml.load_all(text, yaml.CSafeLoader))
        except yaml.YAMLError:  # YAML does not read all JSON
            with pytest.raises(InputError, match=r"is not YAML|is a template"):
                edited(Path(folder), text, f"it=q.example/it:{tag}")
            return
        try:
            found = edited(Path(folder), text, f"it=q.example/it:{tag}")
        except InputError as error:
            assert "is a template" in error.message  # noqa: PT017 (most are none)
            assert re.search(r"\{\{|<%|\{%", text)
            return
        after = list(yaml.load_all(found.after.decode(), yaml.CSafeLoader))
    for each in before:
        each["spec"]["containers"][0]["image"] = f"q.example/it:{tag}"
    assert repr(after) == repr(before)
    assert len(found.edits) == len(documents)
    at = 0
    for edit in sorted(found.edits):
        assert text[at : edit.start] in found.after.decode()
        at = edit.end
