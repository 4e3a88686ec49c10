"""What is written for an account: translated by SAM, run in a shell, and read back by the handler.

The translation shows that the template is one that SAM takes. Whether AWS accepts what comes of
it, and whether `sam build` finds wheels for arm64, is not shown here.
"""

import json
import os
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from opskit.errors import OpskitError
from opskit.rollout.codepipeline import artifacts, parameters
from opskit.rollout.codepipeline.templates import FILES, PARTS, Names, files

NAMES = Names("shop-rollout", "prod", "shop", ("deploy/web", "sts/db"), "team/web", "Built")
DIGEST = "sha256:" + "a" * 64


def translated(names: Names = NAMES) -> dict[str, Any]:
    """The template as CloudFormation gets it, by SAM's own translator."""
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    class Policies:
        def load(self) -> dict[str, str]:
            return {}

    template = yaml_parse(files(names)["template.yaml"])
    template["Resources"]["Rollout"]["Properties"]["CodeUri"] = "s3://bucket/key"  # sam package
    found: dict[str, Any] = transform(template, {}, Policies())
    return found


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def test_sam_takes_the_template() -> None:
    found = translated()["Resources"]
    kinds = {name: each["Type"] for name, each in found.items()}
    assert kinds == {
        "Rollout": "AWS::Lambda::Function",
        "RolloutEventInvokeConfig": "AWS::Lambda::EventInvokeConfig",
        "Role": "AWS::IAM::Role",
        "Log": "AWS::Logs::LogGroup",
        "Access": "AWS::EKS::AccessEntry",
    }
    function = found["Rollout"]["Properties"]
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["Timeout"] == 900
    assert found["RolloutEventInvokeConfig"]["Properties"]["MaximumRetryAttempts"] == 0
    assert found["Access"]["Properties"]["KubernetesGroups"] == ["shop-rollout"]


def test_sam_refuses_what_is_none() -> None:
    """The translation is a check: it does not take everything."""
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform

    bad = {
        "Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "x"}}}
    }
    with pytest.raises(InvalidDocumentException):
        transform(bad, {}, type("None_", (), {"load": lambda self: {}})())


def test_the_handler_is_there() -> None:
    name = translated()["Resources"]["Rollout"]["Properties"]["Handler"]
    module, _, function = name.rpartition(".")
    assert callable(getattr(import_module(module), function))


def test_the_role_has_what_the_function_calls_and_no_more() -> None:
    [policy] = translated()["Resources"]["Role"]["Properties"]["Policies"]
    allowed: dict[str, Any] = {}
    for each in policy["PolicyDocument"]["Statement"]:
        actions = each["Action"] if isinstance(each["Action"], list) else [each["Action"]]
        allowed |= dict.fromkeys(actions, each["Resource"])
    assert set(allowed) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "codepipeline:PutJobSuccessResult",
        "codepipeline:PutJobFailureResult",
        "eks:DescribeCluster",
        "ecr:DescribeImages",
        "ecr:BatchGetImage",
    }
    assert [action for action, resource in allowed.items() if resource == "*"] == [
        "codepipeline:PutJobSuccessResult",
        "codepipeline:PutJobFailureResult",
    ]


def test_the_group_on_the_cluster_is_that_of_the_role_binding() -> None:
    role, binding = yaml.safe_load_all(files(NAMES)["rbac.yaml"])
    assert binding["subjects"][0]["name"] == "shop-rollout"
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert role["metadata"]["namespace"] == binding["metadata"]["namespace"] == "shop"
    verbs = {verb for rule in role["rules"] for verb in rule["verbs"]}
    assert verbs == {"get", "list", "watch", "patch"}


def test_the_stage_has_parameters_that_the_handler_takes() -> None:
    [stage] = yaml.safe_load(files(NAMES)["stage.yaml"])
    [action] = stage["Actions"]
    text = action["Configuration"]["UserParameters"]
    assert len(text) <= 1000  # an action's configuration value
    found = parameters.read(text)
    assert (found.cluster, found.namespace, found.targets) == (
        "prod",
        "shop",
        ["deploy/web", "sts/db"],
    )
    assert action["Configuration"]["FunctionName"] == "shop-rollout"
    assert action["InputArtifacts"] == [{"Name": "Built"}]
    assert action["ActionTypeId"]["Provider"] == "Lambda"


