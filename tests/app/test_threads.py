import os
import sys
import threading

import pytest
import torch

from app.priorities import NICENESS, give_way
from app.threads import compute_alone, computing_alone


def in_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def test_a_thread_that_computes_alone_changes_no_other():
    usual = torch.get_num_threads()
    torch.set_num_threads(2)
    try:

        def alone():
            compute_alone()
            return torch.get_num_threads(), in_thread(torch.get_num_threads)

        assert in_thread(alone) == (1, 2)
        assert torch.get_num_threads() == 2
        assert in_thread(torch.get_num_threads) == 2
    finally:
        torch.set_num_threads(usual)


def test_a_piece_of_work_is_computed_alone_and_what_follows_is_not():
    usual = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(ValueError), computing_alone():
            assert torch.get_num_threads() == 1
            raise ValueError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(usual)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no niceness")
def test_a_thread_that_gives_way_is_nicer_than_the_others():
    def nicer():
        give_way()
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = os.getpriority(os.PRIO_PROCESS, 0)
    if before < NICENESS:
        assert in_thread(nicer) == NICENESS
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
