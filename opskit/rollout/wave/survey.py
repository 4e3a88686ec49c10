"""The plan read, and the clusters as they are before anything is changed."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from opskit.errors import InputError, OpskitError
from opskit.rollout.verdict import Outcome
from opskit.rollout.wave import rolling, twice
from opskit.rollout.wave.clusters import Clusters, each_of
from opskit.rollout.wave.document import ClusterSpec, RolloutWave
from opskit.rollout.wave.standing import Piece, Standings


class Plan(NamedTuple):
    """A plan, and the hash by which a journal knows it: a changed comment is no change."""

    document: RolloutWave
    digest: str


def read(source: str | Path) -> Plan:
    """The plan in a file, `-` for stdin; InputError that lists all that is wrong with it."""
    import msgspec

    from opskit.decode import decode
    from opskit.documents import read_document

    read = read_document(source)
    document = decode(read, RolloutWave)
    twice.check(read, document)
    told = msgspec.json.encode(document, order="deterministic")
    return Plan(document, hashlib.sha256(told).hexdigest())


class Survey(NamedTuple):
    """What is to be changed in each cluster, by its label; and the clusters that did not tell."""

    pieces: Mapping[str, Sequence[Piece]]
    errors: Mapping[str, OpskitError]


def survey(document: RolloutWave, clusters: Clusters, standings: Standings) -> Survey:
    """Ask all clusters that have not been begun; nothing is changed."""
    specs: list[ClusterSpec] = []
    for wave in document.waves:
        for each in wave.clusters:
            standing = standings[each.label]
            if standing.pieces is None and standing.outcome in (None, Outcome.UNKNOWN):
                specs.append(each)
    found = each_of(specs, lambda spec: rolling.pieces(clusters(spec), spec, document))
    pieces = {label: each for label, each in found.items() if not isinstance(each, OpskitError)}
    errors = {label: each for label, each in found.items() if isinstance(each, OpskitError)}
    return Survey(pieces, errors | _same(pieces))


def _same(pieces: Mapping[str, Sequence[Piece]]) -> dict[str, OpskitError]:
    """The clusters that have a workload in common with one before: they are one cluster."""
    errors: dict[str, OpskitError] = {}
    first: dict[str, str] = {}
    for label, found in pieces.items():
        for each in found:
            other = first.setdefault(each.uid, label)
            if other != label:
                text = f"its {each.target} is that of {other}: the plan names one cluster twice"
                errors.setdefault(label, InputError(text))
    return errors
