"""What is refused rather than guessed, with the line; and what stands near it and is not."""

from pathlib import Path

import pytest

from opskit.documents import EmptyInputError
from opskit.errors import InputError
from tests.rollout.edit.files import edited, lines

HEAD = "apiVersion: v1\nkind: Pod\nspec:\n"
FLAT = HEAD + "  containers:\n  - name: web\n    image: "


def refusal(folder: Path, text: str | bytes, **more) -> InputError:
    with pytest.raises(InputError) as error:
        edited(folder, text, "web=shop/web:2", **more)
    assert (folder / "a.yaml").read_bytes() == (text if isinstance(text, bytes) else text.encode())
    return error.value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (FLAT + "{{ .Values.image }}\n", "6:12"),
        (FLAT + '"shop/web:{{ .Values.tag }}"\n', "6:12"),
        (FLAT + "shop/web:{{ .Values.tag }}\n", "6:12"),
        (FLAT + "shop/web:<%= tag %>\n", "6:12"),
        (FLAT + "a:1\n  replicas: {{ .Values.n }}\n", "7:13"),
        (FLAT + "a:1\n  host: <%= host %>\n", "7:9"),
        (FLAT + "a:1\n{{- end }}\n", "7:1"),
        ("{{- if .Values.x }}\n" + FLAT + "a:1\n", "1:1"),
        ("<% if x %>\n" + FLAT + "a:1\n", "1:1"),
        ("{% if x %}\n" + FLAT + "a:1\n", "1:1"),
        (FLAT + "a:1\n---\nx: {{- y }}: z\n", "8:4"),
    ],
)
def test_templates(tmp_path: Path, text: str, place: str) -> None:
    error = refusal(tmp_path, text)
    assert "is a template" in error.message
    assert error.where == f"{tmp_path / 'a.yaml'}:{place}"


def test_a_broken_file_that_mentions_a_template_is_no_template(tmp_path: Path) -> None:
    error = refusal(tmp_path, FLAT + "a:1\n  note: '{{ x }}'\n    a: b: c\n")
    assert "is not YAML" in error.message
    assert ":8:" in error.where


@pytest.mark.parametrize(
    "more",
    [
        "  # {{ a comment }}\n",
        "---\napiVersion: v1\nkind: ConfigMap\ndata:\n  rule: |\n    {{ $labels.pod }}\n",
        "  note: '{{ quoted }}'\n",
        "---\napiVersion: v1\nkind: Service\nspec: {name: {{ x }}}\n",
    ],
    ids=["comment", "block", "quotes", "another document"],
)
def test_what_is_no_template(tmp_path: Path, more: str) -> None:
    assert lines(tmp_path, f"{FLAT}a:1\n{more}", "web=a:2") == ["image: a:2"]


