"""The thresholds of the checks: one table, each settable by flag, environment and file."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from opskit.errors import UsageError


class Threshold(NamedTuple):
    """A number that a rule compares with: its default, its unit, what it means, its source."""

    name: str
    default: float
    unit: str
    help: str


GUIDE = "AWS, top 8 practices for ETL on Redshift"
THRESHOLDS: dict[str, Threshold] = {
    t.name: t
    for t in (
        # storage
        Threshold("storage-used", 70, "%", "disk in use of the whole cluster"),
        Threshold("storage-full", 90, "%", "disk in use from which writes are at risk"),
        Threshold("free-factor", 2.5, "times", "free disk, in sizes of the largest table"),
        Threshold("unused-days", 30, "days", "without a scan, before a table counts as unused"),
        # tables
        Threshold("table-floor", 1, "GB", "tables below this size are not worth a finding"),
        Threshold("unsorted", 20, "%", "rows that are not in sort order"),
        Threshold("sort-benefit", 10, "%", "what VACUUM SORT would win, as Redshift estimates it"),
        Threshold("deleted", 10, "%", "rows that are deleted and still on disk"),
        Threshold("skew", 4, "times", "rows of the fullest slice over those of the emptiest"),
        Threshold("interleaved-skew", 1.4, "times", "skew of an interleaved sort key"),
        Threshold("all-rows", 3_000_000, "rows", "rows of a table that is kept on every node"),
        Threshold("varchar", 10_000, "bytes", "declared width of a text column"),
        Threshold("no-sortkey", 10, "GB", "tables of this size have use for a sort key"),
        # statistics
        Threshold("stats-off", 20, "%", "how far statistics are off"),
        Threshold("changed-rows", 10, "%", "rows changed since the last ANALYZE"),
        # loading
        Threshold("file-small", 1, "MB", "average size of the files of a COPY"),
        Threshold("file-large", 1000, "MB", "size of a file that one slice has to read alone"),
        Threshold("file-skew", 4, "times", "largest file of a COPY over the average"),
        Threshold("file-count", 100, "files", "a COPY of fewer files has no use for larger ones"),
        Threshold("load-floor", 100, "MB", "loads below this size may have few files"),
        Threshold("copies", 100, "an hour", "COPY commands into one table"),
        Threshold("inserts", 100, "an hour", "INSERTs of few rows into one table"),
        Threshold("insert-rows", 100, "rows", "an INSERT of at most so many rows is small"),
        Threshold("compressions", 3, "analyses", "of a table's compression by COPY, per window"),
        # commits and queues
        Threshold("commit-wait", 60, "seconds", "wait in the commit queue, over the window"),
        Threshold("commit-queue", 5, "transactions", "transactions ahead in the commit queue"),
        Threshold("commit-time", 30, "seconds", "one commit, without its wait"),
        Threshold("queue-share", 5, "%", "time in a queue of all elapsed time"),
        Threshold("queue-floor", 60, "seconds", "wait below this is not worth a finding"),
        Threshold("slots", 15, "slots", "query slots of all queues"),
        Threshold("slots-hard", 50, "slots", "query slots that Redshift allows"),
        Threshold("etl-slots", 5, "slots", "query slots of a queue that loads"),
        Threshold("scaling", 600, "seconds an hour", "concurrency scaling in use"),
        # queries
        Threshold("top-share", 20, "%", "of all execution time, by one text"),
        Threshold("top-floor", 600, "seconds", "execution time below this is no top query"),
        Threshold("spill", 10, "GB", "written to disk by the queries of one text"),
        Threshold("selective", 5, "%", "rows returned of rows scanned"),
        Threshold("network-rows", 1_000_000, "rows", "distributed or broadcast by a query"),
        Threshold("compile-share", 20, "%", "time to compile of all elapsed time"),
        Threshold("compile-floor", 300, "seconds", "compile time below this is no finding"),
        Threshold("failures", 5, "%", "queries that failed or were aborted"),
        Threshold("failures-floor", 20, "queries", "fewer failures are no finding"),
        Threshold("result", 1, "GB", "returned by one query through the leader node"),
        Threshold("running", 3600, "seconds", "a query that runs now"),
        Threshold("alert-floor", 60, "seconds", "in steps that raise an alert; less is no finding"),
        # locks and sessions
        Threshold("lock-wait", 60, "seconds", "a session that waits for a lock now"),
        Threshold("lock-waits", 600, "seconds", "waits for locks of one text, over the window"),
        Threshold("idle-open", 600, "seconds", "an open transaction whose session does nothing"),
        Threshold("transaction", 3600, "seconds", "an open transaction"),
        Threshold("conflicts", 5, "transactions", "aborted for serializable isolation"),
        Threshold("sessions", 300, "sessions", "open sessions of one user"),
        # access
        Threshold("superuser-share", 20, "%", "of all queries, by one superuser"),
        Threshold("superuser-floor", 100, "queries", "fewer queries of a superuser are no finding"),
        # Spectrum
        Threshold("pruned", 95, "%", "partitions that a Spectrum query leaves out"),
        Threshold("spectrum-file", 64, "MB", "average size of the files that Spectrum reads"),
        Threshold("spectrum-files", 1000, "files", "fewer small files are no finding"),
        Threshold("spectrum-price", 5, "USD a TB", "of scanned data"),
        Threshold("spectrum-cost", 10, "USD", "scanned by the queries of one table, per window"),
        # serverless
        Threshold("rpu-hours", 100, "RPU-hours", "charged per window"),
        Threshold("idle-charge", 30, "%", "charged beyond what was computed"),
    )
}


def parse(pairs: Mapping[str, str], where: str = "") -> dict[str, float]:
    """The thresholds in force, with what was given; UsageError where that can be none.

    `where` is where they were given, for the error.
    """
    values = {name: t.default for name, t in THRESHOLDS.items()}
    try:
        values.update(_given(pairs))
    except UsageError as error:
        raise UsageError(error.message, where=where, hint=error.hint) from None
    return values


def _given(pairs: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    for name, text in pairs.items():
        if name not in THRESHOLDS:
            close = get_close_matches(name, THRESHOLDS, n=1)
            meant = f"did you mean {close[0]}? " if close else ""
            raise UsageError(
                f"no threshold is called {name[:80]!r}",
                hint=f"{meant}'opskit redshift thresholds' lists them",
            )
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise UsageError(
                f"threshold {name}: expected a number from 0 on, found {text[:80]!r}",
                hint=f"as in --threshold {name}={THRESHOLDS[name].default:g}",
            )
        yield name, number
