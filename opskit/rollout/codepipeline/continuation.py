"""The continuation token: the state of a rollout in at most 2,048 characters.

CodePipeline hands it to the next invocation. It is JSON, packed where that does not fit; then the
old images are left out, which are found in the history of the workloads too.
"""

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from opskit.errors import InputError, UnknownError
from opskit.rollout.codepipeline.protocol import State, Workload

#: ContinuationToken in the API's model.
LIMIT = 2048
_PLAIN, _PACKED = "1:", "1z:"
#: What is kept free before a change, for how well the state packs is known after it.
_SPARE = 300
#: Far more than a token of the limit's length can hold and still be ours.
_MAX_UNPACKED = 64 * 1024


class _Token(msgspec.Struct, frozen=True, omit_defaults=True):
    """The token's content; its fields have short names, for their place is short."""

    s: float
    i: dict[str, str]
    w: list[tuple[str, str, int, str]]
    p: Literal["watching", "undoing"] = "watching"
    t: float = 0.0
    c: str = ""


def encode(state: State, limit: int = LIMIT) -> str:
    """The token of a state. InputError where there are too many workloads for one."""
    for images, cause in ((True, 1200), (True, 400), (False, 400), (False, 0)):
        token = _Token(
            round(state.started, 3),
            dict(state.images),
            [
                (each.name, each.uid, each.generation, each.before if images else "")
                for each in state.workloads
            ],
            state.phase,
            round(state.since, 3) if state.since != state.started else 0.0,
            state.cause[:cause],
        )
        data = msgspec.json.encode(token)
        for text in (_PLAIN + data.decode(), _PACKED + _packed(data)):
            if len(text) <= limit and text.isascii():
                return text
    raise InputError(
        f"{len(state.workloads)} workloads are too many for one action: "
        f"their state would not fit into {LIMIT} characters",
        where="UserParameters",
        hint="split them over several actions",
    )


def refuse_too_many(names: Sequence[str], images: Mapping[str, str]) -> None:
    """InputError, before anything is changed, for workloads whose token would be too long."""
    import hashlib

    worst = (hashlib.sha256(name.encode()).hexdigest()[:36] for name in names)
    workloads = [Workload(name, uid, 10**9) for name, uid in zip(names, worst, strict=True)]
    encode(State(10**10, images, workloads, "undoing", 10**10 + 0.5), LIMIT - _SPARE)


def decode(text: str) -> State:
    """The state in a token that `encode` made; UnknownError for anything else."""
    try:
        return _decoded(text)
    except (ValueError, zlib.error, msgspec.DecodeError, EOFError):
        raise UnknownError(
            "the continuation token is not one of this function",
            where="event",
            hint="a new version of the function may not read it: retry the action",
        ) from None


def _decoded(text: str) -> State:
    if text.startswith(_PLAIN):
        data = text.removeprefix(_PLAIN).encode()
    elif text.startswith(_PACKED):
        packed = base64.b85decode(text.removeprefix(_PACKED))
        data = zlib.decompressobj(-15).decompress(packed, _MAX_UNPACKED)
    else:
        raise ValueError(text)
    found = msgspec.json.decode(data, type=_Token)
    workloads = [Workload(*each) for each in found.w]
    return State(found.s, found.i, workloads, found.p, found.t, found.c)


def _packed(data: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b85encode(packer.compress(data) + packer.flush()).decode()
