"""Clusters from a kubeconfig, as kubectl finds it, or from inside a pod."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opskit.clients.kube import Cluster
from opskit.errors import InputError, UnknownError

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def connect(context: str = "", kubeconfig: str = "") -> Cluster:
    """The cluster of a context; of the current one if none is named.

    Read is `kubeconfig`, else $KUBECONFIG, else ~/.kube/config; where there is none, the service
    account of the pod that this runs in. InputError for a configuration that cannot be used;
    UnknownError where signing in fails.
    """
    named = kubeconfig or os.environ.get("KUBECONFIG", "")
    path = named or os.path.expanduser("~/.kube/config")  # noqa: PTH111
    if not any(os.path.exists(each) for each in path.split(os.pathsep) if each):  # noqa: PTH110
        if not named and not context and "KUBERNETES_SERVICE_HOST" in os.environ:
            return _in_cluster()
        raise InputError(
            "there is no kubeconfig", where=path, hint="name one with --kubeconfig or $KUBECONFIG"
        )
    loader = _loader(path, context)
    return _cluster(loader, path)


def _cluster(loader: Any, path: str) -> Cluster:
    from kubernetes.client import Configuration

    configuration = Configuration()
    name = loader.current_context["name"]

    def sign_in(into: Any) -> None:
        with _said(path, name):
            loader.load_and_set(into)

    sign_in(configuration)
    if not configuration.host or "server" not in loader._cluster:
        raise InputError(
            f"context {name!r}: its cluster has no server", where=path, hint="add its `server`"
        )
    namespace = loader.current_context["context"].get("namespace") or "default"
    return Cluster(name, configuration, namespace=namespace, renew=sign_in)


def contexts(kubeconfig: str = "") -> list[str]:
    """The names of the contexts of a kubeconfig; none where it cannot be read."""
    path = kubeconfig or os.environ.get("KUBECONFIG", "") or "~/.kube/config"
    try:
        return _names(_merged(path))
    except InputError:
        return []


def _names(config: Any) -> list[str]:
    found = config.value.get("contexts") or []
    return sorted(str(each["name"]) for each in found)


def _merged(path: str) -> Any:
    import yaml
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KubeConfigMerger as Merger

    merge: Any = Merger  # it has no types

    try:
        config = merge(path).config
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        raise InputError(f"is no YAML: {error.problem}", where=where, hint="mend it") from None
    except (ConfigException, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(str(error), where=path, hint="check the kubeconfig") from None
    except (AttributeError, TypeError, KeyError, ValueError):
        config = None
    if config is None or not isinstance(config.value, dict):
        raise InputError("is no kubeconfig", where=path, hint="'kubectl config view' shows one")
    return config


def _loader(path: str, context: str) -> Any:
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KubeConfigLoader

    load: Any = KubeConfigLoader  # it has no types

    config = _merged(path)
    names = _names(config)
    wanted = context or str(config.value.get("current-context") or "")
    if not wanted:
        raise InputError(
            "no context is the current one",
            where=path,
            hint=f"name one with --context: {_few(names)}",
        )
    if wanted not in names:
        raise InputError(
            f"there is no context {wanted!r}", where=path, hint=f"there are {_few(names)}"
        )
    try:
        return load(config, active_context=wanted, config_base_path=None)
    except ConfigException as error:
        raise InputError(str(error), where=path, hint="check the kubeconfig") from None


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:10]) or "none"
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown


@contextmanager
def _said(path: str, context: str) -> Iterator[None]:
    """Turn what the client raises, and what it only logs, into an error.

    A plugin that fails is logged by the client, which then goes on without credentials.
    """
    from kubernetes.config import ConfigException

    heard: list[str] = []
    handler = _Ear(heard)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    except ConfigException as error:
        raise InputError(str(error), where=path, hint="check the kubeconfig") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"context {context!r} cannot be used: {error}", where=path, hint="check the kubeconfig"
        ) from None
    finally:
        root.removeHandler(handler)
    if heard:
        raise UnknownError(
            f"signing in failed: {_plugin_words(heard[0])}",
            where=f"context {context}",
            hint=f"run the plugin of its user by hand; it stands in {path}",
        )


def _plugin_words(text: str) -> str:
    if "NoneType" in text:  # on a terminal the client hands over stderr, and then looks for it
        return "the exec plugin ended with an error"
    return text.removeprefix("exec: ").replace("process returned", "the exec plugin returned")


class _Ear(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(record.getMessage())


def _in_cluster() -> Cluster:
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException
    from kubernetes.config.incluster_config import InClusterConfigLoader

    load: Any = InClusterConfigLoader  # it has no types
    loader = load(str(_ACCOUNT / "token"), str(_ACCOUNT / "ca.crt"))
    configuration = Configuration()
    try:
        loader.load_and_set(configuration)
    except ConfigException as error:
        raise InputError(
            str(error), where="the pod's service account", hint="mount its token"
        ) from None
    try:
        namespace = (_ACCOUNT / "namespace").read_text().strip()
    except OSError:
        namespace = ""
    return Cluster(
        "in-cluster", configuration, namespace=namespace or "default", renew=loader.load_and_set
    )
