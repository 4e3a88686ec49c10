"""The steps of `wave` as a person sees them: the plan shown, asked about, carried out, told."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.commands.rollout.watched import Say, Shown
    from opskit.errors import OpskitError
    from opskit.output import Table
    from opskit.rollout.targets import Target
    from opskit.rollout.verdict import Verdict
    from opskit.rollout.wave.engine import Engine
    from opskit.rollout.wave.standing import Standings
    from opskit.rollout.wave.survey import Survey

SCHEMA = "opskit.rollout.wave/1"


class Run:
    """One call of the command."""

    def __init__(self, plan: Path, output: str, shown: "Shown", *, kubeconfig: str = "") -> None:
        from opskit.rollout.wave import clusters, survey

        self._name = str(plan)
        self._plan = survey.read(plan)
        self._output = output
        self._shown = shown
        self._clusters = clusters.Clusters(lambda spec: clusters.connect(spec, kubeconfig))

    def show(self) -> int:
        """Print the plan with what the clusters have now."""
        from opskit.errors import ExitCode
        from opskit.rollout.wave.standing import Standings

        standings = Standings()
        found = self._survey(standings)
        self._print(self._table(standings, found, planned=True))
        self._say_errors(found)
        self._report(standings, found)
        return _refused(found, 1, "").exit_code if found.errors else ExitCode.OK

    def carry_out(self, journal: Path, *, resume: bool, yes: bool) -> int:
        """Ask, and do it; the exit status."""
        from opskit.errors import ExitCode
        from opskit.output import confirm, message
        from opskit.rollout.wave import journal as journals
        from opskit.rollout.wave.engine import Engine
        from opskit.rollout.wave.standing import Standings

        before = Standings()
        if resume:
            with journals.opened(journal, self._plan.digest, resume=True) as found:
                before.take(found.events)
        else:
            journals.refuse_unfinished(journal)
        survey = self._survey(before)
        self._say_plan(before, survey)
        if survey.errors:
            self._say_errors(survey)
            if not resume:
                self._report(before, survey)
                raise _refused(survey, self._count, self._name)
        if not confirm(self._question(resume=resume), yes=yes):
            message("nothing was changed")
            return ExitCode.NO
        with journals.opened(journal, self._plan.digest, resume=resume) as opened:
            engine = Engine(
                self._plan.document,
                opened,
                self._clusters,
                _Screen(self),
                survey=survey.pieces,
            )
            self._run(engine, journal, survey)
        return self._end(engine, survey)

    @property
    def _count(self) -> int:
        return sum(len(wave.clusters) for wave in self._plan.document.waves)

    def _survey(self, standings: "Standings") -> "Survey":
        from opskit.output import progress
        from opskit.rollout.wave.survey import survey

        with progress() as say:
            say(f"asking {self._count} clusters ...")
            return survey(self._plan.document, self._clusters, standings)

    def _run(self, engine: "Engine", journal: Path, survey: "Survey") -> None:
        from opskit.output import message

        try:
            engine.run()
        except BaseException:
            message(f"not ended; --resume goes on from {journal}")
            self._report(engine.standings, survey, engine.verdicts)
            raise

    def _end(self, engine: "Engine", survey: "Survey") -> int:
        """Print how it went; the exit status."""
        from opskit.output import message
        from opskit.rollout.telling.words import VERBATIM
        from opskit.rollout.wave import told

        for block in told.blocks(engine.verdicts, engine.standings):
            for line in self._shown.clean(block).splitlines():
                message(line, verbatim=line.startswith(VERBATIM))
        self._print(self._table(engine.standings, survey))
        status = int(told.exit_code(self._plan.document, engine.standings))
        return self._report(engine.standings, survey, engine.verdicts, status)

    def _report(
        self,
        standings: "Standings",
        survey: "Survey",
        watched: "Mapping[str, Sequence[Verdict]] | None" = None,
        status: int = 0,
    ) -> int:
        """Write the reports that were asked for; the exit status."""
        from opskit.commands.rollout.reports import write_reports
        from opskit.rollout.telling.report import report
        from opskit.rollout.telling.told import cleaned
        from opskit.rollout.wave.reported import verdicts

        if not self._shown.reports:
            return status
        self._shown.seen.told = True
        found = verdicts(
            self._plan.document, standings, watched or {}, survey.pieces, survey.errors
        )
        clean = [cleaned(each, self._shown.clean) for each in found]
        return write_reports(report(clean, schema=SCHEMA), self._shown, status)

    def _table(self, standings: "Standings", survey: "Survey", *, planned: bool = False) -> "Table":
        from opskit.output import Column, Table
        from opskit.rollout.wave import told

        document = self._plan.document
        rows = list(told.rows(document, standings, survey.pieces, survey.errors))
        names = ["change", "note"] if planned else ["outcome", "note"]
        shown = [name for name in names if any(row[name] for row in rows)]
        columns = [Column("wave"), Column("cluster"), *map(Column, shown)]
        extra = {
            "plan": self._name,
            "images": dict(document.images),
            "on_failure": document.on_failure,
            "outcome": "dry-run" if planned else told.outcome(document, standings),
        }
        return Table(SCHEMA, columns, rows, "clusters", extra)

    def _print(self, table: "Table") -> None:
        from opskit.output import Format, emit_rows, quiet_on_closed_pipe

        with quiet_on_closed_pipe():
            emit_rows(table, Format(self._output))

    def _say_plan(self, standings: "Standings", survey: "Survey") -> None:
        """What will be done, on stderr, before it is asked about."""
        from opskit.output import message, warn
        from opskit.rollout.durations import shown
        from opskit.rollout.wave.told import change, state

        for wave in self._plan.document.waves:
            soak = f", watched on for {shown(wave.soak_seconds)}" if wave.soak_seconds else ""
            may = f", {wave.max_failures} may fail" if wave.max_failures else ""
            message(f"wave {wave.name}{may}{soak}:")
            for each in wave.clusters:
                standing = standings[each.label]
                pieces = standing.pieces or survey.pieces.get(each.label, ())
                begun = f" ({state(standing)})" if standing.pieces else ""
                for piece in pieces:
                    message(f"  {each.label}{begun}: {change(piece)}")
                    for text in piece.warnings:
                        warn(f"{each.label}: {piece.target}: {text}")
        message(f"on failure: {self._plan.document.on_failure}")

    def _say_errors(self, survey: "Survey") -> None:
        from opskit.output import warn

        for label, error in survey.errors.items():
            warn(f"{label}: {error}")

    def _question(self, *, resume: bool) -> str:
        verb = "Go on with" if resume else "Roll out to"
        return f"{verb} {self._count} clusters in {len(self._plan.document.waves)} waves?"

    @contextmanager
    def rolling(self, keys: "Sequence[tuple[str, Target]]") -> "Iterator[Say]":
        from opskit.commands.rollout.watched import progress

        with progress(keys, self._shown) as say:
            yield say


def _refused(survey: "Survey", count: int, plan: str) -> "OpskitError":
    """The error for clusters that did not tell: bad input where asking again is of no use."""
    from opskit.errors import ExitCode, InputError, UnknownError

    bad = all(each.exit_code == ExitCode.USAGE for each in survey.errors.values())
    kind, what = (InputError, "lack what the plan names") if bad else (UnknownError, "did not tell")
    return kind(
        f"{len(survey.errors)} of {count} clusters {what}; nothing was changed",
        where=plan,
        hint="mend the plan" if bad else "mend the connection, or take them out of the plan",
    )


class _Screen:
    """Tells of a run on stderr."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def told(self, text: str) -> None:
        from opskit.output import message

        message(text)

    def verdict(self, label: str, verdict: "Verdict") -> None:
        self.told(f"{label} {verdict.target}: {verdict.headline}")

    @contextmanager
    def rolling(self, keys: "Sequence[tuple[str, Target]]") -> "Iterator[Say]":
        with self._run.rolling(keys) as say:
            yield say
