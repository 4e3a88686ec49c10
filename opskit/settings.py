"""Settings: flags, then the environment, the project's file, the user's file, the default.

The project's file is `opskit.yaml` in the working folder or the nearest folder above it, up to
the root of the repository or the home folder. Nothing heavy is imported unless a file exists.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from opskit.errors import InputError, UsageError

if TYPE_CHECKING:
    from opskit.documents import Document, Problems
    from opskit.nodes import MapNode, Node

PROJECT_FILE = "opskit.yaml"

FORMATS = ("table", "json", "jsonl", "csv", "yaml", "md", "junit", "sarif", "github")
FAIL_ON = ("error", "warning", "info", "never")  # as FailOn has them, without its import
VERSION = r"[0-9]+(\.[0-9]+){0,3}"


class Setting(NamedTuple):
    """One setting. `a.b` is `b` in the group `a` of a file and `OPSKIT_A_B` in the environment.

    Its value is text out of `choices` or of the form `pattern`, or a tuple of such texts where
    there may be `many`, written as a list in files and with commas in the environment. Where it
    is `keyed`, each text has a name: a mapping in files, `NAME=TEXT` elsewhere.
    """

    name: str
    help: str
    default: str | tuple[str, ...] | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ".+"
    many: bool = False
    keyed: bool = False

    @property
    def variable(self) -> str:
        return "OPSKIT_" + re.sub("[.-]", "_", self.name).upper()

    def parse(self, value: object) -> "str | tuple[str, ...] | dict[str, str]":
        """The value of what a flag, a variable or a file says; ValueError in words."""
        if self.keyed:
            return self._named(value)
        if not self.many:
            return self._word(str(value).strip())
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, Sequence):
            raise ValueError(f"expected a list, found {value}")
        return tuple(self._word(str(part).strip()) for part in parts if str(part).strip())

    def _named(self, value: object) -> dict[str, str]:
        if isinstance(value, Mapping):
            return {str(name): self._word(str(text).strip()) for name, text in value.items()}
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, Sequence):
            raise ValueError(f"expected NAME=VALUE, found {value}")
        found = {}
        for part in (str(part).strip() for part in parts):
            name, equals, text = part.partition("=")
            if not equals or not name:
                raise ValueError(f'expected NAME=VALUE, found "{part[:80]}"')
            found[name.strip()] = self._word(text.strip())
        return found

    def _word(self, word: str) -> str:
        if self.choices and word not in self.choices:
            close = get_close_matches(word[:64], self.choices, n=1)
            meant = f"; did you mean {close[0]}?" if close else ""
            raise ValueError(
                f'expected one of {", ".join(self.choices)}, found "{word[:80]}"{meant}'
            )
        if not re.fullmatch(self.pattern, word):
            raise ValueError(f'expected {self.help}, found "{word[:80]}"')
        return word


SETTINGS: tuple[Setting, ...] = (
    Setting("output", "the format of the output", choices=FORMATS),
    Setting("color", "when to use colour", default="auto", choices=("auto", "always", "never")),
    Setting(
        "fail-on",
        "the severity from which findings make the exit status 1",
        default="error",
        choices=FAIL_ON,
    ),
    Setting("select", "the prefixes of the rule codes to check", default=(), many=True),
    Setting("ignore", "the prefixes of the rule codes to leave out", default=(), many=True),
    Setting("broker.engine", "the version of the broker, such as 5.18", pattern=VERSION),
    Setting("broker.target", "where the broker runs", choices=("self-managed", "amazon-mq")),
    Setting("redshift.target", "the warehouse to look at: a URL, or a name in redshift.targets"),
    Setting("redshift.targets", "the URLs of warehouses, by name", keyed=True),
    Setting(
        "redshift.engine", "what the warehouse is", choices=("auto", "provisioned", "serverless")
    ),
    Setting("redshift.window", "how far back to look, as in 24h", pattern=r"[0-9]{1,6}[mhd]"),
    Setting("redshift.thresholds", "thresholds of the checks, by name", keyed=True),
)


class Settings:
    """The value of each setting and where it comes from; KeyError for a name that is none."""

    def __init__(self, values: Mapping[str, tuple[Any, str]]) -> None:
        self._values = dict(values)

    def get(self, name: str) -> Any:
        """A text, a tuple or a dict of texts where there may be many; None where none is set."""
        return self._values[name][0]

    def origin(self, name: str) -> str:
        """`flag`, `environment OPSKIT_COLOR`, `opskit.yaml:3` or `default`."""
        return self._values[name][1]


def load(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] = os.environ,
    cwd: str | Path | None = None,
) -> Settings:
    """The settings for a command that runs in `cwd` (the working folder).

    `flags` maps names of settings to what was given; None and empty lists count as not given.
    A key or a value that cannot be is an `InputError` with its place, for a flag a `UsageError`.
    """
    values: dict[str, tuple[Any, str]] = {s.name: (s.default, "default") for s in SETTINGS}
    folder = Path(cwd) if cwd is not None else _working_folder()
    user, project = user_file(environ), project_file(folder)
    if user is not None and user != project and _is_there(user):
        _update(values, _from_file(user, str(user)))
    if project is not None:
        _update(values, _from_file(project, os.path.relpath(project, folder)))
    _update(values, dict(_from_environment(environ)))
    _update(values, dict(_from_flags(flags or {})))
    return Settings(values)


def _update(values: dict[str, tuple[Any, str]], found: Mapping[str, tuple[Any, str]]) -> None:
    """Let what was found win; of named texts, those of the same name."""
    for name, (value, origin) in found.items():
        before = values[name][0]
        if isinstance(value, dict) and isinstance(before, dict):
            value = {**before, **value}
        values[name] = (value, origin)


def project_file(folder: Path) -> Path | None:
    """The nearest `opskit.yaml`, if there is one on the way up from `folder`."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() fails where there is none
    folder = folder.absolute()
    for parent in (folder, *folder.parents):
        if _is_there(parent / PROJECT_FILE):
            return parent / PROJECT_FILE
        if str(parent) == home or os.path.exists(parent / ".git"):  # noqa: PTH110
            return None
    return None


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was deleted
        return Path("/")


