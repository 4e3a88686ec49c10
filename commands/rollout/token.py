"""`opskit rollout token`: an ExecCredential for an EKS cluster, without the aws CLI."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from opskit.clients.eks import Token

_GROUP = "client.authentication.k8s.io"
_VERSIONS = (f"{_GROUP}/v1", f"{_GROUP}/v1beta1")


def token(
    cluster: Annotated[
        str, typer.Argument(metavar="EKS_CLUSTER", help="The cluster's name or ARN.")
    ],
    region: Annotated[
        str, typer.Option(metavar="NAME", help="The AWS region; else the ARN's or the profile's.")
    ] = "",
    profile: Annotated[str, typer.Option(metavar="NAME", help="The AWS profile.")] = "",
    role_arn: Annotated[
        str, typer.Option("--role-arn", metavar="ARN", help="A role to assume first.")
    ] = "",
    output: Annotated[
        Literal["json", "token"],
        typer.Option("-o", "--output", help="json is what kubectl takes; token the bare token."),
    ] = "json",
) -> int:
    """Print a token for an EKS cluster, as kubectl takes it.

    The token lets whoever has it act as this AWS identity on the cluster for 15 minutes. Nothing
    is asked of the cluster, and nothing of AWS unless a role is assumed: what the identity may do
    shows when the token is used. The version of the ExecCredential is the one that kubectl asks
    for, v1 if none.

    \b
    Example:
      opskit rollout token prod --region eu-west-1
      kubectl config set-credentials eks \\
        --exec-api-version client.authentication.k8s.io/v1 \\
        --exec-interactive-mode Never --exec-command opskit \\
        --exec-arg rollout --exec-arg token --exec-arg prod
    """
    from opskit.clients import eks
    from opskit.output import write

    version = _asked()
    found = eks.token(cluster, region, profile, role_arn)
    write(f"{found.value}\n" if output == "token" else _credential(found, version))
    return 0


def _credential(found: "Token", version: str) -> str:
    """The ExecCredential: Kubernetes' own document, which knows no schema of ours."""
    import json

    return (
        json.dumps(
            {
                "kind": "ExecCredential",
                "apiVersion": version,
                "spec": {},
                "status": {
                    "expirationTimestamp": f"{found.expires:%Y-%m-%dT%H:%M:%SZ}",
                    "token": found.value,
                },
            }
        )
        + "\n"
    )


def _asked() -> str:
    """The version that kubectl asks for in KUBERNETES_EXEC_INFO; UsageError for one that is gone.

    "Client-go credential plugins", Kubernetes documentation.
    """
    import json
    import os

    from opskit.errors import UsageError
    from opskit.output import warn

    text = os.environ.get("KUBERNETES_EXEC_INFO", "")
    if not text:
        return _VERSIONS[0]
    try:
        version = json.loads(text)["apiVersion"]
    except (ValueError, KeyError, TypeError):
        warn(f"KUBERNETES_EXEC_INFO is no ExecCredential; the answer is {_VERSIONS[0]}")
        return _VERSIONS[0]
    if version not in _VERSIONS:
        raise UsageError(
            f"an ExecCredential of {str(version)[:80]!r} is asked for, and not known here",
            where="KUBERNETES_EXEC_INFO",
            hint=f"set the user's apiVersion in the kubeconfig to {_VERSIONS[0]}",
        )
    return str(version)
