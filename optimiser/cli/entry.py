"""Where the command begins: errors become messages and exit codes, Ctrl-C a sentence."""

from __future__ import annotations

import os
import sys

BAD_INPUT, FAULT, STOPPED = 2, 3, 130
"""Exit codes: input that cannot be used, a fault of ours, Ctrl-C."""


def run() -> None:
    """Run the command."""
    try:
        _run()
    except KeyboardInterrupt:
        _stopped()
    except SystemExit as end:
        if end.code != STOPPED:
            raise
        _stopped()


def _run() -> None:
    # Imported here, so that Ctrl-C in the first moments is met as well.
    from optimiser.cli.main import app
    from optimiser.domain.errors import InputError, OptimiserError

    try:
        app()
    except InputError as error:
        for complaint in error.complaints:
            print(complaint, file=sys.stderr)
        count = len(error.complaints)
        print(f"{count} complaint{'s' if count > 1 else ''}; nothing was written.", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except OptimiserError as error:
        print(error, file=sys.stderr)
        sys.exit(FAULT)
    except OSError as error:
        print(f"{error}. Try another folder, or ask who looks after this machine.", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except Exception as error:
        _unforeseen(error)
        sys.exit(FAULT)


def _unforeseen(error: Exception) -> None:
    """A fault of the program, in one line that can be reported; all of it with OPTIMISER_TRACEBACK set."""
    import traceback

    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{place.filename.replace(os.sep, '/').rsplit('/', 1)[-1]}, line {place.lineno}"
    print(
        f"A fault of the program: {type(error).__name__}: {error} ({where}). "
        "Nothing was changed. Please report this line; OPTIMISER_TRACEBACK=1 shows more.",
        file=sys.stderr,
    )
    if os.environ.get("OPTIMISER_TRACEBACK"):
        traceback.print_exception(error)


def _stopped() -> None:
    """Say so and leave at once: everything has been tidied up, and a second Ctrl-C finds nobody."""
    print("\nStopped. Nothing was written.", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STOPPED)