FAKES = {
    "aws": """case "$*" in
  *describe-repositories*) echo 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/web ;;
  *describe-images*"imageTag=0123456789ab-7"*) echo DIGEST ;;
  *get-login-password*) echo secret ;;
  *) exit 9 ;;
esac""".replace("DIGEST", DIGEST),
    "docker": """case "$1" in login) read -r secret; [ "$secret" = secret ] ;; esac
echo "docker $*" >> "$LOG"; [ "$1" != "$FAILS" ]""",
}


def build(folder: Path, fails: str = "") -> tuple[int, str]:
    """Run the buildspec as CodeBuild does, with stand-ins for aws and docker; what docker did."""
    spec = yaml.safe_load(files(NAMES)["buildspec.yml"])
    tools = folder / "bin"
    tools.mkdir()
    for name, text in FAKES.items():
        (tools / name).write_text(f"#!/bin/bash\n{text}\n")
        (tools / name).chmod(0o755)
    commands = [
        f"{{ {command}\n}} || exit 1"  # a command that fails ends the build
        for phase in spec["phases"].values()
        for command in phase["commands"]
    ]
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "LOG": str(folder / "log"),
        "FAILS": fails,
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "0123456789abcdef",
        "CODEBUILD_BUILD_NUMBER": "7",
        **spec["env"]["variables"],
    }
    done = subprocess.run(
        [spec["env"]["shell"], "-c", "\n".join(commands)], cwd=folder, env=environment, timeout=30
    )
    assert spec["artifacts"]["files"] == ["imageDetail.json"]
    return done.returncode, (folder / "log").read_text()


def test_the_build_writes_the_digest_that_it_pushed(tmp_path: Path) -> None:
    status, log = build(tmp_path)
    assert status == 0
    name = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/web"
    assert log.splitlines() == [
        "docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com",
        f"docker build --tag {name}:0123456789ab-7 .",
        f"docker push {name}:0123456789ab-7",
    ]
    written = (tmp_path / "imageDetail.json").read_bytes()
    assert artifacts.images("x", written) == {"": f"{name}:0123456789ab-7@{DIGEST}"}


@pytest.mark.parametrize("step", ["login", "build", "push"])
def test_a_build_that_fails_names_no_image(step: str, tmp_path: Path) -> None:
    status, _ = build(tmp_path, fails=step)
    assert status != 0
    assert not (tmp_path / "imageDetail.json").exists()


def test_the_same_names_give_the_same_bytes() -> None:
    assert files(NAMES) == files(NAMES)
    assert set(files(NAMES)) == set(FILES) == set(PARTS.values())
    for name, text in files(NAMES).items():
        assert "@" not in text.replace("$URI:$TAG", "").replace(":%s@%s", ""), name
        assert text.endswith("\n")
        assert "\r" not in text


@pytest.mark.parametrize(
    "names",
    [
        Names(name=""),
        Names(name='x"\nResources: {}'),
        Names(name="Shop"),
        Names(name="a" * 64),
        Names(cluster="a b"),
        Names(cluster="arn:aws:eks:eu-west-1:1:cluster/x"),
        Names(namespace="kube system"),
        Names(targets=("web",)),
        Names(targets=()),
        Names(repository="111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1"),
        Names(artifact="Build Output"),
    ],
)
def test_names_that_cannot_be_used(names: Names) -> None:
    with pytest.raises(OpskitError) as error:
        files(names)
    assert error.value.exit_code == 2


def test_an_arn_names_the_cluster_to_the_action_and_its_name_to_the_stack() -> None:
    arn = "arn:aws:eks:eu-west-1:111122223333:cluster/prod"
    found = files(Names(cluster=arn))
    assert json.dumps(arn) in found["stage.yaml"]
    assert 'Default: "prod"' in found["template.yaml"]
