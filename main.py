"""HearWhy: hear which parts of a sound made a classifier decide as it did."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from typing import TYPE_CHECKING

from app.frozen import arrange
from app.home import arrange_home
from app.streams import finish_output, mend_streams

if TYPE_CHECKING:
    from app.startup import WindowRequest


def main() -> None:
    """The window, or a command; see `app.cli`."""
    mend_streams()
    arrange_home()
    arrange()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # those of libraries are for us, not for the user
    # Threads that wait in a loop for each other stand still when another program needs a processor:
    # two threads beside one busy program took 50 times as long as two that sleep while they wait.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # numpy's own have no such choice. What is worth several threads here makes them itself.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from app.cli import run

        code = run(sys.argv[1:], open_window)
        # What is left of a window must go while Qt is there: Python's own last collection comes
        # after it, and ended the process with a fault.
        gc.unfreeze()
        gc.collect()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # whoever read our output has seen enough
        code = 1
    lost = finish_output()
    if lost is not None and code == 0:
        code = 1
        if not isinstance(lost, BrokenPipeError):
            sys.stderr.write(f"The output could not be written ({lost.strerror}).\n")
    sys.exit(code)


def open_window(request: WindowRequest) -> int:
    """See `app.startup.OpenWindow`."""
    if os.name == "nt":
        import torch  # noqa: F401 – loaded after Qt it does not find its libraries
    if request.picture is not None:
        from ui.picture import take_picture

        return take_picture(request.files, request.picture)
    if request.bench is not None and request.bench.began is not None:
        gc.disable()  # as below
        from ui.bench_start import measure_start

        return measure_start(request.bench.began)
    if request.bench is not None:
        from ui.bench import bench_window

        return bench_window(request.bench)
    gc.disable()  # while modules are loaded nothing is garbage; `ui.start` turns it on again
    from ui.start import start

    return start(request.files)


if __name__ == "__main__":
    main()
