"""The files that bring the Lambda function into an account: made of names, the same each time."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from opskit.errors import InputError

_FOLDER = Path(__file__).parent / "template"
#: The files by their names in the folder that they are written to.
FILES = {
    "template.yaml": "template.yaml",
    "function/requirements.txt": "requirements.txt",
    "rbac.yaml": "rbac.yaml",
    "buildspec.yml": "buildspec.yml",
    "stage.yaml": "stage.yaml",
}
#: The parts by the words of the command line.
PARTS = {
    "template": "template.yaml",
    "requirements": "function/requirements.txt",
    "rbac": "rbac.yaml",
    "buildspec": "buildspec.yml",
    "stage": "stage.yaml",
}

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_FORMS = {
    # a name of Lambda that is one of Kubernetes too
    "name": (_LABEL, "a-z, 0-9 and -, at most 63, starting and ending with a letter or a digit"),
    "namespace": (_LABEL, "a-z, 0-9 and -, at most 63"),
    "repository": (
        r"[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*",
        "a repository of ECR in this account, without its registry: team/web",
    ),
    "artifact": (r"[A-Za-z0-9_-]{1,100}", "letters, digits, _ and -"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What stands in the files. `targets` are workloads, as `deploy/web`."""

    name: str = "opskit-rollout"
    cluster: str = "prod"
    namespace: str = "default"
    targets: tuple[str, ...] = ("deploy/web",)
    repository: str = "web"
    artifact: str = "BuildOutput"


def files(names: Names) -> dict[str, str]:
    """The files by their names; InputError for a name that AWS or Kubernetes would not take."""
    from opskit import __version__

    _check(names)
    values = {
        "NAME": names.name,
        "CLUSTER": _short(names.cluster),
        "NAMESPACE": names.namespace,
        "REPOSITORY": names.repository,
        "ARTIFACT": names.artifact,
        "PARAMETERS": _parameters(names),
        "VERSION": __version__,
    }
    return {name: _filled(source, values) for name, source in FILES.items()}


def _filled(source: str, values: dict[str, str]) -> str:
    text = (_FOLDER / source).read_text(encoding="utf-8")
    return re.sub("@([A-Z_]+)@", lambda found: values[found[1]], text)


def _parameters(names: Names) -> str:
    """The UserParameters of the action; they are read again, so that they are sure to be taken."""
    from opskit.rollout.codepipeline.parameters import read

    text = json.dumps(
        {
            "cluster": names.cluster,
            "namespace": names.namespace,
            "targets": list(names.targets),
            "timeout": 600,
            "auto_rollback": True,
        }
    )
    read(text)
    return text


def _check(names: Names) -> None:
    from opskit.clients.eks import split
    from opskit.rollout import targets

    for field, (form, words) in _FORMS.items():
        value = getattr(names, field)
        if not re.fullmatch(form, value):
            raise InputError(
                f"{value[:80]!r} cannot be used", where=f"--{field}", hint=f"wanted is {words}"
            )
    split(names.cluster)
    for word in names.targets:
        targets.parse(word, names.namespace)


def _short(cluster: str) -> str:
    from opskit.clients.eks import split

    return split(cluster)[0]
