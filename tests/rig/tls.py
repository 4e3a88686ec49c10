"""Key stores for brokers under TLS, made with the JDK's ``keytool``."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

KEYTOOL_SECONDS = 60


@dataclass(frozen=True)
class Stores:
    """A server's key store and the store that trusts its CA, both PKCS12 with one password."""

    key_store: Path
    trust_store: Path
    password: str

    def ssl_context(self) -> str:
        """The ``<sslContext>`` element for a broker that serves and connects with these."""
        password = quoteattr(self.password)
        return (
            f"<sslContext keyStore={quoteattr(self.key_store.as_uri())}"
            f' keyStorePassword={password} keyStoreType="PKCS12"'
            f" trustStore={quoteattr(self.trust_store.as_uri())}"
            f' trustStorePassword={password} trustStoreType="PKCS12"/>'
        )


def make_stores(
    folder: Path,
    names: str = "dns:localhost,ip:127.0.0.1",
    password: str = "changeit-in-tests",
) -> Stores:
    """A new CA, a server certificate of it for ``names``, and a trust store with the CA.

    ``names`` is keytool's list of subject alternative names. Two calls make two CAs that do
    not trust each other. Takes about three seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stores = Stores(folder / "server.p12", folder / "trust.p12", password)
    certificate = folder / "ca.crt"
    key_store = ["-keystore", str(stores.key_store), "-alias"]
    _keytool(
        password, "-genkeypair", *key_store, "ca", *_KEY, "-dname", "CN=Test CA", "-ext", "bc:c"
    )
    _keytool(
        password,
        *("-genkeypair", *key_store, "server", *_KEY, "-dname", "CN=localhost"),
        *("-signer", "ca", "-ext", f"san={names}"),
    )
    _keytool(password, "-exportcert", *key_store, "ca", "-rfc", "-file", str(certificate))
    _keytool(password, "-delete", *key_store, "ca")
    _keytool(
        password,
        *("-importcert", "-noprompt", "-keystore", str(stores.trust_store)),
        *("-alias", "ca", "-file", str(certificate)),
    )
    return stores


_KEY = ("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2")


def _keytool(password: str, *arguments: str) -> None:
    command = [
        "keytool",
        "-J-XX:TieredStopAtLevel=1",
        *arguments,
        "-storetype",
        "PKCS12",
        "-storepass",
        password,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=KEYTOOL_SECONDS, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"keytool failed: {done.stdout}{done.stderr}")
