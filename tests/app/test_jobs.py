"""The worker thread: newest wins, one final reply, cancel by flag, nothing outlives it."""

import threading

import pytest
from PySide6.QtCore import QThread

from app.jobs import JobRunner
from core.errors import AudioError


@pytest.fixture
def runner(qtbot):
    runner = JobRunner("test-models")
    yield runner
    runner.shut_down()


def test_work_runs_in_its_own_thread_and_its_result_arrives_in_this_one(runner, qtbot):
    where = []
    arrived = []
    runner.succeeded.connect(lambda result: arrived.append((result, QThread.currentThread())))
    here = QThread.currentThread()
    with qtbot.waitSignal(runner.succeeded):
        runner.submit(lambda report, cancel: where.append(QThread.currentThread()) or 42)
    assert where[0] is not here
    assert arrived == [(42, here)]
    assert not runner.is_busy


def test_what_python_keeps_for_a_thread_outlives_the_job(runner, qtbot):
    kept = threading.local()
    with qtbot.waitSignal(runner.succeeded):
        runner.submit(lambda report, cancel: setattr(kept, "value", "still here"))
    with qtbot.waitSignal(runner.succeeded) as second:
        runner.submit(lambda report, cancel: getattr(kept, "value", "gone"))
    assert second.args == ["still here"]


def test_a_late_reply_is_dropped(runner, qtbot):
    gate = threading.Event()
    results = []
    runner.succeeded.connect(results.append)
    runner.submit(lambda report, cancel: gate.wait(5) and "old")
    with qtbot.waitSignal(runner.succeeded):
        runner.submit(lambda report, cancel: "new")
        gate.set()
    assert results == ["new"]


def test_a_replaced_job_sees_its_cancel_flag(runner, qtbot):
    started, seen = threading.Event(), threading.Event()

    def patient(report, cancel):
        started.set()
        while not cancel.is_set:
            pass
        seen.set()
        cancel.raise_if_set()

    runner.submit(patient)
    assert started.wait(5)
    with qtbot.waitSignal(runner.succeeded):
        runner.submit(lambda report, cancel: "new")
    assert seen.is_set()


def test_cancel_ends_a_job_with_cancelled_and_nothing_else(runner, qtbot):
    gate = threading.Event()
    endings = []
    runner.succeeded.connect(lambda result: endings.append("succeeded"))
    runner.failed.connect(lambda error: endings.append("failed"))
    runner.cancelled.connect(lambda: endings.append("cancelled"))
    runner.submit(lambda report, cancel: gate.wait(5))
    runner.cancel()
    gate.set()
    with qtbot.waitSignal(runner.succeeded):
        runner.submit(lambda report, cancel: None)  # the thread is past the cancelled one now
    assert endings == ["cancelled", "succeeded"]


@pytest.mark.parametrize("error", [AudioError("bad clip"), RuntimeError("defect")])
def test_every_exception_arrives(runner, qtbot, error, caplog):
    def fail(report, cancel):
        raise error

    with qtbot.waitSignal(runner.failed) as failed:
        runner.submit(fail)
    assert failed.args == [error]
    assert not runner.is_busy


def test_progress_of_the_current_job_arrives(runner, qtbot):
    heard = []
    runner.progressed.connect(lambda share, stage: heard.append((share, stage)))
    with qtbot.waitSignal(runner.succeeded):
        runner.submit(lambda report, cancel: report(0.5, "Half"))
    assert heard == [(0.5, "Half")]


def test_shutting_down_waits_for_the_thread(qtbot):
    runner = JobRunner("test-models")
    started = threading.Event()
    ended = []

    def work(report, cancel):
        started.set()
        while not cancel.is_set:
            pass
        ended.append(True)

    runner.submit(work)
    assert started.wait(5)
    runner.shut_down()
    assert ended == [True]
