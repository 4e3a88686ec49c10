"""A control plane to try things on by hand, until Ctrl-C: ``python -m tests.controlplane``."""

from __future__ import annotations

import argparse
import contextlib
import signal

from tests.controlplane import build
from tests.controlplane.plane import start


def main() -> int:
    """Start it, say how to reach it, and wait."""
    parser = argparse.ArgumentParser(prog="python -m tests.controlplane", description=__doc__)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--flag", action="append", default=[], help="of the apiserver")
    parser.add_argument("--without", action="append", default=[], help="a part not to start")
    chosen = parser.parse_args()
    reason = build.available()
    if reason:
        print(reason)
        return 1
    # A shell's background job ignores Ctrl-C unless told otherwise.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        start(nodes=chosen.nodes, flags=chosen.flag, without=chosen.without) as plane,
    ):
        print(f"export KUBECONFIG={plane.kubeconfig}")
        print(f"alias kubectl={build.program('kubectl')}", flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