ANCHORED = HEAD + "  x: &img a:1\n  containers:\n  - {name: web, image: *img}\n"
REUSED = FLAT + "&img a:1\n  - name: other\n    image: *img\n"
MERGED = HEAD + "  x: &c {image: 'a:1'}\n  containers:\n  - <<: *c\n    name: web\n"
LISTED = HEAD + "  initContainers: &l\n  - name: web\n    image: a:1\n  containers: *l\n"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (ANCHORED, r"image comes through the alias `\*img`", "6:24"),
        (REUSED, "image stands under the anchor `&img`, which is used again in line 8", "6:12"),
        (MERGED, r"image comes through the alias `\*c`", "6:9"),
        (LISTED, r"image comes through the alias `\*l`", "7:15"),
    ],
)
def test_aliases_are_refused_and_edited_when_asked(
    tmp_path: Path, text: str, message: str, place: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        edited(tmp_path, text, "web=a:2")
    assert place in str(error.value)
    assert "--anchors" in error.value.hint
    found = edited(tmp_path, text, "web=a:2", anchors=True)
    assert found.after.decode() == text.replace("a:1", "a:2")
    assert len(found.edits) == 1


@pytest.mark.parametrize(
    "text",
    [
        FLAT + "&img a:1\n",
        HEAD + "  x: &c {image: x:1}\n  containers:\n  - <<: *c\n    name: web\n    image: a:1\n",
        HEAD + "  x: &c {env: []}\n  containers:\n  - <<: *c\n    name: web\n    image: a:1\n",
        HEAD + "  x: &n web\n  containers:\n  - name: *n\n    image: a:1\n",
        ANCHORED.replace("&img a:1", "&img a:2").replace("image: *img", "image: a:1"),
    ],
    ids=["an anchor of no use", "an own image", "a merge without", "an aliased name", "beside"],
)
def test_an_image_of_its_own_is_edited(tmp_path: Path, text: str) -> None:
    assert text.count("a:1") == 1
    assert edited(tmp_path, text, "web=a:2").after.decode() == text.replace("a:1", "a:2")


def test_an_alias_to_what_is_asked_for_is_no_change(tmp_path: Path) -> None:
    assert not edited(tmp_path, ANCHORED, "web=a:1").changed


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (FLAT + "a:1\n    image: a:3\n", "the key `image` stands twice", "7:5"),
        (FLAT + "a:1\n  containers: []\n", "the key `containers` stands twice", "7:3"),
        (FLAT + "a:1\nkind: Job\n", "the key `kind` stands twice", "7:1"),
        (FLAT + ">-\n      a:1\n", "is written on several lines", "6:12"),
        (FLAT + '"a:\\\n      1"\n', "is written on several lines", "6:12"),
        (FLAT + "a\n      b\n", "is written on several lines", "6:12"),
        (FLAT + "!Sub a:1\n", "is tagged", "6:12"),
        (FLAT + "{a: b}\n", "is a mapping", "6:12"),
        (FLAT + "[a]\n", "is a list", "6:12"),
        (FLAT + "a:1\n\tx: y\n", "is not YAML", "7:1"),
        (FLAT + "'a:1\n", "is not YAML", "7:1"),
        (FLAT + "*nope\n", "undefined alias", "6:12"),
        (FLAT + "a:1\nx: &a 1\ny: *b\n", "no anchor before it", "8:4"),
        (FLAT + "a:1\nx: &a [*a]\n", "inside its own anchor", "7:8"),
        (FLAT + "a:1\nx: \x07\n", "unprintable character", "7:4"),
        (FLAT + "a:1\nx: &a " + "[" * 300 + "]" * 300, "deeper than 200 levels", "7:206"),
        ("x: " + "[" * 5000, "nesting", "1:1003"),
    ],
)
def test_other_yaml_that_is_refused(tmp_path: Path, text: str, message: str, place: str) -> None:
    error = refusal(tmp_path, text)
    assert message in error.message
    assert error.where == f"{tmp_path / 'a.yaml'}:{place}"
    assert error.hint


def test_many_problems_are_told_at_once(tmp_path: Path) -> None:
    text = "---\n".join([FLAT + "{{ x }}\n"] * 3)
    error = refusal(tmp_path, text)
    assert [line.rpartition(": ")[0][-5:].lstrip(":l") for line in str(error).splitlines()] == [
        "6:12",
        "13:12",
        "20:12",
    ]


def test_a_thousand_problems_are_cut(tmp_path: Path) -> None:
    error = refusal(tmp_path, "---\n".join([FLAT + "{{ x }}\n"] * 1000))
    assert error.message.endswith("... and more")
    assert len(error.message.splitlines()) == 11


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x00\x01\x02", "is a binary file"),
        (b"\x7fELF\x00" + bytes(100), "is a binary file"),
        (b"image: \xe9\n", "is not UTF-8 text"),
        (b"\xff\xfeimage", "is not UTF-16-LE text"),
    ],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, message: str) -> None:
    assert message in refusal(tmp_path, data).message


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(EmptyInputError, match="is empty"):
        edited(tmp_path, data, "web=a:1")


def test_a_laughing_billion_is_looked_at_once(tmp_path: Path) -> None:
    """Aliases of merges of aliases: ten levels of ten would be looked at ten thousand million
    times if each were followed."""
    levels = ["a0: &a0 {x: y}\n"]
    levels += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 11)]
    text = HEAD + "  containers:\n  - {<<: *a10, name: web}\n"
    text = "".join(levels) + text
    with pytest.raises(InputError, match="holds no image"):
        edited(tmp_path, text, "web=a:1")
