"""What is wrong with a text that is no image reference, in the words of who has to mend it."""

import re
import unicodedata
from typing import NamedTuple

from opskit.rollout.images import (
    COMPONENT,
    DIGEST_DIGITS,
    DOMAIN,
    MAX_PATH,
    is_domain,
    split_domain,
)

_FORM = "an image is [registry/]name[:tag][@digest], as ghcr.io/team/app:1.2"
_LONGEST = 1024
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://+")
_VARIABLE = re.compile(r"\$\{?\w*|\{\{|\{%|<%|<\w+>|%\w+%|@[A-Z_]+@")
_COMPONENT = re.compile(COMPONENT)
_HEX = re.compile("[a-f0-9]{64}")
#: Letters of other scripts that look like Latin ones, beyond those that Unicode itself relates.
_LOOKS = dict(zip("авеокмнрстухіјѕԁԛԝαορνικτυχ", "abeokmhpctyxijsdqwaopvikttux", strict=False))
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


class Fault(NamedTuple):
    """What is wrong, and what to do about it."""

    message: str
    hint: str = _FORM


def fault(text: str) -> Fault:
    """The first thing that is wrong with a text that `images.parse` refuses."""
    return _whole(text) or _parts(text) or Fault("it does not follow the grammar")


def _whole(text: str) -> Fault | None:
    """What is wrong wherever it stands."""
    if not text:
        return Fault("it is empty")
    if text != text.strip():
        return Fault("white space stands around it", "take the white space away")
    scheme = _SCHEME.match(text)
    if scheme:
        rest = _without_user(text[scheme.end() :])
        return Fault(f"it starts with {scheme[0]}", f"leave that out: {rest[:60] or _FORM}")
    variable = _VARIABLE.search(text)
    if variable:
        return Fault(
            f"the variable at {variable[0]!r} was not filled in",
            "fill it in first; the step that replaces it did not run, or knows another name",
        )
    odd = next((letter for letter in text if not "!" <= letter <= "~"), "")
    if odd:
        return _odd(odd, text.index(odd) + 1)
    if len(text) > _LONGEST:
        return Fault(f"it has {len(text)} characters", "the name may have 255, the tag 128")
    if _HEX.fullmatch(text):
        return Fault(
            "64 hexadecimal digits name an image by its id, which no registry knows",
            "write NAME@sha256:DIGITS if that is its digest",
        )
    return None


def _without_user(text: str) -> str:
    """The text without a user and a password before the registry."""
    user, at, rest = text.partition("@")
    return rest if at and "/" in rest and "/" not in user else text


def _odd(letter: str, position: int) -> Fault:
    """A character that no reference can hold: a space, a look-alike, a control character."""
    if letter == " ":
        return Fault(f"a space is at character {position}", "take it away, or quote two arguments")
    code = f"U+{ord(letter):04X}"
    name = unicodedata.name(letter, "a control character")
    message = f"character {position} is {code} ({name})"
    twin = _twin(letter)
    return Fault(message, f"type {twin!r} instead" if twin else "only ASCII characters may be used")


def _twin(letter: str) -> str:
    """The ASCII character that looks like it; empty where there is none."""
    if letter in _DASHES:
        return "-"
    plain = unicodedata.normalize("NFKD", letter).lower()[:1]
    plain = _LOOKS.get(plain, plain)
    return plain if plain.isascii() and plain.isprintable() and plain.strip() else ""


def _parts(text: str) -> Fault | None:
    """What is wrong with the digest, the tag, the domain or the path, in that order."""
    if _without_user(text) != text:
        return Fault(
            "a user stands before the registry", "leave that out: 'docker login' keeps credentials"
        )
    name, at, digest = text.partition("@")
    if at and (found := _digest(digest)):
        return found
    folder, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    if colon and (found := _tag(tag)):
        return found
    return _name(folder + slash + last)


def _digest(text: str) -> Fault | None:
    kind, _, digits = text.partition(":")
    known = ", ".join(DIGEST_DIGITS)
    form = "a digest is sha256: and 64 lowercase hexadecimal digits"
    if kind not in DIGEST_DIGITS:
        return Fault(f"{kind!r} is no kind of digest ({known})", form)
    if not re.fullmatch("[a-f0-9]*", digits):
        odd = next(each for each in digits if each not in "0123456789abcdef")
        return Fault(f"the digest has {odd!r}, which is no lowercase hexadecimal digit", form)
    wanted = DIGEST_DIGITS[kind]
    if len(digits) != wanted:
        return Fault(f"the {kind} digest has {len(digits)} digits, not {wanted}", form)
    return None


def _tag(tag: str) -> Fault | None:
    form = "a tag has letters, digits, _ . and -, and starts with none of the last two"
    if not tag:
        return Fault("nothing follows the colon", "name a tag, or leave the colon out")
    if len(tag) > 128:
        return Fault(f"the tag has {len(tag)} characters, and may have 128", form)
    if tag[0] in ".-":
        return Fault(f"the tag starts with {tag[0]!r}", form)
    odd = next((each for each in tag if not (each.isalnum() or each in "_.-")), "")
    return Fault(f"the tag has {odd!r}", form) if odd else None


def _name(name: str) -> Fault | None:
    """What is wrong with the name of a repository, its registry included."""
    if not name:
        return Fault("it has no name")
    if "" in name.split("/"):
        return Fault("nothing stands before, after or between its slashes")
    first, slash, rest = name.partition("/")
    if slash and is_domain(first):
        found = _domain(first)
        if found:
            return found
    path = split_domain(name)[1]
    for part in (rest if slash and is_domain(first) else name).split("/"):
        found = _component(part)
        if found:
            return found
    if len(path) > MAX_PATH:
        return Fault(f"the name has {len(path)} characters, and may have {MAX_PATH}")
    return None


def _domain(domain: str) -> Fault | None:
    if re.fullmatch(f"{DOMAIN}|{COMPONENT}", domain):
        return None
    host, colon, port = domain.rpartition(":")
    if colon and "[" not in domain and ":" in host:
        return Fault(f"{domain!r} is no host", "write an IPv6 address in brackets: [::1]:5000/app")
    if colon and "]" not in port and not port.isdigit():
        return Fault(f"the registry's port is {port!r}, which is no number")
    return Fault(f"{domain!r} is no host name of a registry")


def _component(part: str) -> Fault | None:
    if _COMPONENT.fullmatch(part):
        return None
    if part != part.lower():
        lower = part.lower()
        return Fault(f"{part!r} has capital letters", f"names are lowercase: {lower}")
    odd = next((each for each in part if not (each.isalnum() or each in "_.-")), "")
    if odd:
        return Fault(f"{part!r} has {odd!r}", "names have lowercase letters, digits, _ . and -")
    if not (part[0].isalnum() and part[-1].isalnum()):
        return Fault(f"{part!r} starts or ends with one of _ . -")
    return Fault(f"{part!r} has two of _ . - together", "only __ and several - may stand together")