def _is_there(path: Path) -> bool:
    """Whether there is such a file; not where its folder may not be looked into."""
    return os.path.isfile(path)  # noqa: PTH113 (Path.is_file raises there)


def user_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The user's `config.yaml`, which need not exist; None where there is no home folder."""
    if sys.platform != "linux":
        import platformdirs

        return platformdirs.user_config_path("opskit", appauthor=False) / "config.yaml"
    # What platformdirs says on Linux, without the 7 ms of its import.
    base = environ.get("XDG_CONFIG_HOME", "").strip()
    if not os.path.isabs(base):  # noqa: PTH117
        base = os.path.expanduser("~/.config")  # noqa: PTH111
    return Path(base, "opskit", "config.yaml") if os.path.isabs(base) else None  # noqa: PTH117


def _from_flags(flags: Mapping[str, object]) -> Iterator[tuple[str, tuple[Any, str]]]:
    known = {setting.name: setting for setting in SETTINGS}
    for name, value in flags.items():
        if value is None or value == [] or value == ():
            continue
        try:
            yield name, (known[name].parse(value), "flag")
        except ValueError as error:
            flag = "--" + name.rpartition(".")[2]
            flag = flag.removesuffix("s") if known[name].keyed else flag  # it is one a flag
            raise UsageError(str(error), where=flag, hint="see --help") from None


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, tuple[Any, str]]]:
    """Empty variables count as not set; names that are no setting may be anybody's."""
    for setting in SETTINGS:
        text = environ.get(setting.variable, "").strip()
        if not text:
            continue
        try:
            yield setting.name, (setting.parse(text), f"environment {setting.variable}")
        except ValueError as error:
            hint = f"set {setting.variable} to a value that fits, or unset it"
            raise InputError(
                str(error), where=f"environment variable {setting.variable}", hint=hint
            ) from None


def _from_file(path: Path, name: str) -> dict[str, tuple[Any, str]]:
    from opskit.documents import EmptyInputError, Problems, read_document

    try:
        document = read_document(path, name=name)
    except EmptyInputError:  # a file with every line commented out is a fine file
        return {}
    problems = Problems(document)
    found = dict(_walk(document, document.root, "", problems))
    problems.check()
    return found


def _walk(
    document: "Document", node: "Node", prefix: str, problems: "Problems"
) -> Iterator[tuple[str, tuple[Any, str]]]:
    """The settings in a mapping of a file; `prefix` is its group with a dot, or empty."""
    from opskit.kinds import describe_node
    from opskit.nodes import MapNode

    if not isinstance(node, MapNode):
        place = f"`{prefix[:-1]}`" if prefix else "the file"
        problems.add(node.start, f"{place}: expected a mapping, found {describe_node(node)}")
        return
    known = {setting.name: setting for setting in SETTINGS}
    groups = {name.rpartition(".")[0] for name in known}
    for key, (key_node, value) in node.items.items():
        name = prefix + key
        if name in known:
            yield from _value(document, known[name], value, problems)
        elif name in groups:
            yield from _walk(document, value, name + ".", problems)
        else:
            problems.add(key_node.start, *_unknown(name, [*known, *groups]))


def _value(
    document: "Document", setting: Setting, node: "Node", problems: "Problems"
) -> Iterator[tuple[str, tuple[Any, str]]]:
    from opskit.kinds import describe_node
    from opskit.nodes import ListNode, MapNode, ScalarNode
    from opskit.scalars import plain

    if plain(node) is None:  # `output:` with nothing after it
        return
    if setting.keyed and isinstance(node, MapNode):
        yield from _keyed(document, setting, node, problems)
        return
    scalars = node.items if isinstance(node, ListNode) and setting.many else [node]
    texts = [item.text for item in scalars if isinstance(item, ScalarNode)]
    try:
        if len(texts) < len(scalars):
            expected = "a list of texts" if setting.many else "text"
            raise ValueError(f"expected {expected}, found {describe_node(node)}")
        made = setting.parse(texts if isinstance(node, ListNode) else texts[0])
    except ValueError as error:
        problems.add(node.start, f"`{setting.name}`: {error}")
        return
    yield setting.name, (made, f"{document.name}:{document.at(node.start).line}")


def _keyed(
    document: "Document", setting: Setting, node: "MapNode", problems: "Problems"
) -> Iterator[tuple[str, tuple[Any, str]]]:
    from opskit.kinds import describe_node
    from opskit.nodes import ScalarNode

    found = {}
    for name, (_, value) in node.items.items():
        if isinstance(value, ScalarNode):
            found[name] = value.text
        else:
            text = f"`{setting.name}.{name}`: expected text, found {describe_node(value)}"
            problems.add(value.start, text)
    yield setting.name, (found, f"{document.name}:{document.at(node.start).line}")


def _unknown(name: str, known: Sequence[str]) -> tuple[str, str]:
    """The message and the hint for a key that is no setting."""
    close = get_close_matches(name[:64], known, n=1)
    meant = f"; did you mean `{close[0]}`?" if close else ""
    return (
        f"unknown setting `{name[:80]}`{meant}",
        f"the settings are {', '.join(sorted(known)[1:])}",
    )
