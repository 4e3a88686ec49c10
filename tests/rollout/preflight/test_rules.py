"""Every rule of the preflight: where it fires, and where it stays quiet."""

from typing import Any

import pytest

from opskit.findings import Severity
from opskit.rollout.preflight.facts import Absent, Facts, Image
from opskit.rollout.preflight.rules import RULES
from tests.rollout.preflight.things import (
    DIGEST,
    ECR,
    UNSEEN,
    budget,
    facts,
    image,
    node,
    pod,
    quota,
    resources,
    run,
    secret,
    workload,
)

MUTABLE = {"setting": "MUTABLE", "exclusions": []}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
PINNED = f"web:1@{DIGEST}"


def scan(status: str = "COMPLETE", **counts: int) -> Image:
    return image("linux/amd64", scan={"status": status, "description": "", "counts": counts})


def on(*nodes: dict[str, Any], built: tuple[str, ...] = ("linux/amd64",), **more: Any) -> Facts:
    """An image, and a workload for these nodes."""
    return facts(image=image(*built), workload=workload(nodes=nodes, **more))


def pulled(public: bool | None = False, **more: Any) -> Facts:
    """An image of ghcr.io that is not public, and a workload."""
    return facts(image=image("linux/amd64", public=public), workload=workload(**more))


def held(kind: str = "deploy", **more: Any) -> Facts:
    return facts(workload=workload(kind, **more))


def limited(**limits: str) -> dict[str, Any]:
    return pod(containers=[{"name": "web", "image": "x", "resources": {"limits": limits}}])


