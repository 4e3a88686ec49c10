"""The steps of `deploy` as a person sees them: what is read, shown, asked, done and said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.commands.rollout.watched import Shown
    from opskit.errors import OpskitError
    from opskit.findings import Finding, Report
    from opskit.rollout.apply import Item, Manifest
    from opskit.rollout.deploy import Deployed
    from opskit.rollout.edit.edited import Edited
    from opskit.rollout.judge.situation import Policy
    from opskit.rollout.preflight.check import Options
    from opskit.rollout.preflight.lookup import Access
    from opskit.rollout.targets import Target
    from opskit.rollout.verdict import Verdict

SCHEMA = "opskit.rollout.deploy/1"


def check_sources(
    targets: Sequence[str] | None,
    files: Sequence[Path] | None,
    images: Sequence[str] | None,
    *,
    write: bool,
) -> None:
    """UsageError where the options do not say one thing to deploy."""
    from opskit.errors import UsageError

    if bool(targets) == bool(files):
        what = "a TARGET and a FILE are two things" if targets else "nothing to deploy is named"
        raise UsageError(what, hint="give -f FILE, or TARGET with --image")
    if targets and not images:
        raise UsageError("no image is named", hint="--image NAME=IMAGE says which")
    if write and (targets or not images or "-" in map(str, files or ())):
        raise UsageError("--write has no file to write", hint="it is for -f FILE with --image")


def pinned(images: Sequence[str], access: "Access") -> list[str]:
    """`NAME=IMAGE` with the digest that each tag stands for now."""
    from opskit.output import message, progress
    from opskit.rollout.edit.wanted import parse_wanted
    from opskit.rollout.preflight.lookup import pinned as at_digest

    found = []
    with progress() as say:
        for wanted in parse_wanted(images):
            say(f"looking up {wanted.text} ...")
            found.append((wanted.name, at_digest(wanted.image, access).short))
    for name, image in found:
        message(f"{name}: {image}")
    return [f"{name}={image}" for name, image in found]


def read(files: Sequence[Path], images: Sequence[str]) -> "tuple[list[Manifest], list[Edited]]":
    """The objects of the files, with the images in place, and what editing makes of the files."""
    from opskit.errors import InputError
    from opskit.files import display_name, read_bytes
    from opskit.rollout.apply import Manifest
    from opskit.rollout.edit.plan import plan
    from opskit.rollout.edit.sources import files as sources
    from opskit.rollout.targets import parse_manifests

    if not files:
        return [], []
    edited = plan(files, images) if images else []
    texts = [(each.name, each.after) for each in edited]
    if not images:
        texts = [(display_name(name), read_bytes(name)) for name, _ in sources(files)]
    found = [Manifest(thing, name) for name, data in texts for thing in parse_manifests(data, name)]
    if not found:
        raise InputError(
            "holds no object", where=", ".join(map(str, files)), hint="give a manifest"
        )
    return found, edited


def save(rewrites: "Sequence[Edited]") -> None:
    """Write the files that changed."""
    from opskit.output import message

    for each in rewrites:
        if each.changed:
            each.save()
            message(f"{each.name}: written")


@dataclass(slots=True)
class Job:
    """One deploy, from the preflight to the verdict. `checks` None checks no image before."""

    cluster: "Cluster"
    items: "Sequence[Item]"
    policy: "Policy"
    shown: "Shown"
    checks: "Options | None"
    auto_rollback: bool = False
    _reports: "list[Report]" = field(default_factory=list)

    def carry_out(self, *, yes: bool, dry_run: bool) -> int:
        """The exit status."""
        from opskit.errors import ExitCode
        from opskit.output import confirm, message
        from opskit.rollout.deploy import Deployed

        errors = self._preflight()
        changing = [item for item in self.items if item.action != "none"]
        self._say_changes(to_stdout=dry_run and self.shown.output == "table")
        done = Deployed(self.cluster.name, self.items, self._reports)
        if errors:
            message(f"{_count(len(errors), 'error')} before anything was changed")
            message("mend them, or go on with --skip-preflight")
            return self._end(done, "refused", ExitCode.NO)
        if dry_run:
            return self._end(done, "dry-run", ExitCode.NO if changing else ExitCode.OK)
        if not changing:
            message("nothing to change")
        elif not confirm(self._question(changing), yes=yes):
            message("nothing was changed")
            return ExitCode.NO
        return self._run(done)

    def _preflight(self) -> "list[Finding]":
        """Look at the images; what is found is said on stderr, and the errors are given."""
        from opskit.output import message, progress
        from opskit.rollout.checked import preflight, refused

        if self.checks is None:
            return []
        with progress() as say:
            say("looking at the images ...")
            self._reports = preflight(self.cluster, self.items, self.checks)
        told = set()
        for report in self._reports:
            for finding in report.findings:
                lead = f"{finding.level} {finding.rule} {finding.object or report.extra['target']}"
                text = f"{lead}: {finding.message}"
                if finding.level.value != "info" and text not in told:
                    told.add(text)
                    message(text)
                    if finding.level.value == "error":
                        message(f"  fix: {finding.fix}")
        return refused(self._reports)

    def _say_changes(self, *, to_stdout: bool) -> None:
        from opskit.output import message, warn, write
        from opskit.rollout.deploy import unwatched

        for item in self.items:
            if item.action == "none":
                message(f"{item.name}: no change")
            elif item.waits:
                message(f"{item.name}: new; not tried, for {item.waits}")
            elif to_stdout:
                write(item.diff())
            else:
                message(item.diff().rstrip("\n"), verbatim=True)
            for warning in item.change.warnings if item.change else ():
                warn(f"{item.name}: {warning}")
        if names := unwatched(self.items):
            message(f"not watched: {', '.join(names)}")

    def _question(self, changing: "Sequence[Item]") -> str:
        what = changing[0].name if len(changing) == 1 else f"{len(changing)} objects"
        spaces = sorted({item.namespace for item in changing})
        place = f"namespace {spaces[0]} of " if len(spaces) == 1 else ""
        return f"Apply {what} to {place}{self.cluster.name}?"

    def _run(self, done: "Deployed") -> int:
        from opskit.output import error, message
        from opskit.rollout import deploy

        try:
            deploy.run(
                self.cluster,
                done,
                self.policy,
                auto_rollback=self.auto_rollback,
                watching=self._watch,
                said=lambda text: message(text),
            )
        except KeyboardInterrupt:
            self._interrupted(done)
            raise
        if done.error:
            error(_with_place(done.error, self.cluster.name))
        for note in done.notes:
            message(f"note: {note}")
        return self._end(done, "", done.exit_code)

    def _watch(
        self,
        cluster: "Cluster",
        targets: "Sequence[Target]",
        policy: "Policy",
        expected: "Mapping[Target, Mapping[str, str]]",
    ) -> "list[Verdict]":
        from opskit.commands.rollout.watched import followed

        return followed(cluster, targets, policy, self.shown, expected=expected)

    def _interrupted(self, done: "Deployed") -> None:
        """Say what is there now, and the way back."""
        from opskit.output import message
        from opskit.rollout.words import undo

        changed = done.changed
        message(f"changed so far: {', '.join(each.name for each in changed) or 'nothing'}")
        first, *left = [each.name for each in done.items if each.after is None] or [""]
        if first:
            message(f"{first}: may have been applied; look before you go on")
        if left:
            message(f"not applied: {', '.join(left)}")
        for item in changed:
            if item.target is not None and item.before is not None:
                message(f"to go back: {undo(item.target)} --to previous")
            elif item.before is None:
                message(f"{item.name} is new: kubectl delete {item.name} -n {item.namespace}")

    def _end(self, done: "Deployed", outcome: str, status: int) -> int:
        """Print the verdict, and write the reports."""
        from opskit.commands.rollout.watched import finish
        from opskit.rollout.deploy import fields

        extra = {**fields(done), "cluster": self.cluster.name}
        if not outcome and done.verdicts:
            found = finish(done.verdicts, self.shown, schema=SCHEMA, extra=extra)
            return status if done.error else found
        return self._end_without(extra, outcome or ("failed" if status else "applied"), status)

    def _end_without(self, extra: "Mapping[str, object]", outcome: str, status: int) -> int:
        """Print a deploy that came to no verdict of a workload."""
        from opskit.output import Format, Record, emit_record

        if self.shown.output in ("json", "yaml"):
            fields = {**extra, "verdicts": [], "outcome": outcome}
            emit_record(Record(SCHEMA, fields, ""), Format(self.shown.output))
        return status


def _with_place(error: "OpskitError", cluster: str) -> "OpskitError":
    error.where = error.where or cluster
    return error


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
