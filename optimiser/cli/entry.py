"""Where the command begins: errors become messages and exit codes, Ctrl-C a sentence."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimiser.domain.texts import Texts

BAD_INPUT, FAULT, STOPPED = 2, 3, 130
"""Exit codes: input that cannot be used, a fault of ours, Ctrl-C."""
OWNER_ONLY = 0o077
"""What the group and others may not do with files written here: anything."""


def run() -> None:
    """Run the command."""
    os.umask(OWNER_ONLY)
    try:
        _run()
    except KeyboardInterrupt:
        _stopped("Stopped. Nothing was written.")


def _run() -> None:
    # Imported here, so that Ctrl-C in the first moments is met as well.
    from optimiser.cli.main import app
    from optimiser.cli.speak import command_in, language_of, speaking
    from optimiser.domain.errors import InputError, OptimiserError
    from optimiser.domain.texts import said, several
    from optimiser.reports.texts import texts_in

    texts = texts_in(language_of(sys.argv[1:], os.environ))
    stopped = texts.of(said("Stopped. Nothing was written."))
    try:
        with speaking(texts):
            command_in(app, texts)()
    except KeyboardInterrupt:
        _stopped(stopped)
    except SystemExit as end:
        if end.code != STOPPED:
            raise
        _stopped(stopped)
    except InputError as error:
        for complaint in error.complaints:
            print(complaint.told(texts), file=sys.stderr)
        counted = several(
            "{count} complaint; nothing was written.",
            "{count} complaints; nothing was written.",
            len(error.complaints),
        )
        print(texts.of(counted), file=sys.stderr)
        sys.exit(BAD_INPUT)
    except OptimiserError as error:
        print(texts.of(error.args[0]) if error.args else error, file=sys.stderr)
        sys.exit(FAULT)
    except OSError as error:
        advice = said("{error}. Try another folder, or ask who looks after this machine.", error=str(error))
        print(texts.of(advice), file=sys.stderr)
        sys.exit(BAD_INPUT)
    except Exception as error:
        _unforeseen(error, texts)
        sys.exit(FAULT)


def _unforeseen(error: Exception, texts: Texts) -> None:
    """A fault of the program, in one line that can be reported; all of it with OPTIMISER_TRACEBACK set.

    The error's own text may carry values of the tables, so the line to be passed on does without.
    """
    import traceback

    from optimiser.domain.texts import said

    place = traceback.extract_tb(error.__traceback__)[-1]
    told = said(
        "A fault of the program: {kind} ({file}, line {line}). Please report this line. "
        "OPTIMISER_TRACEBACK=1 shows more; that may hold personal data.",
        kind=type(error).__name__,
        file=place.filename.replace(os.sep, "/").rsplit("/", 1)[-1],
        line=place.lineno,
    )
    print(texts.of(told), file=sys.stderr)
    if os.environ.get("OPTIMISER_TRACEBACK"):
        traceback.print_exception(error)


def _stopped(sentence: str) -> None:
    """Say so and leave at once: everything has been tidied up, and a second Ctrl-C finds nobody."""
    print(f"\n{sentence}", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STOPPED)
