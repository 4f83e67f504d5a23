"""HearWhy: hear which parts of a sound made a classifier decide as it did."""

from __future__ import annotations

import io
import os
import sys
import warnings


def main() -> None:
    """The command line; see `app.cli`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names may not be valid text
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # those of libraries are for us, not for the user
    # Threads that wait in a loop for each other stand still when another program needs a processor:
    # two threads beside one busy program took 50 times as long as two that sleep while they wait.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        if sys.argv[1:2] == ["window"]:
            from pathlib import Path

            from ui.start import start

            code = start([Path(name) for name in sys.argv[2:]])
        else:
            from app.cli import run

            code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
