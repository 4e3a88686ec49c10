"""Credentials from the program that a kubeconfig's user names ("Client-go credential plugins",
Kubernetes documentation).

The kubernetes package runs it too, but only logs that it failed, and waits for it without end.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from opskit.errors import InputError, UnknownError

#: How long it may take, in seconds: a browser to sign in with is opened only from a terminal.
SECONDS = 60.0
SECONDS_ON_A_TERMINAL = 300.0
_CLUSTER_EXTENSION = "client.authentication.k8s.io/exec"
_FIELDS = ("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data")


class Credential(NamedTuple):
    """What the program gave: a token, or a certificate with its key (PEM)."""

    token: str
    certificate: str
    key: str
    expires: datetime | None

    def is_expired(self) -> bool:
        return self.expires is not None and datetime.now(UTC) >= self.expires


def credential(
    plugin: Mapping[str, Any], cluster: Mapping[str, Any], folder: str, where: str
) -> Credential:
    """Run the program of a user's `exec`. `folder` is that of the kubeconfig, `where` names it.

    InputError for an `exec` that cannot be used, UnknownError where the program fails.
    """
    version = plugin.get("apiVersion")
    if not plugin.get("command") or not version:
        raise InputError(
            "the user's exec has no command or no apiVersion", where=where, hint="add it"
        )
    terminal = sys.stdin.isatty() and sys.stderr.isatty() if sys.stdin and sys.stderr else False
    interactive = terminal and plugin.get("interactiveMode") != "Never"
    if plugin.get("interactiveMode") == "Always" and not interactive:
        raise UnknownError(
            "signing in failed: the exec plugin wants a terminal",
            where=where,
            hint="run it on a terminal, or use credentials that need none",
        )
    asked: dict[str, Any] = {"interactive": interactive}
    if plugin.get("provideClusterInfo"):
        asked["cluster"] = _about(cluster)
    info = {"apiVersion": version, "kind": "ExecCredential", "spec": asked}
    text = _output(plugin, json.dumps(info), folder, where, interactive=interactive)
    return _parsed(text, str(version), plugin, where)


def _output(
    plugin: Mapping[str, Any], info: str, folder: str, where: str, *, interactive: bool
) -> str:
    command = _command(str(plugin["command"]), folder)
    try:
        arguments = [str(each) for each in plugin.get("args") or ()]
        more = {str(each["name"]): str(each["value"]) for each in plugin.get("env") or ()}
    except (TypeError, KeyError):
        raise InputError(
            "the user's exec has args or env that are no lists of them", where=where, hint="mend it"
        ) from None
    try:
        done = subprocess.run(  # noqa: S603 (the user's own configuration names it)
            [command, *arguments],
            env={**os.environ, **more, "KUBERNETES_EXEC_INFO": info},
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if interactive else subprocess.PIPE,
            timeout=SECONDS_ON_A_TERMINAL if interactive else SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        text = f"the exec plugin {command} did not end within {late.timeout:g} s"
        raise _failed(text, plugin, where) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise _failed(f"the exec plugin {command}: {reason}", plugin, where) from None
    if done.returncode:
        said = (done.stderr or b"").decode("utf-8", "replace").strip()
        words = f": {' '.join(said[-400:].split())}" if said else ""
        text = f"the exec plugin {command} returned {done.returncode}{words}"
        raise _failed(text, plugin, where)
    return done.stdout.decode("utf-8", "replace")


def _command(name: str, folder: str) -> str:
    """A path is relative to the kubeconfig; a bare name is looked up in PATH."""
    if os.sep in name and not os.path.isabs(name):  # noqa: PTH117
        return os.path.normpath(os.path.join(folder, name))  # noqa: PTH118
    return name


def _parsed(text: str, version: str, plugin: Mapping[str, Any], where: str) -> Credential:
    """The credential; what was printed instead is never shown, for it may hold the secret."""
    try:
        made = json.loads(text)
        status = made["status"]
        stamp = status.get("expirationTimestamp")
        expires = datetime.fromisoformat(stamp) if stamp else None
        found = Credential(
            status.get("token") or "",
            status.get("clientCertificateData") or "",
            status.get("clientKeyData") or "",
            expires.replace(tzinfo=expires.tzinfo or UTC) if expires else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _failed("the exec plugin printed no ExecCredential", plugin, where) from None
    if made.get("apiVersion") != version:
        text = f"the exec plugin answers as {str(made.get('apiVersion'))[:60]}, not as {version}"
        raise _failed(text, plugin, where)
    if not (isinstance(found.token, str) and found.token) and not (found.certificate and found.key):
        raise _failed("the exec plugin gave neither a token nor a certificate", plugin, where)
    return found


def _about(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """What a plugin with provideClusterInfo is told of the cluster."""
    made = {name: cluster[name] for name in _FIELDS if name in cluster}
    for each in cluster.get("extensions") or ():
        if each.get("name") == _CLUSTER_EXTENSION:
            made["config"] = each.get("extension")
    return made


def _failed(text: str, plugin: Mapping[str, Any], where: str) -> UnknownError:
    hint = " ".join(str(plugin.get("installHint") or "").split())
    return UnknownError(
        f"signing in failed: {text}",
        where=where,
        hint=hint or f"run {plugin['command']} by hand; the kubeconfig's user names it",
    )