FIRES = [
    ("ROL001", facts("web"), "latest will be pulled"),
    ("ROL002", facts("web:latest"), "has the tag latest"),
    ("ROL003", facts("Team/web:1"), "Team in Team/web:1 is taken for a registry"),
    ("ROL004", facts("localhost:5000/web:1"), "the node itself"),
    ("ROL004", facts("127.3.2.1/web:1"), "the node itself"),
    ("ROL004", facts("[::1]:80/web:1"), "the node itself"),
    ("ROL005", facts("sha256:" + "b" * 64), "tag of the image sha256"),
    ("ROL010", facts(image=Absent("MANIFEST_UNKNOWN")), "not in its registry: MANIFEST_UNKNOWN"),
    ("ROL011", facts(ECR, image(status="ARCHIVED")), "is archived"),
    ("ROL011", facts(ECR, image(status="ACTIVATING")), "is being restored"),
    ("ROL012", facts(ECR, image(mutability=MUTABLE)), "the tag 1 may be moved"),
    (
        "ROL012",
        facts(ECR, image(mutability={"setting": "IMMUTABLE_WITH_EXCLUSION", "exclusions": ["*"]})),
        "may be moved",
    ),
    ("ROL013", facts(PINNED, image(tags=["2"])), "not what the tag 1 stands for"),
    ("ROL013", facts(PINNED, image(tags=[])), "not what the tag 1 stands for"),
    ("ROL020", facts(ECR, scan(CRITICAL=1, LOW=9), limit="high"), "found 1 critical"),
    ("ROL020", facts(ECR, scan(CRITICAL=1, HIGH=2, LOW=9), limit="low"), "1 critical, 2 high"),
    ("ROL020", facts(ECR, scan(INFORMATIONAL=1), limit="none"), "1 informational"),
    ("ROL020", facts(ECR, scan("ACTIVE", HIGH=2), limit="medium"), "found 2 high"),
    ("ROL022", facts(ECR, scan(UNTRIAGED=3), limit="high"), "3 findings"),
    ("ROL030", on(node("arm64"), node("arm64")), "for none of the nodes"),
    ("ROL030", on(node("amd64"), built=("linux/arm/v7", "windows/amd64")), "none of the nodes"),
    ("ROL031", on(node("arm64"), node("amd64")), "not built for: 1 node linux/arm64"),
    ("ROL032", on(node("arm64"), pod_spec=pod(nodeSelector={"a": "b"})), "none of the 1 nodes"),
    ("ROL032", on(), "none of the 0 nodes"),
    ("ROL035", pulled(secrets={"gone": None}), "pull secret gone does not exist"),
    ("ROL036", pulled(secrets={"s": {"type": "Opaque"}}), "none: its type is Opaque"),
    (
        "ROL036",
        pulled(secrets={"s": {"type": "kubernetes.io/dockercfg", "data": {}}}),
        "no key .dockercfg",
    ),
    ("ROL037", pulled(secrets={}), "has no pull secret, and ghcr.io wants credentials"),
    ("ROL037", pulled(secrets={"s": secret("quay.io")}), "is for ghcr.io"),
    ("ROL040", held(quotas=[quota(pods="3", used={"pods": "3"})]), "room for 0 of the 1 pod "),
    (
        "ROL040",
        held(
            quotas=[quota(requests_cpu="2", used={"requests.cpu": "1500m"})],
            pod_spec=resources(cpu="600m"),
        ),
        "requests.cpu 1500m of 2 used",
    ),
    (
        "ROL040",
        held(
            quotas=[quota(memory="1Gi", used={"memory": "512Mi"})],
            pod_spec=resources(memory="513Mi"),
        ),
        "memory 512Mi of 1Gi used",
    ),
    (
        "ROL040",
        held(quotas=[quota(count__replicasets_apps="5", used={"count/replicasets.apps": "5"})]),
        "count/replicasets.apps 5 of 5",
    ),
    (
        "ROL040",
        held("cronjob", quotas=[quota(pods="1", used={"pods": "1"})]),
        "the next run starts",
    ),
    (
        "ROL040",
        held(quotas=[quota(pods="4", used={"pods": "2"})], new=True),
        "room for 2 of the 3 pods",
    ),
    ("ROL041", held(quotas=[quota(requests_cpu="2")]), "web of deploy/web must say requests.cpu"),
    (
        "ROL041",
        held(quotas=[quota(memory="2Gi")], pod_spec=resources(cpu="1")),
        "must say requests.memory",
    ),
    (
        "ROL042",
        held("sts", quotas=[quota(pods="3", used={"pods": "4"})]),
        "exceeded: pods 4 of 3 used",
    ),
    ("ROL045", held(budgets=[budget(minAvailable=3)]), "none of the 3 pods may be evicted"),
    ("ROL045", held(budgets=[budget(maxUnavailable=0)]), "none of the 3"),
    ("ROL045", held(budgets=[budget(maxUnavailable="0%")]), "none of the 3"),
    ("ROL045", held(budgets=[budget(minAvailable="99%")]), "none of the 3"),  # rounded up
    ("ROL045", held(replicas=1, budgets=[budget()]), "none of the 1"),  # minAvailable 1
    (
        "ROL046",
        held(
            budgets=[
                budget(
                    minAvailable=2,
                    status={"expectedPods": 3, "currentHealthy": 2, "desiredHealthy": 2},
                )
            ]
        ),
        "2 healthy, 2 wanted",
    ),
    ("ROL047", held(budgets=[budget("a"), budget("b", labels={})]), "2 budgets select"),
    ("ROL048", held(strategy={"type": "Recreate"}), "takes all 3 pods"),
    ("ROL048", held(replicas=1, strategy=ROLLING), "takes the one pod"),
    (
        "ROL049",
        held(strategy={"rollingUpdate": {"maxUnavailable": 2}}, budgets=[budget(minAvailable=2)]),
        "leaves 1 of 3 pods; budget web wants 2",
    ),
    ("ROL050", facts("ghcr.io/team/web:0", workload=workload()), "no change"),
    (
        "ROL050",
        facts(
            "ghcr.io/team/web:0",
            image(),
            workload(
                pod_spec=pod(containers=[{"name": "web", "image": f"ghcr.io/team/web:0@{DIGEST}"}])
            ),
            pins=True,
        ),
        "no change",
    ),
    (
        "ROL051",
        held(pod_spec=pod(containers=[{"name": "web", "image": "x", "imagePullPolicy": "Never"}])),
        "never pulls",
    ),
    ("ROL052", held(paused=True), "deploy/web is paused"),
    ("ROL053", held("sts", updateStrategy={"type": "OnDelete"}), "only when they are deleted"),
    ("ROL053", held("ds", updateStrategy={"type": "OnDelete"}), "only when they are deleted"),
    (
        "ROL053",
        held("sts", updateStrategy={"rollingUpdate": {"partition": 2}}),
        "only from number 2 on",
    ),
]

