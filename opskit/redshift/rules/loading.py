"""Rules on the files that COPY reads: their number, their size, how evenly they are cut.

Uncompressed CSV, CSV in bzip2, Parquet and ORC are split by Redshift itself from 128 MB on; JSON
and files in gzip, lzop or zstd are read by one slice each.
"""

from collections.abc import Callable, Iterator, Sequence

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import number, seconds, size
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.wording import many
from opskit.redshift.source import Row
from opskit.redshift.warehouse import Warehouse

FILES = "https://docs.aws.amazon.com/redshift/latest/dg/c_best-practices-use-multiple-files.html"
MB = 1024 * 1024
GB = 1024 * MB
_COLUMNAR = ("parquet", "orc")
_WHOLE = ("gzip", "lzop", "zstd")
_ADVICE = "close in size, from 1 MB to 1 GB each after compression"


def splits(copy: Row) -> bool:
    """Whether Redshift splits the files by itself; true also where nothing is documented.

    Parquet and ORC compress inside, whatever their names end in.
    """
    if number(copy["split_files"]) > 0 or copy["format"] in _COLUMNAR:
        return True
    return copy["format"] != "json" and copy["compression"] not in _WHOLE


def kind(copy: Row) -> str:
    """What the files are, as in `gzip csv`."""
    return " ".join(filter(None, (copy["compression"], copy["format"])))


def average(copy: Row) -> float:
    """Bytes of a file; summed first, divided then: small files are not nothing."""
    return number(copy["bytes"]) / number(copy["files"]) if number(copy["files"]) else 0.0


def largest(copy: Row) -> float:
    """Bytes of the largest file; 0 where that is not known."""
    alone = number(copy["bytes"]) if copy["files"] == 1 else 0.0
    return number(copy["largest_bytes"]) or alone


def even(copy: Row) -> float:
    """Bytes that a slice reads where the files are even: one slice a file, as far as they go."""
    readers = min(number(copy["files"]), number(copy["slices"]) or number(copy["files"]))
    return number(copy["bytes"]) / readers if readers else 0.0


def lost(copy: Row, share: float) -> float:
    """Seconds of a COPY in which the largest file alone, or too few files, held it up."""
    return seconds(copy["duration_us"]) * max(1 - share, 0.0)


def by_target(
    warehouse: Warehouse, wanted: Callable[[Row], bool]
) -> Iterator[tuple[str, list[Row]]]:
    """The tables with their COPYs that are wanted, the slowest of each first."""
    groups: dict[str, list[Row]] = {}
    for copy in warehouse.rows("copy-performance"):
        if wanted(copy):
            groups.setdefault(copy["target"] or "a table that is not known", []).append(copy)
    yield from groups.items()


def told(copies: Sequence[Row]) -> str:
    """How many COPYs there are of it, and which is the slowest."""
    slowest = f"query {copies[0]['query_id']}"
    return f"in {slowest}" if len(copies) == 1 else f"in {len(copies)} COPYs, {slowest} slowest"


def _large(warehouse: Warehouse, copy: Row) -> bool:
    """Whether a COPY reads enough for its files to matter."""
    return number(copy["bytes"]) / MB >= warehouse.limit("load-floor")


def _too_large(warehouse: Warehouse, copy: Row) -> bool:
    return not splits(copy) and largest(copy) / MB > warehouse.limit("file-large")


@RULES.rule(
    RedshiftRule(
        "RSH040",
        Severity.WARNING,
        title="a COPY of many small files",
        why="Each file costs a request to S3 and its answer, whatever its size; below 1 MB that "
        "takes longer than the loading.",
        fix=f"write fewer files, {_ADVICE}",
        reference=FILES,
        group=Group.LOADING,
        reads=("copy-performance",),
        thresholds=("file-small", "file-count"),
    )
)
def many_small_files(warehouse: Warehouse) -> Iterator[Finding]:
    """Its cost is the whole time of the COPYs: what larger files would take is not known."""
    limit, count = warehouse.limit("file-small"), warehouse.limit("file-count")

    def wanted(copy: Row) -> bool:
        return number(copy["files"]) >= count and 0 < average(copy) < limit * MB

    for target, copies in by_target(warehouse, wanted):
        files = sum(number(copy["files"]) for copy in copies)
        total = sum(number(copy["bytes"]) for copy in copies)
        each = total / files
        yield finding(
            f"COPY into {target} reads {files:,.0f} files of {each / 1024:,.0f} KB on average",
            object=target,
            observed=f"{files:,.0f} files, {size(total / GB)}, {told(copies)}",
            expected=f"files of {limit:g} MB or more",
            seconds=sum(seconds(copy["duration_us"]) for copy in copies),
            advice=f"write fewer files, {_ADVICE}",
        )


