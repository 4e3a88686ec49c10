"""The steps of `deploy` as a person sees them: what is read, shown, asked, done and said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.commands.rollout.watched import Shown
    from opskit.errors import OpskitError
    from opskit.findings import Finding, Report
    from opskit.rollout.deploying.apply import Item
    from opskit.rollout.deploying.deploy import Deployed
    from opskit.rollout.judge.situation import Policy
    from opskit.rollout.preflight.check import Options
    from opskit.rollout.targets import Target
    from opskit.rollout.verdict import Verdict

SCHEMA = "opskit.rollout.deploying.deploy/1"


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
        from opskit.rollout.deploying.deploy import Deployed

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
        from opskit.rollout.deploying.checked import preflight, refused

        if self.checks is None:
            return []
        with progress() as say:
            say("looking at the images ...")
            self._reports = preflight(self.cluster, self.items, self.checks)
        told = set()
        for report in self._reports:
            for finding in report.findings:
                place = finding.object or str(report.extra["target"])
                lead = "" if place in finding.message else f"{place}: "
                text = f"{finding.level} {finding.rule} {lead}{finding.message}"
                if finding.level.value != "info" and text not in told:
                    told.add(text)
                    message(text)
                    if finding.level.value == "error":
                        message(f"  fix: {finding.fix}")
        return refused(self._reports)

    def _say_changes(self, *, to_stdout: bool) -> None:
        from opskit.output import message, warn, write
        from opskit.rollout.deploying.deploy import unwatched

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
        spaces = sorted({item.namespace for item in changing if item.namespace})
        place = f"namespace {spaces[0]} of " if len(spaces) == 1 else ""
        return f"Apply {what} to {place}{self.cluster.name}?"

    def _run(self, done: "Deployed") -> int:
        from opskit.output import error, message
        from opskit.rollout.deploying import deploy

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
        from opskit.rollout.deploying.takeback import removal
        from opskit.rollout.telling.words import undo

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
                message(f"{item.name} is new: {removal(item)} removes it")

    def _end(self, done: "Deployed", outcome: str, status: int) -> int:
        """Print the verdict, and write the reports."""
        from opskit.commands.rollout.watched import finish
        from opskit.rollout.deploying.deployed import fields

        extra = {**fields(done), "cluster": self.cluster.name}
        if not outcome and done.verdicts:
            found = finish(done.verdicts, self.shown, schema=SCHEMA, extra=extra)
            return status if done.error else found
        return self._end_without(extra, outcome or ("failed" if status else "applied"), status)

    def _end_without(self, extra: "Mapping[str, object]", outcome: str, status: int) -> int:
        """Print a deploy that came to no verdict of a workload."""
        from opskit.commands.rollout.reports import write_reports
        from opskit.output import Format, Record, emit_record

        self.shown.seen.told = True
        if self.shown.output in ("json", "yaml") and not self.shown.events:
            fields = {**extra, "verdicts": [], "outcome": outcome}
            emit_record(Record(SCHEMA, fields, ""), Format(self.shown.output))
        return write_reports(self._report(outcome, extra["error"]), self.shown, status)

    def _report(self, outcome: str, error: object) -> "Report":
        """Every object as passed; as failed where it was refused, or could not be applied."""
        from opskit.findings import Finding, Report
        from opskit.rollout.deploying.checked import refused

        names = [item.name for item in self.items]
        if outcome == "refused":
            found = [
                Finding(
                    each.message,
                    rule=each.rule,
                    object=each.object,
                    severity=each.severity,
                    fix=each.fix,
                )
                for each in refused(self._reports)
            ]
            return Report(SCHEMA, found, checked=len(names), unit="object")
        if error:
            text = self.shown.clean(str(error))
            found = [Finding(text, rule="not-applied", object=self.cluster.name)]
            return Report(SCHEMA, found, checked=len(names), unit="object")
        return Report(SCHEMA, [], checked=len(names), unit="object", passed=names)


def _with_place(error: "OpskitError", cluster: str) -> "OpskitError":
    error.where = error.where or cluster
    return error


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