QUIET = [
    ("ROL001", facts("web:1")),
    ("ROL001", facts(f"web@{DIGEST}")),
    ("ROL002", facts("web:latest-1")),
    ("ROL002", facts(f"web:latest@{DIGEST}")),
    ("ROL002", facts("web:latest", pins=True)),
    ("ROL003", facts("Host.example/web:1")),
    ("ROL003", facts("HOST:5000/web:1")),
    ("ROL003", facts("team/web:Latest")),
    ("ROL004", facts("localhost.example/web:1")),
    ("ROL004", facts("10.0.0.1:5000/web:1")),
    ("ROL005", facts(f"web@{DIGEST}")),
    ("ROL005", facts("sha256:1")),
    ("ROL010", facts(image=image())),
    ("ROL010", facts()),
    ("ROL011", facts(ECR, image(status="ACTIVE"))),
    ("ROL011", facts(image=image())),
    ("ROL012", facts(ECR, image(mutability={"setting": "IMMUTABLE", "exclusions": []}))),
    (
        "ROL012",
        facts(ECR, image(mutability={"setting": "MUTABLE_WITH_EXCLUSION", "exclusions": ["1*"]})),
    ),
    (
        "ROL012",
        facts(ECR, image(mutability={"setting": "IMMUTABLE_WITH_EXCLUSION", "exclusions": ["d*"]})),
    ),
    ("ROL012", facts(f"{ECR}@{DIGEST}", image(mutability=MUTABLE))),
    ("ROL012", facts(ECR, image(mutability=MUTABLE), pins=True)),
    ("ROL012", facts(image=image())),
    ("ROL013", facts(PINNED, image(tags=["1", "2"]))),
    ("ROL013", facts(PINNED, image(tags=None))),
    ("ROL013", facts("web:1", image(tags=["2"]))),
    ("ROL020", facts(ECR, scan(HIGH=9, UNDEFINED=4), limit="high")),
    ("ROL020", facts(ECR, scan(CRITICAL=9), limit="critical")),
    ("ROL020", facts(ECR, scan(), limit="none")),
    ("ROL020", facts(ECR, image(scan=None))),
    ("ROL021", facts(ECR, scan())),
    ("ROL021", facts(ECR, scan("ACTIVE", LOW=1), limit="high")),
    ("ROL021", facts(image=image())),  # another registry, and no limit
    ("ROL022", facts(ECR, scan(UNDEFINED=3))),
    ("ROL022", facts(ECR, scan(HIGH=3), limit="critical")),
    ("ROL030", on(node("amd64"), node("arm64"))),
    ("ROL030", on(node("arm"), built=("linux/arm/v7",))),
    ("ROL030", on()),  # no node: ROL032
    ("ROL030", facts(ECR, image(status="ARCHIVED"), workload(nodes=[node("arm64")]))),
    ("ROL031", on(node("amd64"), node("arm64"), built=("linux/amd64", "linux/arm64"))),
    (
        "ROL031",
        on(
            node("amd64"),
            node("arm64"),
            pod_spec=pod(nodeSelector={"kubernetes.io/arch": "amd64"}),
        ),
    ),
    ("ROL031", on(node("arm64"))),  # ROL030
    ("ROL032", on(node("arm64"))),
    ("ROL032", facts(workload=workload(nodes=UNSEEN))),
    ("ROL035", pulled(secrets={"s": secret("ghcr.io")})),
    ("ROL035", pulled(secrets=None)),
    ("ROL036", pulled(secrets={"s": secret("ghcr.io", kind="kubernetes.io/dockercfg")})),
    ("ROL037", pulled(secrets={"s": secret("ghcr.io")})),
    ("ROL037", pulled(secrets={"s": secret("https://ghcr.io/v1/")})),
    ("ROL037", pulled(secrets={"s": secret("*.io")})),
    ("ROL037", pulled(public=True, secrets=None)),
    ("ROL037", pulled(public=None, secrets={})),
    ("ROL037", pulled(secrets={"gone": None})),  # ROL035
    ("ROL037", facts(ECR, image(public=False), workload(secrets={}))),
    ("ROL040", held(quotas=[quota(pods="4", used={"pods": "3"})])),
    ("ROL040", held("sts", quotas=[quota(pods="3", used={"pods": "3"})])),
    ("ROL040", held(strategy=ROLLING, quotas=[quota(pods="3", used={"pods": "3"})])),
    ("ROL040", held(quotas=[quota(requests_cpu="2", used={"requests.cpu": "2"})])),  # ROL041
    ("ROL040", held(quotas=[quota(services="1", used={"services": "1"})])),
    ("ROL041", held(quotas=[quota(requests_cpu="2")], pod_spec=resources(cpu="1"))),
    ("ROL041", held(quotas=[quota(limits_cpu="2", cpu="2")], pod_spec=limited(cpu="1"))),
    ("ROL041", held(quotas=[quota(requests_storage="2Gi", pods="9")])),
    (
        "ROL041",
        held(
            quotas=[quota(requests_cpu="2")],
            limit_ranges=[
                {"spec": {"limits": [{"type": "Container", "defaultRequest": {"cpu": "1"}}]}}
            ],
        ),
    ),
    ("ROL041", held(quotas=[quota(requests_cpu="2")], limit_ranges=UNSEEN)),
    ("ROL042", held("sts", quotas=[quota(pods="3", used={"pods": "3"})])),
    ("ROL042", held(quotas=[quota(pods="3", used={"pods": "4"})])),  # ROL040
    ("ROL045", held(budgets=[budget(minAvailable=2)])),
    ("ROL045", held(budgets=[budget(maxUnavailable="1%")])),  # rounded up to one pod
    ("ROL045", held(budgets=[budget(minAvailable=3, labels={"app": "db"})])),
    ("ROL045", held(replicas=0, budgets=[budget(minAvailable=3)])),
    (
        "ROL046",
        held(budgets=[budget(minAvailable=2, status={"expectedPods": 3, "disruptionsAllowed": 1})]),
    ),
    ("ROL046", held(budgets=[budget(minAvailable=3, status={"expectedPods": 3})])),  # ROL045
    ("ROL047", held(budgets=[budget("a"), budget("b", labels={"app": "db"})])),
    ("ROL048", held()),
    ("ROL048", held(replicas=1)),  # the surge pod comes first
    ("ROL048", held(strategy=ROLLING)),
    ("ROL048", held(replicas=0, strategy={"type": "Recreate"})),
    ("ROL048", held("ds", status={"desiredNumberScheduled": 1})),
    ("ROL049", held(budgets=[budget(minAvailable=2)])),
    ("ROL050", facts("ghcr.io/team/web:1", workload=workload())),
    ("ROL050", facts("ghcr.io/team/web:0", workload=workload(container=""))),
    ("ROL050", facts("ghcr.io/team/web:0", image(), workload(), pins=True)),
    ("ROL051", held()),
    ("ROL052", held(paused=False)),
    ("ROL052", held("sts", paused=True)),
    ("ROL053", held("sts", updateStrategy={"rollingUpdate": {"partition": 0}})),
    ("ROL053", held("deploy", strategy={"type": "Recreate"})),
]

