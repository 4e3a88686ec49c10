"""Image references against the published grammar, written down here a second time."""

import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opskit.errors import InputError
from opskit.rollout.images import parse, parsed, same

A64 = "a" * 64

# The grammar of github.com/distribution/reference 0.6, production by production.
ALPHANUMERIC = "[a-z0-9]+"
SEPARATOR = "(?:[._]|__|[-]+)"
COMPONENT = f"{ALPHANUMERIC}(?:{SEPARATOR}{ALPHANUMERIC})*"
LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
HOST = rf"(?:{LABEL}(?:\.{LABEL})*|\[[a-fA-F0-9:]+\])"
DOMAIN = f"{HOST}(?::[0-9]+)?"
NAME = f"(?:{DOMAIN}/)?{COMPONENT}(?:/{COMPONENT})*"
DIGEST = "(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})"
PUBLISHED = re.compile(rf"({NAME})(?::([A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?(?:@({DIGEST}))?")


def published(text: str) -> tuple[str, str, str] | None:
    """Name with what is implied, tag and digest; None where the grammar refuses the text."""
    if re.fullmatch("[a-f0-9]{64}", text):
        return None
    first, slash, rest = text.partition("/")
    is_host = bool(slash) and (
        "." in first or ":" in first or first == "localhost" or first.lower() != first
    )
    if not is_host:
        first, rest = "docker.io", text
    if first == "index.docker.io":
        first = "docker.io"
    if first == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    if rest.partition(":")[0] != rest.partition(":")[0].lower():
        return None
    found = PUBLISHED.fullmatch(f"{first}/{rest}")
    if found is None or len(found[1].partition("/")[2]) > 255:
        return None
    return found[1], found[2] or "", found[3] or ""


CASES = [
    # text, domain, path, tag, familiar name
    ("nginx", "docker.io", "library/nginx", "", "nginx"),
    ("nginx:1.27", "docker.io", "library/nginx", "1.27", "nginx"),
    ("docker.io/nginx", "docker.io", "library/nginx", "", "nginx"),
    ("index.docker.io/library/nginx", "docker.io", "library/nginx", "", "nginx"),
    ("team/app", "docker.io", "team/app", "", "team/app"),
    ("library/a/b", "docker.io", "library/a/b", "", "library/a/b"),
    ("ghcr.io/team/app:v1", "ghcr.io", "team/app", "v1", "ghcr.io/team/app"),
    ("localhost/app", "localhost", "app", "", "localhost/app"),
    ("host:5000/app:5000", "host:5000", "app", "5000", "host:5000/app"),
    ("host:5000", "docker.io", "library/host", "5000", "host"),
    ("[::1]:5000/app", "[::1]:5000", "app", "", "[::1]:5000/app"),
    ("Team/app", "Team", "app", "", "Team/app"),
    ("a__b/c---d.e_f", "docker.io", "a__b/c---d.e_f", "", "a__b/c---d.e_f"),
    ("my_host.lan/app", "my_host.lan", "app", "", "my_host.lan/app"),
    ("docker.io/localhost/app", "docker.io", "localhost/app", "", "docker.io/localhost/app"),
    (f"docker.io/{A64}", "docker.io", f"library/{A64}", "", f"docker.io/library/{A64}"),
    ("app:" + "t" * 128, "docker.io", "library/app", "t" * 128, "app"),
    ("x/" + "a/" * 125 + "abc", "docker.io", "x/" + "a/" * 125 + "abc", "", None),
]


