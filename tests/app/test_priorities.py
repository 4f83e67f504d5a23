import os
import sys
import threading

import pytest

from app.priorities import NICENESS, give_way


def in_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no niceness")
def test_a_thread_that_gives_way_is_nicer_than_the_others():
    def nicer():
        give_way()
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = os.getpriority(os.PRIO_PROCESS, 0)
    if before < NICENESS:
        assert in_thread(nicer) == NICENESS
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
