"""Who a kubeconfig's user is: its token, certificate or program, put into the client."""

import base64
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from opskit.clients.kubeexec import Credential, credential
from opskit.clients.kubefiles import Entry
from opskit.errors import InputError, OpskitError

#: How often a file with a token is read again, in seconds, as kubectl does.
_TOKEN_FILE_SECONDS = 60.0
_CHECK = "check the kubeconfig"


class SignIn:
    """What a user has put into the client's configuration, and anew when it has expired."""

    def __init__(self, context: str, cluster: Entry, user: Entry) -> None:
        self._context = context
        self._cluster = cluster
        self._user = user
        self._held: Credential | None = None
        self._read_at = 0.0

    def __call__(self, into: Any) -> None:
        """Sign in: run the program that the user names, read its token's file again."""
        user = dict(self._user.value)
        if "auth-provider" in user:
            self._refuse_provider(user["auth-provider"])
        if plugin := user.pop("exec", None):
            user |= self._run(plugin)
        if self._user.text("tokenFile"):
            user["token"] = self._token()
        self._load(into, user)

    def refresh(self, into: Any) -> None:
        """Sign in again if what is held has expired; called before each request."""
        old = bool(self._user.value.get("tokenFile"))
        old = old and time.monotonic() - self._read_at > _TOKEN_FILE_SECONDS
        if old or (self._held and self._held.is_expired()):
            self(into)

    def _run(self, plugin: Any) -> dict[str, str]:
        if not isinstance(plugin, dict):
            raise InputError("the user's exec is no object", where=self._user.file, hint=_CHECK)
        where = f"{self._user.file}, context {self._context}"
        held = credential(plugin, self._cluster.value, self._user.folder, where)
        self._held = held
        if held.token:
            return {"token": held.token}
        return {
            "client-certificate-data": base64.b64encode(held.certificate.encode()).decode(),
            "client-key-data": base64.b64encode(held.key.encode()).decode(),
        }

    def _token(self) -> str:
        file = os.path.join(self._user.folder, self._user.text("tokenFile"))  # noqa: PTH118
        self._read_at = time.monotonic()
        return token_of(file)

    def _refuse_provider(self, provider: Any) -> None:
        name = provider.get("name") if isinstance(provider, dict) else ""
        if name != "oidc":
            raise InputError(
                f"context {self._context!r}: there is no auth-provider {name!r} any more",
                where=self._user.file,
                hint="use its exec plugin: kubelogin, gke-gcloud-auth-plugin",
            )

    def _load(self, into: Any, user: dict[str, Any]) -> None:
        from kubernetes.config import ConfigException
        from kubernetes.config.kube_config import ConfigNode, KubeConfigLoader

        load: Any = KubeConfigLoader  # they have no types
        node: Any = ConfigNode
        config = {
            "current-context": "it",
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
            "clusters": [self._node(node, "cluster", self._cluster, self._cluster.value)],
            "users": [self._node(node, "user", self._user, user)],
        }
        try:
            load(config, config_base_path=None).load_and_set(into)
            into.refresh_api_key_hook = self.refresh
            self._check(into)
        except OpskitError:
            raise
        except ConfigException as error:
            raise InputError(str(error), where=self._user.file, hint=_CHECK) from None
        except Exception as error:  # the package looks at nothing before it uses it
            words = str(error) or type(error).__name__
            raise InputError(
                f"context {self._context!r} cannot be used: {words}",
                where=self._user.file,
                hint=_CHECK,
            ) from None

    def _check(self, into: Any) -> None:
        """Load the certificates now: a bad one is bad input; a key must not ask for a password."""
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            if into.ssl_ca_cert:
                context.load_verify_locations(into.ssl_ca_cert)
        except ssl.SSLError:
            text = "certificate-authority is no certificate"
            raise InputError(text, where=self._cluster.file, hint=_CHECK) from None
        try:
            if into.cert_file:
                context.load_cert_chain(into.cert_file, into.key_file, self._no_password)
        except ssl.SSLError as error:
            text = "the client certificate or its key is none"
            if error.reason == "KEY_VALUES_MISMATCH":
                text = "the client certificate and the key do not belong together"
            raise InputError(text, where=self._user.file, hint=_CHECK) from None

    def _no_password(self) -> str:
        raise InputError(
            "the client key has a password",
            where=self._user.file,
            hint="use a key without one, or an exec plugin",
        )

    def _node(self, node: Any, what: str, entry: Entry, value: Mapping[str, Any]) -> Any:
        return node(what, {"name": "it", what: dict(value)}, entry.file)


def impersonation(user: Entry) -> Iterator[tuple[str, str]]:
    """The headers of `as`, `as-uid`, `as-groups` and `as-user-extra` ("User impersonation")."""
    if not user.text("as"):
        return
    yield "Impersonate-User", user.text("as")
    if user.text("as-uid"):
        yield "Impersonate-Uid", user.text("as-uid")
    groups: Sequence[Any] = user.value.get("as-groups") or ()
    for group in groups:
        yield "Impersonate-Group", str(group)
    extra: Mapping[str, Sequence[Any]] = user.value.get("as-user-extra") or {}
    for name, values in extra.items():
        for value in values:
            yield f"Impersonate-Extra-{name}", str(value)


def token_of(file: str | Path) -> str:
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or "is no text"
        raise InputError(
            f"the token cannot be read: {words}", where=str(file), hint=_CHECK
        ) from None
    if not text:
        raise InputError("the file of the token is empty", where=str(file), hint="sign in again")
    return text
