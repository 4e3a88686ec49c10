"""Clusters from a kubeconfig, as kubectl finds it, or from inside a pod."""

import os
from collections.abc import Mapping
from pathlib import Path

from opskit.clients import kubefiles
from opskit.clients.kube import Cluster, connect_with_token
from opskit.clients.kubefiles import Config, Entry
from opskit.clients.kubesignin import SignIn, impersonation, token_of
from opskit.errors import InputError

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_CHECK = "check the kubeconfig"


def connect(context: str = "", kubeconfig: str = "") -> Cluster:
    """The cluster of a context; of the current one if none is named.

    Read is `kubeconfig`, else $KUBECONFIG, else ~/.kube/config; where there is none, the service
    account of the pod that this runs in. InputError for a configuration that cannot be used;
    UnknownError where signing in fails.
    """
    config = kubefiles.read(_path(kubeconfig))
    if config is None:
        named = kubeconfig or os.environ.get("KUBECONFIG", "")
        if not named and not context and "KUBERNETES_SERVICE_HOST" in os.environ:
            return _in_cluster()
        raise InputError(
            "there is no kubeconfig",
            where=_path(kubeconfig),
            hint="name one with --kubeconfig or $KUBECONFIG",
        )
    return _cluster(config, _wanted(config, context))


def contexts(kubeconfig: str = "") -> list[str]:
    """The names of the contexts of a kubeconfig; none where it cannot be read."""
    try:
        config = kubefiles.read(_path(kubeconfig))
    except InputError:
        return []
    return sorted(config.contexts) if config else []


def _path(kubeconfig: str) -> str:
    return kubeconfig or os.environ.get("KUBECONFIG", "") or "~/.kube/config"


def _wanted(config: Config, context: str) -> str:
    wanted = context or config.current
    names = sorted(config.contexts)
    if not wanted:
        raise InputError(
            "no context is the current one",
            where=config.path,
            hint=f"name one with --context: {_few(names)}",
        )
    if wanted not in config.contexts:
        raise InputError(
            f"there is no context {wanted!r}", where=config.path, hint=f"there are {_few(names)}"
        )
    return wanted


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:10]) or "none"
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown


def _cluster(config: Config, name: str) -> Cluster:
    from kubernetes.client import Configuration

    context = config.contexts[name]
    cluster = _named(config.clusters, context, "cluster", name)
    user = Entry({}, context.file)
    if context.text("user"):
        user = _named(config.users, context, "user", name)
    server = cluster.text("server")
    if not server.startswith(("https://", "http://")):
        what = f"its server is {server!r}, without https://" if server else "it has no server"
        raise InputError(f"context {name!r}: {what}", where=cluster.file, hint="mend its cluster")
    configuration = Configuration()
    sign_in = SignIn(name, cluster, user)
    sign_in(configuration)
    namespace = context.text("namespace") or "default"
    headers = list(impersonation(user))
    return Cluster(name, configuration, namespace=namespace, renew=sign_in, headers=headers)


def _named(entries: Mapping[str, Entry], context: Entry, what: str, name: str) -> Entry:
    wanted = context.text(what)
    if wanted not in entries:
        told = f"its {what} {wanted!r} is not there" if wanted else f"it names no {what}"
        raise InputError(f"context {name!r}: {told}", where=context.file, hint=_CHECK)
    return entries[wanted]


def _in_cluster() -> Cluster:
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    port = os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    authority, namespace = _ACCOUNT / "ca.crt", "default"
    if not authority.is_file():
        raise InputError(
            "the pod's service account is not there",
            where=str(authority),
            hint="mount its token (automountServiceAccountToken), or name a kubeconfig",
        )
    if (_ACCOUNT / "namespace").is_file():
        namespace = (_ACCOUNT / "namespace").read_text(encoding="utf-8").strip() or namespace
    return connect_with_token(
        "in-cluster",
        f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        str(authority),
        lambda refused: token_of(_ACCOUNT / "token"),  # the kubelet writes it anew
        namespace=namespace,
    )
