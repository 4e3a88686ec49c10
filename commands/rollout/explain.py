"""`opskit rollout explain`: why a workload is not healthy, now."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opskit.commands.options import RecordOutput
from opskit.commands.rollout.common import Context, Files, Kubeconfig, Namespace, Selector, Targets
from opskit.commands.rollout.watched import Redact

if TYPE_CHECKING:
    from opskit.rollout.explain.explaining import Explanation

_SCHEMA = "opskit.rollout.explain/1"


def explain(
    targets: Targets = None,
    selector: Selector = "",
    file: Files = None,
    namespace: Namespace = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    recording: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Ask no cluster: what kubectl get -o yaml printed."
        ),
    ] = None,
    log: Annotated[
        list[str] | None,
        typer.Option(metavar="POD=FILE", help="With --from: a pod's log, or POD/CONTAINER=FILE."),
    ] = None,
    redact: Redact = False,
    output: RecordOutput = None,
) -> int:
    """Say why a workload is not healthy, now.

    One look, no waiting: everything that is wrong with its pods, also where the rollout is
    complete; the container's last lines; what its newest revision changed; what to do next. With
    --from it looks at a recording: kubectl get deploy,rs,pods,events -o yaml > FILE, as of then.
    Exit status: 0 healthy, 1 not, 3 could not look.

    \b
    Example:
      opskit rollout explain deploy/web -n shop
      opskit rollout explain --from crash.yaml --log web-5d8c7f-x2x4q=web.log
    """
    from opskit.commands.results import finish_record
    from opskit.errors import ExitCode, UsageError
    from opskit.output import Record
    from opskit.redact import scrubbed
    from opskit.rollout.explain.explaining import whole

    if log and recording is None:
        raise UsageError("--log goes with --from", hint="a cluster has the logs itself")
    if recording is not None:
        if selector or context or kubeconfig:
            raise UsageError("--from asks no cluster", hint="name workloads that are in the file")
        found = list(_recorded(recording, targets, file, namespace, log))
    else:
        found = list(_live(targets, selector, file, namespace, context, kubeconfig))
    clean: Callable[[str], str] = scrubbed if redact else str
    found = [_cleaned(each, clean) for each in found]
    fields = {"explanations": [_fields(each) for each in found]}
    text = "\n".join(_text(each) for each in found)
    finish_record(Record(_SCHEMA, fields, text), output)
    healthy = whole(found)
    return int(ExitCode.OK if healthy else ExitCode.UNKNOWN if healthy is None else ExitCode.NO)


def _live(
    targets: list[str] | None,
    selector: str,
    file: list[Path] | None,
    namespace: str,
    context: str,
    kubeconfig: str,
) -> "Iterator[Explanation]":
    from opskit.commands.rollout.common import chosen, connected
    from opskit.rollout.explain.explaining import explain
    from opskit.rollout.kinds import KINDS

    cluster = connected(context, kubeconfig)
    for target in chosen(cluster, namespace, targets, selector, file, KINDS):
        yield explain(cluster, target)


def _recorded(
    recording: Path,
    words: list[str] | None,
    files: list[Path] | None,
    namespace: str,
    logs: list[str] | None,
) -> "Iterator[Explanation]":
    from opskit.errors import InputError
    from opskit.rollout import targets
    from opskit.rollout.explain import recorded
    from opskit.rollout.explain.explaining import explain

    found = recorded.read(recording, logs or ())
    named = [targets.parse(word, namespace) for word in words or ()]
    if files:
        named += targets.in_manifests(files, namespace)
    if not named:
        named = [each for each in found.workloads() if namespace in ("", each.namespace)]
    if not named:
        raise InputError(
            "holds no workload", where=found.name, hint="record with: kubectl get deploy,..."
        )
    for target in named:
        there = found.target(target, anywhere=not target.namespace)
        yield explain(found, there, at=found.at)


def _cleaned(each: "Explanation", clean: Callable[[str], str]) -> "Explanation":
    from dataclasses import replace

    from opskit.rollout.telling.told import clean_cause

    return replace(
        each,
        causes=[clean_cause(cause, clean) for cause in each.causes],
        related=[clean(text) for text in each.related],
        notes=[clean(text) for text in each.notes],
    )


def _fields(each: "Explanation") -> dict[str, Any]:
    from opskit.rollout.telling.told import cause_fields

    made = each.progress
    return {
        "cluster": each.cluster,
        "namespace": each.target.namespace,
        "target": str(each.target),
        "healthy": each.healthy,
        "revision": each.revision,
        "images": each.images,
        "desired": made.desired,
        "updated": made.updated,
        "available": made.available,
        "waiting": made.waiting,
        "causes": [cause_fields(cause) for cause in each.causes],
        "related": list(each.related),
        "next": [{"command": step.command, "what": step.what} for step in each.steps],
        "notes": list(each.notes),
    }


def _text(each: "Explanation") -> str:
    from opskit.output.console import fitted, paint
    from opskit.output.text import visible
    from opskit.rollout.telling.words import VERBATIM

    lines = visible("\n".join(_lines(each))).split("\n")
    lines[0] = fitted(lines[0])
    if each.healthy is not True:
        style = "red" if each.healthy is False else "magenta"
        word = "not healthy" if each.healthy is False else "could not tell"
        lines[0] = lines[0].replace(word, paint(word, style), 1)
    return "".join(f"{line if line.startswith(VERBATIM) else fitted(line)}\n" for line in lines)


def _lines(each: "Explanation") -> Iterator[str]:
    from opskit.rollout.telling import words

    made = each.progress
    word = {True: "healthy", False: "not healthy", None: "could not tell"}[each.healthy]
    pods = f", {made.available} of {made.desired} pods serve" if made.desired else ""
    number = f", revision {each.revision}" if each.revision else ""
    yield f"{each.target.namespace}/{each.target}: {word}{pods}{number}"
    if each.healthy is not True and made.waiting:
        yield f"  waits: {made.waiting}"
    for cause in each.causes:
        yield from words.cause(each.target, cause, f"{cause.code} {words.title(cause)}")
    yield from (f"  related: {text}" for text in each.related)
    yield from (f"  note: {text}" for text in each.notes)
    if each.steps:
        yield "  next:"
        for step in each.steps:
            yield f"    {step.command}"
            yield f"      # {step.what}"
