"""The plan of a wave rollout: what it may say, and the hash by which a journal knows it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import opskit
from opskit.errors import InputError
from opskit.rollout.targets import parse
from opskit.rollout.wave import rolling
from opskit.rollout.wave.clusters import Clusters
from opskit.rollout.wave.standing import Piece, Standings
from opskit.rollout.wave.survey import read, survey
from tests.rollout.wave.planes import plan

EXAMPLE = Path(opskit.__file__).parent / "examples" / "rollout" / "wave.yaml"
WAVES = [{"name": "one", "clusters": ["a"]}, {"name": "two", "clusters": ["b", "c"]}]


def written(folder: Path, document: Any) -> Path:
    file = folder / "wave.yaml"
    file.write_text(yaml.safe_dump(document))
    return file


def test_the_example_is_a_plan() -> None:
    document = read(EXAMPLE).document
    assert [wave.name for wave in document.waves] == ["canary", "europe", "world"]
    labels = [each.label for wave in document.waves for each in wave.clusters]
    assert labels == ["staging", "shop-eu", "shop-eu-central", "shop-us"]
    assert [wave.soak_seconds for wave in document.waves] == [300, 600, 0]
    assert document.policy.policy().timeout == 600


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"images": {}}, "images"),
        ({"images": {"web": "Web:1"}}, "no image reference"),
        ({"images": {"web": "https://x/web:1"}}, "no image reference"),
        ({"targets": ["web"]}, "names no workload"),
        ({"targets": []}, "either targets or selector"),
        ({"selector": "app=web"}, "either targets or selector"),
        ({"waves": []}, "waves"),
        ({"waves": [{"name": "one", "clusters": []}]}, "clusters"),
        ({"waves": [{"name": "one", "clusters": [{}]}]}, "either context or eks"),
        (
            {"waves": [{"name": "one", "clusters": [{"context": "a", "eks": "b"}]}]},
            "either context or eks",
        ),
        (
            {"waves": [{"name": "one", "clusters": [{"context": "a", "region": "eu-west-1"}]}]},
            "are for eks",
        ),
        (
            {"waves": [{"name": "one", "clusters": [{"context": "a"}, {"context": "a"}]}]},
            "'a' stands there 2 times",
        ),
        (
            {"waves": [{"name": "one", "clusters": [{"context": each}]} for each in "ab"]},
            "'one' stands there 2 times",
        ),
        (
            {"waves": [{"name": "o", "clusters": [{"context": "a"}], "max-failures": -1}]},
            "max-failures",
        ),
        (
            {"waves": [{"name": "o", "clusters": [{"context": "a"}], "max-parallel": 0}]},
            "max-parallel",
        ),
        ({"waves": [{"name": "o", "clusters": [{"context": "a"}], "soak": "5 days"}]}, "5 days"),
        ({"policy": {"timeout": "soon"}}, "soon"),
        ({"policy": {"patience": "5m"}}, "patience"),
        ({"on-failure": "panic"}, "panic"),
        ({"on_failure": "stop"}, "did you mean `on-failure`"),
    ],
)
def test_what_is_no_plan_is_said_with_its_line(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(written(tmp_path, {**plan(WAVES), **change}))
    assert says in str(caught.value)
    assert "wave.yaml:" in str(caught.value)


def test_a_comment_is_no_change_and_an_image_is(tmp_path: Path) -> None:
    document = plan(WAVES)
    file = written(tmp_path, document)
    first = read(file).digest
    file.write_text("# only a comment\n" + file.read_text())
    assert read(file).digest == first
    assert read(written(tmp_path, plan(WAVES, "web:3"))).digest != first
    assert read(written(tmp_path, plan(WAVES[:1]))).digest != first


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "targets: [deploy/web,\n  deployment/web]\n",
            ":3:3: the workload deploy/web stands in li",
        ),
        ("targets: [deploy/web, sts/web]\n", ""),
    ],
)
def test_a_workload_is_named_once(tmp_path: Path, text: str, says: str) -> None:
    waves = "waves: [{name: one, clusters: [{context: a}]}]\n"
    _read_or_refused(tmp_path, f"images: {{web: web:2}}\n{text}{waves}", says)


ARN = "arn:aws:eks:eu-west-1:123456789012:cluster/shop"


@pytest.mark.parametrize(
    ("one", "two", "says"),
    [
        ("context: a", "context: a, name: b", ":6:3: the cluster of 'b' stands in line 5"),
        ("context: a", "context: a, name: b, namespace: shop", ":6:3: the cluster of 'b'"),
        ("context: a", "context: a, name: b, namespace: other", ""),
        (f"eks: {ARN}", f"eks: {ARN}, name: b", ":6:3: the cluster of 'b'"),
        ("eks: s, region: eu-west-1", "eks: s, name: b, region: eu-west-1", ":6:3: "),
        ("eks: s, region: eu-west-1", "eks: s, name: b, region: us-east-1", ""),
    ],
)
def test_a_namespace_of_a_cluster_stands_there_once(
    tmp_path: Path, one: str, two: str, says: str
) -> None:
    head = "images: {web: web:2}\ntargets: [deploy/web]\nnamespace: shop\n"
    waves = f"waves: [{{name: one, clusters: [\n  {{{one}}},\n  {{{two}}}]}}]\n"
    _read_or_refused(tmp_path, head + waves, says)


def _read_or_refused(folder: Path, text: str, says: str) -> None:
    file = folder / "wave.yaml"
    file.write_text(text)
    if not says:
        read(file)
        return
    with pytest.raises(InputError) as caught:
        read(file)
    assert says in str(caught.value)


def test_two_names_for_one_cluster_are_seen_by_its_workloads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    uids = {"a": "1", "b": "2", "c": "1"}

    def pieces(cluster: Any, *_: object) -> list[Piece]:
        return [Piece(parse("deploy/web", "shop"), uids[cluster], {}, {})]

    monkeypatch.setattr(rolling, "pieces", pieces)
    document = read(written(tmp_path, plan(WAVES))).document
    found = survey(document, Clusters(lambda spec: spec.label), Standings())  # type: ignore[arg-type,return-value]
    assert list(found.errors) == ["c"]
    assert "deploy/web is that of a" in str(found.errors["c"])