@pytest.mark.parametrize(("text", "domain", "path", "tag", "familiar"), CASES)
def test_references(text: str, domain: str, path: str, tag: str, familiar: str | None) -> None:
    found = parse(text)
    assert (found.domain, found.path, found.tag) == (domain, path, tag)
    assert found.familiar == (familiar or found.path)
    assert found.name == f"{domain}/{path}"
    for digest in ("sha256:" + A64, "sha384:" + "0" * 96, "sha512:" + "f" * 128):
        pinned = parse(f"{text}@{digest}")
        assert (pinned.tag, pinned.digest, pinned.wanted) == (tag, digest, digest)
        assert pinned == found.pinned(digest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        (" nginx", "white space"),
        ("nginx\n", "white space"),
        ("nginx 1", "a space is at character 6"),
        ("a\tb", "U+0009"),
        ("a\0b", "U+0000"),
        ("https://ghcr.io/a/b", "starts with https://"),
        ("docker://nginx", "starts with docker://"),
        ("oci://r.io/a", "starts with oci://"),
        ("app:$TAG", r"'$TAG' was not filled in"),
        ("app:${TAG}", "not filled in"),
        ("app:{{ .Values.tag }}", "not filled in"),
        ("app:<version>", "not filled in"),
        ("app:%VERSION%", "not filled in"),
        ("ng\u0456nx", "U+0456 (CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I)"),
        ("a\u2013b", "U+2013 (EN DASH)"),
        ("\uff41pp", "U+FF41"),
        ("app:1\u200b", "U+200B"),
        ("Nginx", "'Nginx' has capital letters"),
        ("ghcr.io/Team/app", "'Team' has capital letters"),
        ("team/App:1", "'App' has capital letters"),
        ("MY_TEAM/app", "'MY_TEAM' is no host name"),
        (A64, "by its id"),
        ("app:", "nothing follows the colon"),
        ("app:-1", "starts with '-'"),
        ("app:.1", "starts with '.'"),
        ("app:a+b", "the tag has '+'"),
        ("app:1:2", "the tag has ':'"),
        ("app:" + "t" * 129, "129 characters"),
        ("app@", "is no kind of digest"),
        ("app@md5:" + "0" * 32, "'md5' is no kind of digest"),
        ("app@sha256:" + "a" * 63, "has 63 digits, not 64"),
        ("app@sha256:" + "A" * 64, "'A', which is no lowercase"),
        ("app@sha256:" + A64 + "@sha256:" + A64, "which is no lowercase"),
        ("/app", "nothing stands before"),
        ("app/", "nothing stands"),
        ("a//b", "nothing stands"),
        (":1", "it has no name"),
        ("@sha256:" + A64, "it has no name"),
        ("-app", "starts or ends with"),
        ("app-", "starts or ends with"),
        ("a..b", "together"),
        ("a._b", "together"),
        ("a___b", "together"),
        ("a!b", "'a!b' has '!'"),
        ("a/b@c/d", "is no kind of digest"),
        ("ops@ghcr.io/a", "a user stands before the registry"),
        ("host:port/app", "port is 'port'"),
        ("fc00::1:5000/app", "is no host"),
        ("[fe80::1%25eth0]:5000/app", "is no host name"),
        ("-host.io/app", "is no host name"),
        ("a/" * 128 + "a", "257 characters, and may have 255"),
        ("a" * 5000, "it has 5000 characters"),
    ],
)
def test_what_is_wrong_is_said_in_words(text: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        parse(text, "web.yaml:7:16")
    said = error.value
    assert words in said.message
    assert said.where == "web.yaml:7:16"
    assert said.hint
    assert len(said.message) < 300
    assert published(text) is None


@pytest.mark.parametrize(
    ("text", "twin"), [("ng\u0456nx", "i"), ("a\u2013b", "-"), ("\uff41pp", "a"), ("\u0440g", "p")]
)
def test_a_look_alike_is_named(text: str, twin: str) -> None:
    with pytest.raises(InputError) as error:
        parse(text)
    assert error.value.hint == f"type {twin!r} instead"


@pytest.mark.parametrize("scheme", ["", "https://"])
def test_a_password_in_front_is_not_told(scheme: str) -> None:
    with pytest.raises(InputError) as error:
        parse(f"{scheme}ops:hunter2@ghcr.io/a/b")
    assert "hunter2" not in f"{error.value} {error.value.hint}"


def test_what_is_pulled_and_what_is_compared() -> None:
    assert parse("nginx").resolved == parse("nginx:latest")
    assert parse("nginx").wanted == "latest"
    assert parse("nginx") != parse("nginx:latest")
    assert str(parse("nginx:1")) == "docker.io/library/nginx:1"
    assert parse("docker.io/library/nginx:1").short == "nginx:1"
    assert parse("nginx:1").text == "nginx:1"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("nginx", "docker.io/library/nginx:latest", True),
        ("nginx:1", "index.docker.io/nginx:1", True),
        ("nginx:1", "nginx:2", False),
        ("nginx:1", "ghcr.io/nginx:1", False),
        (f"nginx:1@sha256:{A64}", f"nginx@sha256:{A64}", False),
        ("$IMAGE", "$IMAGE", True),
        ("$IMAGE", "nginx", False),
    ],
)
def test_same(one: str, other: str, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal


component = st.lists(
    st.sampled_from(["a", "0", "b9", "x.y", "x_y", "x__y", "x-y", "x---y"]), min_size=1
).map(lambda parts: "".join(parts)[:40])
references = st.builds(
    lambda domain, path, tag, digest: domain + "/".join(path) + tag + digest,
    st.sampled_from(["", "docker.io/", "localhost/", "h.io/", "h:1/", "[::1]:2/", "Up/", "a_b.c/"]),
    st.lists(component.filter(lambda text: text[-1].isalnum()), min_size=1, max_size=4),
    st.one_of(st.just(""), st.from_regex(r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", fullmatch=True)),
    st.sampled_from(["", f"@sha256:{A64}", "@sha512:" + "0" * 128]),
)
#: Texts near the grammar: its own marks in any order, with a letter or two that it refuses.
near = st.text(st.sampled_from("aZ09._-/:@[]" + "\u0430\n "), max_size=24)


@given(references)
@example("docker.io/localhost/app")
@example(f"docker.io/{A64}")
@example("docker.io/library/library")
def test_every_form_means_the_same(text: str) -> None:
    found = parse(text)
    assert (found.name, found.tag, found.digest) == published(text)
    assert parse(str(found)) == found
    assert parse(found.short) == found
    assert str(parse(found.short)) == str(found)


@given(st.one_of(near, references.flatmap(lambda text: near.map(lambda end: text + end))))
@example("a" * 64)
@example("a.b/" + "c" * 255)
@example("a.b/" + "c" * 256)
@example("c" * 247)
@example("c" * 248)
def test_the_grammar_decides_and_a_refusal_says_why(text: str) -> None:
    expected, found = published(text), parsed(text)
    assert (found and (found.name, found.tag, found.digest)) == expected
    if found is None:
        with pytest.raises(InputError) as error:
            parse(text)
        assert "it does not follow the grammar" not in error.value.message


@given(st.text(max_size=200))
def test_any_text_is_taken_or_refused(text: str) -> None:
    found = parsed(text)
    if found is None:
        with pytest.raises(InputError) as error:
            parse(text)
        assert error.value.hint
    else:
        assert set(str(found)) <= set(string.ascii_letters + string.digits + "._-/:@[]")
