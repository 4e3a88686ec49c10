"""Words of the completion scripts from local files: names of AWS profiles and of contexts."""

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.components import require_program

SCRIPTS = Path(__file__).parents[1] / "completions"
CONFIG = b"""\
[default]\r
region = eu-west-1
[profile dev]  # a comment
[profile "two words"]
[profile it's $(touch ran) `touch ran`]
[profile a\033[31mb]
[profile w\xff\xfe]
[sso-session sign-on]
[services all]
  [profile indented]
[]
[profile ]
[profile unclosed
key = [profile value]
"""
CREDENTIALS = b"[default]\n[ci]\naws_access_key_id = AKIA\n"
PROFILES = {"default", "dev", "two words", "it's $(touch ran) `touch ran`", "ci"}
#: As kubectl writes it, with what else is YAML and has no name, or one that could do harm.
KUBECONFIG = b"""\
apiVersion: v1
clusters:
- cluster: {server: https://x}
  name: a-cluster
contexts:
- context:
    cluster: a-cluster
    name: of-no-context
    user: u
  name: arn:aws:eks:eu-west-1:111122223333:cluster/prod
- context: {}
  name: arn:aws:eks:eu-west-1:111122223333:cluster/test
- name: "quoted one"   # a comment
  context: {}
- name: plain # a comment
- name: $(touch ran)
- name: "a\\"b"
- name: *alias
- name:
current-context: none
users:
- name: a-user
"""
OTHER = b"contexts:\n  - context:\n      cluster: x\n    name: 'of another file'\nusers: []\n"
EKS = "arn:aws:eks:eu-west-1:111122223333:cluster/"
CONTEXTS = {f"{EKS}prod", f"{EKS}test", "quoted one", "plain", "$(touch ran)", "of another file"}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with profiles and contexts; files that are missing are left out."""
    files = {
        ".aws/config": CONFIG,
        ".aws/credentials": CREDENTIALS,
        "kube one": KUBECONFIG,
        "two": OTHER,
    }
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    kube = ":".join(str(tmp_path / name) for name in ("none", "kube one", "two"))
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "KUBECONFIG": kube, "TERM": "dumb"}


def offered(shell: str, option: str, env: dict[str, str]) -> set[str]:
    """The words for an option, as the functions of a script print them."""
    name = {"--profile": "profile", "--context": "context"}[option]
    if shell == "fish":
        code = 'source "$argv[1]"; complete -C "opskit rollout deploy $argv[2] "'
        args = ["--no-config", "-c", code, str(SCRIPTS / "opskit.fish"), option]
    else:
        script = SCRIPTS / {"bash": "opskit.bash", "zsh": "_opskit"}[shell]
        code = f'compdef() {{ :; }}; eval "$(cat "$1")"; _opskit_{name}_names'
        args = [*{"bash": ["--norc"], "zsh": ["-f"]}[shell], "-c", code, shell, str(script)]
    run = subprocess.run(
        [require_program(shell, shell), *args],
        capture_output=True,
        check=True,
        timeout=30,
        env=env,
        cwd=env["HOME"],
    )
    assert not run.stderr
    lines = run.stdout.splitlines()
    return {line.split(b"\t")[0].decode("utf-8", "replace") for line in lines}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_names_in_local_files(shell: str, home: dict[str, str]) -> None:
    assert offered(shell, "--profile", home) == PROFILES | {"w\ufffd\ufffd"}
    assert offered(shell, "--context", home) == CONTEXTS
    assert not (Path(home["HOME"]) / "ran").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_where_the_files_are(shell: str, home: dict[str, str]) -> None:
    folder = Path(home["HOME"])
    shutil.move(folder / ".aws", folder / "a=b")
    (folder / ".kube").mkdir()
    (folder / ".kube/config").write_bytes(OTHER)
    moved = {"AWS_CONFIG_FILE": "a=b/config", "AWS_SHARED_CREDENTIALS_FILE": "a=b/none"}
    assert offered(shell, "--profile", {**home, "KUBECONFIG": ""}) == set()
    assert offered(shell, "--context", {**home, "KUBECONFIG": ""}) == {"of another file"}
    assert "dev" in offered(shell, "--profile", {**home, **moved})
    assert "ci" not in offered(shell, "--profile", {**home, **moved})


SHOW = "opskit() { printf '{'; printf '<%s>' \"$@\"; printf '}\\n'; }"
SETUPS = {
    "bash": 'bind "set bell-style none"; source "{}/opskit.bash"',
    "zsh": 'fpath=("{}" $fpath); autoload -Uz compinit; compinit -u -D',
}


def at_a_terminal(shell: str, typed: str, env: dict[str, str]) -> list[str]:
    """What a command gets after a TAB at the end of what is typed."""
    program = require_program(shell, shell)
    near, far = pty.openpty()
    options = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[shell]
    process = subprocess.Popen(
        [program, *options],
        stdin=far,
        stdout=far,
        stderr=far,
        env={**env, "HISTFILE": ""},
        cwd=env["HOME"],
        start_new_session=True,
    )
    os.close(far)
    try:
        setup = SETUPS[shell].format(SCRIPTS)
        os.write(near, f"{SHOW}; {setup}; opskit ready\n".encode())
        _until(near, "{<ready>}")
        os.write(near, f"opskit {typed}\t\r".encode())
        shown = _until(near, ">}")
        return shown.rpartition("{<")[2].partition(">}")[0].split("><")
    finally:
        process.kill()
        process.wait()
        os.close(near)


def _until(terminal: int, wanted: str) -> str:
    shown, end = b"", time.monotonic() + 20
    while wanted not in shown.decode("utf-8", "replace"):
        ready, _, _ = select.select([terminal], [], [], end - time.monotonic())
        assert ready, shown
        shown += os.read(terminal, 4096)
    return shown.decode("utf-8", "replace")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("emrfs apply --profile de", None),
        ("emrfs apply --profile tw", "two words"),
        ("emrfs apply --profile it", "it's $(touch ran) `touch ran`"),
        ("emrfs apply --region eu:x --profile c", "ci"),
        ("rollout status --context q", "quoted one"),
        ("rollout status --context ar", EKS),
        (f"rollout status --context {EKS}p", f"{EKS}prod"),
        ("rollout status --context arn:aws:eks:", EKS),
    ],
)
def test_at_a_terminal(shell: str, typed: str, word: str | None, home: dict[str, str]) -> None:
    """The word is one word of the command line, whatever is in it, and nothing in it is run."""
    got = at_a_terminal(shell, typed, home)
    assert got[:-1] == typed.split()[:-1]
    assert got[-1] == (word or "de")  # default and dev have more in common with nothing
    assert not (Path(home["HOME"]) / "ran").exists()
