"""Loading torch from a thread, in a process of its own: while it loads, other threads go on."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc, sys, threading, time
import numpy
from app.torch_loading import load_torch
thread = threading.Thread(target=load_torch)
last, longest = time.perf_counter(), 0.0
thread.start()
while thread.is_alive():
    time.sleep(0.002)
    now = time.perf_counter()
    last, longest = now, max(longest, now - last)
assert "torch" in sys.modules and gc.isenabled() and gc.get_freeze_count() > 10_000
load_torch()
import torch
assert torch.ones(2).sum() == 2.0
print(longest)
"""


def test_torch_is_loaded_and_works() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 5.0  # a busy computer is no failure; the bench has the figure
