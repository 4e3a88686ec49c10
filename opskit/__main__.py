"""The entry point: it answers `--version` before anything heavy is imported."""

import sys

from opskit import __version__


def main() -> int:
    """Run the command line in `sys.argv`; returns the exit status."""
    args = sys.argv[1:]
    if args in (["--version"], ["-V"]):
        sys.stdout.write(f"opskit {__version__}\n")
        return 0
    from opskit.cli import run

    return run(args)


if __name__ == "__main__":
    sys.exit(main())