@RULES.rule(
    RedshiftRule(
        "RSH041",
        Severity.WARNING,
        title="fewer files than slices",
        why="A file that Redshift cannot split is read by one slice: the others have nothing to "
        "do.",
        fix=f"split the data into a multiple of the slices, {_ADVICE}",
        reference=FILES,
        group=Group.LOADING,
        reads=("copy-performance",),
        thresholds=("load-floor",),
    )
)
def too_few_files(warehouse: Warehouse) -> Iterator[Finding]:
    """Quiet where Redshift splits the files, and on serverless, whose slices are not told."""

    def wanted(copy: Row) -> bool:
        few = 0 < number(copy["files"]) < number(copy["slices"])
        return few and not splits(copy) and _large(warehouse, copy)

    for target, copies in by_target(warehouse, wanted):
        worst = copies[0]
        files, slices = number(worst["files"]), number(worst["slices"])
        plural = "file" if files == 1 else "files"
        yield finding(
            f"COPY into {target} reads {files:.0f} {kind(worst)} {plural} with {slices:.0f} slices",
            object=target,
            observed=f"{files:.0f} {plural}, {size(number(worst['bytes']) / GB)}, {told(copies)}",
            expected=f"a multiple of {slices:.0f} files",
            seconds=sum(
                lost(copy, number(copy["files"]) / number(copy["slices"])) for copy in copies
            ),
            advice=f"split the data into {slices:.0f} files or a multiple of that, {_ADVICE}",
        )


@RULES.rule(
    RedshiftRule(
        "RSH042",
        Severity.WARNING,
        title="a file too large for one slice",
        why="One slice reads it alone while the others wait, and a load that fails near its end "
        "starts again from its beginning.",
        fix=f"split it into files {_ADVICE}; or write Parquet, which Redshift splits",
        reference=FILES,
        group=Group.LOADING,
        reads=("copy-performance",),
        thresholds=("file-large",),
    )
)
def too_large_a_file(warehouse: Warehouse) -> Iterator[Finding]:
    """What is lost can be told where the slices are: the time beyond even shares of them all."""
    limit = warehouse.limit("file-large")
    for target, copies in by_target(warehouse, lambda copy: _too_large(warehouse, copy)):
        worst = max(copies, key=largest)
        wasted = [
            lost(c, number(c["bytes"]) / number(c["slices"]) / largest(c))
            for c in copies
            if number(c["slices"])
        ]
        yield finding(
            f"COPY into {target} reads a {kind(worst)} file of {size(largest(worst) / GB)}",
            object=target,
            observed=f"{size(largest(worst) / GB)} in one file, {told(copies)}",
            expected=f"at most {limit:g} MB",
            seconds=sum(wasted) if wasted else None,
            advice=f"split it into files {_ADVICE}; or write Parquet, which Redshift splits",
        )


@RULES.rule(
    RedshiftRule(
        "RSH043",
        Severity.WARNING,
        title="files of uneven size",
        why="The load takes as long as the slice with the largest file.",
        fix=f"cut the files evenly, {_ADVICE}",
        reference=FILES,
        group=Group.LOADING,
        reads=("copy-performance",),
        thresholds=("file-skew", "file-large", "load-floor"),
    )
)
def uneven_files(warehouse: Warehouse) -> Iterator[Finding]:
    """A large file does no harm while it is less than a slice reads anyway."""
    limit = warehouse.limit("file-skew")

    def wanted(copy: Row) -> bool:
        harmful = largest(copy) > max(limit * average(copy), even(copy)) > 0
        quiet = splits(copy) or _too_large(warehouse, copy) or not _large(warehouse, copy)
        return harmful and not quiet

    for target, copies in by_target(warehouse, wanted):
        worst = max(copies, key=lambda copy: largest(copy) / average(copy))
        times = largest(worst) / average(worst)
        yield finding(
            f"the largest file of the COPY into {target} has {times:.1f} times the average",
            object=target,
            observed=f"{size(largest(worst) / GB)} of {size(number(worst['bytes']) / GB)} in one "
            f"of {many(worst['files'])} files, {told(copies)}",
            expected=f"at most {limit:g} times the average",
            seconds=sum(lost(copy, even(copy) / largest(copy)) for copy in copies),
            advice=f"cut the files evenly, {_ADVICE}",
        )