UNKNOWN = [
    ("ROL010", facts(image=UNSEEN)),
    ("ROL012", facts(ECR, image(mutability=UNSEEN))),
    ("ROL021", facts(ECR, image(scan=UNSEEN))),
    ("ROL021", facts(ECR, image(), limit="high")),
    ("ROL021", facts(image=image(), limit="critical")),
    ("ROL021", facts(ECR, scan("IN_PROGRESS"), limit="low")),
    ("ROL021", facts(ECR, scan("FAILED"), limit="low")),
    ("ROL030", facts(image=Image(DIGEST, UNSEEN), workload=workload(nodes=[node()]))),
    ("ROL030", facts(image=image(), workload=workload(nodes=[node()]))),
    ("ROL030", facts(image=image("linux/amd64"), workload=workload(nodes=UNSEEN))),
    ("ROL035", pulled(secrets={"s": UNSEEN})),
    ("ROL037", pulled(account=UNSEEN)),
    ("ROL040", held(quotas=UNSEEN)),
    ("ROL040", held(limit_ranges=UNSEEN)),
    ("ROL045", held(budgets=UNSEEN)),
]


def ids(cases: list[Any]) -> list[str]:
    return [f"{case[0]}-{number}" for number, case in enumerate(cases)]


@pytest.mark.parametrize(("code", "given", "words"), FIRES, ids=ids(FIRES))
def test_fires(code: str, given: Facts, words: str) -> None:
    [finding] = run(given, code)
    assert words in finding.message
    assert finding.object
    assert finding.level is not Severity.UNKNOWN
    assert finding.fix
    assert len(finding.message) < 200


