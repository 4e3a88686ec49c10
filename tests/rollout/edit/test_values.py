"""Images in Helm values, by their path or their repository."""

from pathlib import Path

import pytest

from opskit.errors import InputError
from tests.rollout.edit.files import after, edited, lines

FILE = "values.yaml"
ONE, TWO = ("sha256:" + digit * 64 for digit in "12")
VALUES = """\
kind: DaemonSet
image:
  repository: shop/web   # ours
  tag: v1
api: {image: shop/api:1}
sidecars:
  - image: "envoy:1.30"
a.b:
  baseImage: shop/base:3
logo:
  image: two words
"""


@pytest.mark.parametrize(
    ("image", "old", "new"),
    [
        ("image=shop/web:v2", "tag: v1", "tag: v2"),
        ("image=shop/web:1.10", "tag: v1", 'tag: "1.10"'),
        ("image=q.example/web:v1", "repository: shop/web ", "repository: q.example/web "),
        ("shop/web=shop/web:v2", "tag: v1", "tag: v2"),
        ("api.image=shop/api:2", "shop/api:1", "shop/api:2"),
        ("shop/api=shop/api:2", "shop/api:1", "shop/api:2"),
        ("sidecars.0.image=envoy:1.31", "envoy:1.30", "envoy:1.31"),
        (r"a\.b.baseImage=shop/base:4", "shop/base:3", "shop/base:4"),
    ],
)
def test_a_path_or_a_repository(tmp_path: Path, image: str, old: str, new: str) -> None:
    assert VALUES.count(old) == 1
    assert after(tmp_path, VALUES, image, name=FILE) == VALUES.replace(old, new)


@pytest.mark.parametrize(
    ("before", "image", "wanted"),
    [
        ("repository: a\n  tag:", "image=a:v2", "repository: a\n  tag: v2"),
        ("repository: a\n  tag:   # none", "image=a:12", 'repository: a\n  tag: "12"   # none'),
        ('repository: a\n  tag: ""', "image=a:v2", 'repository: a\n  tag: "v2"'),
        ("repository: a\n  tag: ~", "image=a:v2", "repository: a\n  tag: v2"),
        ("repository: a", "image=a:v2", "repository: a\n  tag: v2"),
        (
            f"repository: a\n  tag: v1\n  digest: {ONE}",
            "image=a:v2",
            'repository: a\n  tag: v2\n  digest: ""',
        ),
        (
            'repository: a\n  tag: v1\n  digest: ""',
            f"image=a@{TWO}",
            f'repository: a\n  tag: v1\n  digest: "{TWO}"',
        ),
        (
            'repository: a\n  tag: v1\n  digest: ""',
            "image=a:v2",
            'repository: a\n  tag: v2\n  digest: ""',
        ),
        (
            "registry: docker.io\n  repository: bitnami/nginx\n  tag: v1",
            "image=quay.io/bitnami/nginx:v1",
            "registry: quay.io\n  repository: bitnami/nginx\n  tag: v1",
        ),
        (
            "registry: docker.io\n  repository: library/nginx\n  tag: v1",
            "image=nginx:v2",
            "registry: docker.io\n  repository: library/nginx\n  tag: v2",
        ),
        (
            'registry: ""\n  repository: a\n  tag: v1',
            "image=q.example/a:v1",
            'registry: ""\n  repository: q.example/a\n  tag: v1',
        ),
    ],
)
def test_the_parts_of_an_image(tmp_path: Path, before: str, image: str, wanted: str) -> None:
    text = f"image:\n  {before}\n# end\n"
    assert after(tmp_path, text, image, name=FILE) == f"image:\n  {wanted}\n# end\n"


@pytest.mark.parametrize(
    ("text", "image", "message", "place"),
    [
        ("image: {repository: a, tag: v1}\n", "image=a", "neither tag nor digest", "1:8"),
        ("image: {repository: a, tag: v1}\n", f"image=a@{ONE}", "there is no digest here", "1:8"),
        ("image: a\nimageTag: v1\n", "image=a:v2", "may stand by itself, in line 2", "1:8"),
        ("image: {{ .Values.image }}\n", "image=a:v2", "is a template", "1:8"),
        ('image: "{{ .Values.image }}"\n', "image=a:v2", "is a template", "1:8"),
        ("image: a:1\nother: <%= x %>\n", "image=a:v2", "is a template", "2:8"),
        ("image: {repository: a, tag: [1]}\n", "image=a:v2", "is a list", "1:29"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, image: str, message: str, place: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        edited(tmp_path, text, image, name=FILE)
    assert error.value.where == f"{tmp_path / FILE}:{place}"


def test_a_path_is_whole_and_those_that_are_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no image is called 'api'") as error:
        edited(tmp_path, VALUES, "api=shop/api:2", name=FILE)
    assert r"there are: image (shop/web:v1), api.image (shop/api:1), sidecars.0.image" in (
        error.value.hint
    )


def test_a_name_that_is_a_path_and_a_repository_is_refused(tmp_path: Path) -> None:
    text = "image: other:1\nb: {image: 'image:1'}\n"
    with pytest.raises(InputError, match="means images of 2 repositories"):
        edited(tmp_path, text, "image=image:2", name=FILE)


def test_values_may_hold_a_kind(tmp_path: Path) -> None:
    assert edited(tmp_path, VALUES, "image=shop/web:v2", name="any.yaml").changed


@pytest.mark.parametrize(
    ("sha", "image", "wanted"),
    [
        ("1" * 64, "image=a:v2", ['tag: "v2"', 'sha: ""']),
        ("1" * 64, f"image=a:v2@{TWO}", ['tag: "v2"', f'sha: "{"2" * 64}"']),
        (ONE, f"image=a:v2@{TWO}", ['tag: "v2"', f'sha: "{TWO}"']),
        ("", "image=a:v2", ['tag: "v2"']),
        ("", f"image=a:v2@{TWO}", ['tag: "v2"', f'sha: "{"2" * 64}"']),
    ],
)
def test_a_sha_beside_the_tag_goes_with_it(
    tmp_path: Path, sha: str, image: str, wanted: list[str]
) -> None:
    text = f'image:\n  repository: a\n  tag: "v1"\n  sha: "{sha}"\n'
    assert lines(tmp_path, text, image, name=FILE) == wanted
