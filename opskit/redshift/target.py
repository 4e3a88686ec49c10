"""Which warehouse is meant, and how its user logs in: a URL, a name from the settings, or flags.

    redshift://USER@HOST:5439/DATABASE?sslmode=verify-full
    redshift://USER@/DATABASE?cluster=NAME&region=REGION          credentials from IAM
    redshift:///DATABASE?workgroup=NAME&region=REGION             serverless, from IAM
    redshift://HOST/DATABASE?secret=ARN                           from Secrets Manager
    redshift-data:///DATABASE?workgroup=NAME                      over the Data API

Passwords stand in none of them: they come from the environment, a file or a secret store.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from opskit.errors import InputError, UsageError
from opskit.files import read_bytes

SslMode = Literal["verify-full", "verify-ca", "disable"]
PASSWORD_VARIABLES = ("OPSKIT_REDSHIFT_PASSWORD", "PGPASSWORD")

_EXAMPLE = "redshift://USER@HOST:5439/DATABASE"
_HINT = f"as in {_EXAMPLE}"


@dataclass(frozen=True, slots=True)
class Target:
    """A warehouse. Empty text and None are what was not said.

    `sslmode` is one of what the driver knows: it takes any other word and then sends everything
    in the clear (read in redshift_connector 2.2.0).
    """

    host: str = ""
    port: int = 5439
    database: str = ""
    user: str = ""
    sslmode: SslMode = "verify-full"
    cluster: str = ""
    workgroup: str = ""
    secret: str = ""
    profile: str = ""
    region: str = ""
    password_file: str = ""
    data_api: bool = False

    @property
    def name(self) -> str:
        """How messages call it."""
        place = self.host or self.workgroup or self.cluster
        if self.host and self.port != 5439:  # two tunnels have one host
            place = f"{place}:{self.port}"
        return f"{place}/{self.database}" if self.database else place

    @property
    def iam(self) -> bool:
        """Whether credentials come from IAM: a cluster or workgroup is named, and no secret."""
        return bool(self.cluster or self.workgroup) and not self.secret

    def password(self, environ: Mapping[str, str] = os.environ) -> str:
        """From the file, or the environment; UsageError or InputError where there is none."""
        if self.password_file:
            text = read_bytes(self.password_file, limit=4096).decode("utf-8", "replace")
            password = text.strip("\r\n")
            if not password:
                hint = "write the password into it, or give another file"
                raise InputError("is empty", where=self.password_file, hint=hint)
            return password
        for variable in PASSWORD_VARIABLES:
            if environ.get(variable):
                return environ[variable]
        raise UsageError(
            f"no password for {self.user}@{self.host}",
            hint=f"set {PASSWORD_VARIABLES[0]}, or give --password-file, --secret or --cluster",
        )

    def checked(self) -> "Target":
        """Itself, if it can be connected to; UsageError that says what is missing."""
        if not (self.host or self.cluster or self.workgroup):
            raise UsageError("no warehouse is named", hint=f"give --target {_EXAMPLE}")
        if self.cluster and self.workgroup:
            raise UsageError("a cluster and a workgroup are named", hint="give one of them")
        if not self.database:
            raise UsageError("no database is named", hint=_HINT)
        if self.data_api and not (self.cluster or self.workgroup):
            raise UsageError(
                "the Data API wants a cluster or a workgroup", hint="give --cluster or --workgroup"
            )
        if not (self.data_api or self.iam or self.secret or self.user):
            raise UsageError("no user is named", hint="give --user, --secret or --cluster")
        return self


_NAMES = {f.name.replace("_", "-"): f.name for f in fields(Target)}


def parse(url: str) -> Target:
    """The target that a URL stands for; UsageError where it cannot be one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"not a URL: {error}", hint=_HINT) from None
    if parts.scheme not in ("redshift", "redshift-data"):
        raise UsageError(f"{parts.scheme or url[:40]!r} is no scheme of Redshift", hint=_HINT)
    if parts.password is not None:
        raise UsageError(
            "a password stands in the URL",
            hint=f"take it out and set {PASSWORD_VARIABLES[0]}, or use password-file=PATH",
        )
    target = Target(
        host=parts.hostname or "",
        port=port or 5439,
        user=unquote(parts.username or ""),
        database=unquote(parts.path.removeprefix("/")),
        data_api=parts.scheme == "redshift-data",
    )
    return with_values(target, dict(parse_qsl(parts.query, keep_blank_values=True)))


def with_values(target: Target, values: Mapping[str, str]) -> Target:
    """The target with more of its fields said, as in a URL's query: `password-file`, `sslmode`."""
    for key, text in values.items():
        field = _NAMES.get(key)
        if field is None or field == "data_api":
            close = get_close_matches(key, _NAMES, n=1)
            meant = f"did you mean {close[0]}? " if close else ""
            raise UsageError(
                f"{key[:40]!r} says nothing of a target",
                hint=f"{meant}there are {', '.join(sorted(set(_NAMES) - {'data-api'}))}",
            )
        if field == "sslmode" and text not in get_args(SslMode):
            raise UsageError(
                f"sslmode {text[:40]!r}: the driver knows {', '.join(get_args(SslMode))}",
                hint="it would ignore any other, and send everything in the clear",
            )
        if field == "port":
            if not text.isdigit() or not 0 < int(text) < 65536:
                raise UsageError(f"port {text[:40]!r} is no port", hint="5439 is Redshift's")
            target = replace(target, port=int(text))
        else:
            said: dict[str, Any] = {field: text}
            target = replace(target, **said)
    return target


def find(name: str, known: Mapping[str, str]) -> Target:
    """The target of a URL, or of a name in the settings (`redshift.targets`)."""
    if "://" in name:
        return parse(name)
    if name not in known:
        close = get_close_matches(name, known, n=1)
        meant = f"did you mean {close[0]}? " if close else ""
        there = f"there are {', '.join(sorted(known))}" if known else "the settings name none"
        raise UsageError(
            f"no target is called {name[:80]!r}", where="--target", hint=f"{meant}{there}"
        )
    try:
        return parse(known[name])
    except UsageError as error:
        where = f"target {name} of the settings"
        raise UsageError(error.message, where=where, hint=error.hint) from None