@pytest.mark.parametrize(("code", "given"), QUIET, ids=ids(QUIET))
def test_stays_quiet(code: str, given: Facts) -> None:
    assert run(given, code) == []


@pytest.mark.parametrize(("code", "given"), UNKNOWN, ids=ids(UNKNOWN))
def test_what_could_not_be_looked_at_is_never_fine(code: str, given: Facts) -> None:
    [finding] = run(given, code)
    assert finding.level is Severity.UNKNOWN
    assert finding.object


def test_every_rule_is_tested() -> None:
    codes = {rule.code for rule in RULES.rules}
    assert codes == {case[0] for case in FIRES} | {"ROL021"}
    assert codes == {case[0] for case in QUIET}
    assert all("ROL001" <= code <= "ROL059" for code in codes)


@pytest.mark.parametrize(
    ("code", "given", "severity"),
    [
        ("ROL020", facts(ECR, scan(CRITICAL=1)), Severity.INFO),
        ("ROL021", facts(ECR, image()), Severity.INFO),
        ("ROL021", facts(ECR, scan("PENDING")), Severity.INFO),
        ("ROL035", pulled(secrets={"gone": None, "s": secret("ghcr.io")}), Severity.WARNING),
        ("ROL036", pulled(secrets={"o": {}, "s": secret("ghcr.io")}), Severity.WARNING),
        ("ROL037", pulled(public=None, secrets={"s": secret("quay.io")}), Severity.INFO),
        (
            "ROL040",
            held(replicas=8, quotas=[quota(pods="9", used={"pods": "8"})]),
            Severity.WARNING,  # one of two fits: slow, and it goes on
        ),
        ("ROL048", held("sts", replicas=1), Severity.INFO),
        ("ROL048", held("sts", replicas=1, updateStrategy={}), Severity.INFO),
    ],
)
def test_severities_that_depend(code: str, given: Facts, severity: Severity) -> None:
    assert [each.level for each in run(given, code)] == [severity]


def test_facts_of_nothing_have_nothing_to_say() -> None:
    assert RULES.run(facts()) == []


def test_no_credentials_are_in_a_finding() -> None:
    given = pulled(secrets={"s": secret("quay.io")})
    assert "b3BzOnM" not in repr(RULES.run(given))
