"""Measurements, for programs that keep time series: OpenMetrics, and Graphite plain or tagged.

Each function that renders takes `Measures` and returns text that ends in a newline, the same for
the same measurements.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import NamedTuple

from opskit.output.formats import MEASURES, Format, require
from opskit.output.text import one_line


class Sample(NamedTuple):
    """One value, and the labels that tell it from others of its family."""

    value: float
    labels: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Family:
    """Values of one kind, all of them gauges: what was so at one time, or over a window.

    `name` is lower case with underscores and ends in the `unit`, where it has one: a base unit
    such as seconds, bytes, ratio.
    """

    name: str
    help: str
    samples: Sequence[Sample]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured at `time`, in UTC without a zone.

    `labels` belong to every sample; `prefix` has words with dots between them.
    """

    prefix: str
    time: datetime
    families: Sequence[Family]
    labels: Mapping[str, str] = field(default_factory=dict)

    def samples(self) -> Iterator[tuple[Family, float, Mapping[str, str]]]:
        """Every sample with all its labels; what is no finite number has nothing to say."""
        for family in self.families:
            for sample in family.samples:
                if isfinite(sample.value):
                    yield family, sample.value, {**self.labels, **sample.labels}


def render_measures(measures: Measures, fmt: Format) -> str:
    """`measures` in one of the formats `MEASURES`; UsageError for any other."""
    require(fmt, MEASURES, "measurements")
    return _RENDERERS[fmt](measures)


def _openmetrics(measures: Measures) -> str:
    """The text format of OpenMetrics 1.0, which Prometheus reads, and its text file collector.

    Samples have no time of their own: whoever scrapes sets it.
    """
    start = re.sub(r"\W", "_", measures.prefix, flags=re.ASCII)
    lines: list[str] = []
    told = ""
    for family, value, labels in measures.samples():
        name = f"{start}_{family.name}"
        if name != told:
            lines += _about(name, family)
            told = name
        pairs = ",".join(f'{key}="{_quoted(text)}"' for key, text in labels.items())
        lines.append(f"{name}{{{pairs}}} {_number(value)}" if pairs else f"{name} {_number(value)}")
    return "".join(f"{line}\n" for line in (*lines, "# EOF"))


def _about(name: str, family: Family) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    if family.unit:
        yield f"# UNIT {name} {family.unit}"
    yield f"# HELP {name} {_quoted(family.help)}"


def _quoted(text: str) -> str:
    r"""Text as OpenMetrics escapes it: `\\`, `\"`, `\n`; other controls are made visible first."""
    lines = text.split("\n")
    return "\\n".join(one_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)


def _number(value: float) -> str:
    """A value without rounding; whole numbers without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(float(value))


def _graphite(measures: Measures) -> str:
    """`prefix.label.name.label value time`: labels of the whole, the name, labels of the sample."""
    return _lines(measures, _path)


def _path(measures: Measures, family: Family, labels: Mapping[str, str]) -> str:
    own = [text for key, text in labels.items() if key not in measures.labels]
    parts = [*measures.labels.values(), family.name, *own]
    return ".".join([measures.prefix, *(graphite_part(text) for text in parts)])


def _tagged(measures: Measures) -> str:
    """`prefix.name;tag=value value time`, tags in the order of their names, as Graphite has it."""
    return _lines(measures, _series)


def _series(measures: Measures, family: Family, labels: Mapping[str, str]) -> str:
    tags = sorted((key, tag_value(text)) for key, text in labels.items())
    return ";".join([f"{measures.prefix}.{family.name}", *(f"{k}={v}" for k, v in tags)])


def _lines(measures: Measures, named: Callable[[Measures, Family, Mapping[str, str]], str]) -> str:
    time = int(measures.time.replace(tzinfo=UTC).timestamp())
    return "".join(
        f"{named(measures, family, labels)} {_number(value)} {time}\n"
        for family, value, labels in measures.samples()
    )


def graphite_part(text: str) -> str:
    """A name as one part of a Graphite path: letters, digits, `_` and `-` of ASCII."""
    return _kept(text, r"[^A-Za-z0-9_-]")


def tag_value(text: str) -> str:
    """A name as the value of a Graphite tag.

    Carbon splits lines at every kind of space, refuses `;`, a leading `~` and nothing at all, and
    takes a slash for a folder (read in carbon 1.1.7).
    """
    return _kept(text, r"[^\w.:@+-]")


def _kept(text: str, unsafe: str) -> str:
    """`text` with `_` for what is unsafe, and then a hash of it: no two names become one series.

    The hash does not depend on what other names there are, so a series keeps its name.
    """
    from hashlib import sha256

    safe = re.sub(unsafe, "_", text)
    if safe == text and 0 < len(text) <= _LONGEST:
        return text
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe[:_LONGEST] or 'empty'}-{digest}"


#: File systems take 255 bytes a name; carbon adds an ending, and `\w` takes up to 4 bytes each.
_LONGEST = 50


def family(
    name: str, help_: str, samples: Iterable[tuple[float | None, Mapping[str, str]]], unit: str = ""
) -> Family:
    """A family of the samples that have a value."""
    return Family(
        name, help_, [Sample(value, labels) for value, labels in samples if value is not None], unit
    )


_RENDERERS = {
    Format.OPENMETRICS: _openmetrics,
    Format.GRAPHITE: _graphite,
    Format.GRAPHITE_TAGGED: _tagged,
}
