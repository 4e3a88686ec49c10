"""Image references: `[domain/]path[:tag][@digest]`, as Kubernetes reads them.

The grammar and the short names of Docker Hub are those of the Go module
github.com/distribution/reference, 0.6 (`regexp.go`, `normalize.go`), which the kubelet, containerd
and Docker use; the digests are those of go-digest. Only the path counts towards the 255
characters; until 0.5 the domain did too.
"""

import re
from dataclasses import dataclass, field, replace

from opskit.errors import InputError

DOCKER_HUB = "docker.io"
DEFAULT_TAG = "latest"
MAX_PATH = 255
_LIBRARY = "library/"
_OLD_HUB = "index.docker.io"

COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)"
DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
#: The hexadecimal digits of each kind of digest that the kubelet knows.
DIGEST_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
DIGEST = "|".join(f"{name}:[a-f0-9]{{{digits}}}" for name, digits in DIGEST_DIGITS.items())

_DOMAIN = re.compile(DOMAIN)
_FOLDER = re.compile(COMPONENT)  # a host with _ is none, and passes as a folder in the Go module
_REST = re.compile(
    rf"(?P<path>{COMPONENT}(?:/{COMPONENT})*)(?::(?P<tag>{TAG}))?(?:@(?P<digest>{DIGEST}))?"
)
_IDENTIFIER = re.compile("[a-f0-9]{64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """One image. `nginx` has domain `docker.io` and path `library/nginx`; `tag` and `digest` are
    empty where none is written. `text` is what was written, and does not count in a comparison.
    """

    domain: str
    path: str
    tag: str = ""
    digest: str = ""
    text: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The full name of the repository: `docker.io/library/nginx`."""
        return f"{self.domain}/{self.path}"

    @property
    def familiar(self) -> str:
        """The name as people write it: `nginx`, `team/app`, `ghcr.io/team/app`."""
        if self.domain != DOCKER_HUB:
            return self.name
        bare = self.path.removeprefix(_LIBRARY)
        short = self.path if "/" in bare else bare
        readable = split_domain(short) == (self.domain, self.path)
        return short if readable and not _IDENTIFIER.fullmatch(short) else self.name

    @property
    def short(self) -> str:
        """The whole reference with the familiar name."""
        return self.familiar + self._suffix

    @property
    def resolved(self) -> "Reference":
        """The same image with the tag that is pulled where none is written: `latest`."""
        return self if self.tag or self.digest else replace(self, tag=DEFAULT_TAG)

    @property
    def wanted(self) -> str:
        """What is asked of a registry: the digest, which wins, else the tag."""
        return self.digest or self.tag or DEFAULT_TAG

    def pinned(self, digest: str) -> "Reference":
        """The image at a digest; a tag stays for people, the digest decides."""
        return replace(self, digest=digest, text="")

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return self.name + self._suffix


def parse(text: str, where: str = "") -> Reference:
    """The reference in `text`; InputError, at `where`, that says which part is wrong.

    `docker.io/` and `library/` are put in where they are implied. A tag that is not written is
    not put in: see `Reference.resolved`.
    """
    found = parsed(text)
    if found is not None:
        return found
    from opskit.rollout.imagefaults import fault

    what = fault(text)
    raise InputError(
        f"{_shown(text)} is no image reference: {what.message}", where=where, hint=what.hint
    )


def same(one: str, other: str) -> bool:
    """Whether two texts name one image: `nginx` and `docker.io/library/nginx:latest` do.

    Texts that are no references are the same where they are equal.
    """
    first, second = parsed(one), parsed(other)
    if first is None or second is None:
        return one == other
    return first.resolved == second.resolved


def parsed(text: str) -> Reference | None:
    """The reference in `text`; None where there is none."""
    if _IDENTIFIER.fullmatch(text):
        return None
    domain, rest = split_domain(text)
    found = _REST.fullmatch(rest)
    if found is None:
        return None
    path = found["path"] if _DOMAIN.fullmatch(domain) else f"{domain}/{found['path']}"
    if len(path) > MAX_PATH or not (_DOMAIN.fullmatch(domain) or _FOLDER.fullmatch(domain)):
        return None
    return Reference(domain, found["path"], found["tag"] or "", found["digest"] or "", text)


def split_domain(text: str) -> tuple[str, str]:
    """The domain and what follows it, with what Docker Hub implies put in."""
    first, slash, rest = text.partition("/")
    if not slash:
        return DOCKER_HUB, _LIBRARY + text
    if first == _OLD_HUB:
        first = DOCKER_HUB
    elif not is_domain(first):
        return DOCKER_HUB, text
    if first == DOCKER_HUB and "/" not in rest:
        rest = _LIBRARY + rest
    return first, rest


def is_domain(part: str) -> bool:
    """Whether the part before the first slash is taken for a registry, not for a folder."""
    return part == "localhost" or "." in part or ":" in part or part != part.lower()


def _shown(text: str) -> str:
    text = re.sub(r":[^:@/]+@(?=.*/)", ":***@", text[:100], flags=re.DOTALL)
    return repr(text if len(text) < 100 else f"{text[:80]}...")
