"""The entry point: it answers `--version` before anything heavy is imported."""

import sys

from opskit import __version__


def main() -> int:
    """Run the command line in `sys.argv`; returns the exit status."""
    args = sys.argv[1:]
    try:
        if args in (["--version"], ["-V"]) and sys.stdout is not None:
            sys.stdout.write(f"opskit {__version__}\n")
            sys.stdout.flush()
            return 0
        from opskit.cli import run

        return run(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stdout = None
        return 0
    except OSError:  # of the lines above; `run` lets none through
        sys.stdout = None  # or Python tries again when it ends
        return 3


if __name__ == "__main__":
    sys.exit(main())
