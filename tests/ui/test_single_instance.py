import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket

from ui.single_instance import SingleInstance, address, hand_over

OTHER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from ui.single_instance import hand_over
application = QCoreApplication([])
print(hand_over([Path(name) for name in sys.argv[1:]]))
"""


@pytest.fixture(autouse=True)
def own_address(monkeypatch, tmp_path):
    monkeypatch.setenv("HEARWHY_INSTANCE", str(tmp_path))


@pytest.fixture
def running(qapp):
    instance = SingleInstance()
    yield instance
    instance.close()


def test_without_a_running_window_nothing_is_handed_over(qapp):
    assert not hand_over([Path("a.wav")])


def test_a_second_process_hands_its_files_over(running, qtbot):
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, "a.wav", "/b/ö \n.wav"], stdout=subprocess.PIPE, text=True
    ) as other:
        with qtbot.waitSignal(running.files_received, timeout=20_000) as received:
            pass
        assert other.stdout.read().strip() == "True"
    assert received.args[0] == [Path("a.wav").absolute(), Path("/b/ö \n.wav")]


def test_no_files_means_show_the_window(running, qtbot):
    with subprocess.Popen([sys.executable, "-c", OTHER], stdout=subprocess.PIPE) as other:
        with qtbot.waitSignal(running.files_received, timeout=20_000) as received:
            pass
        other.stdout.read()
    assert received.args[0] == []


@pytest.mark.parametrize("message", [b"rubbish\n", b"{}\n", b"[1]\n", b'"a"\n'])
def test_what_is_no_message_of_ours_is_hung_up_on(running, qtbot, message):
    heard = []
    running.files_received.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(address())
    assert socket.waitForConnected(1_000)
    with qtbot.waitSignal(socket.disconnected, timeout=5_000):
        socket.write(message)
    assert heard == []


def test_a_message_may_come_in_pieces(running, qtbot):
    socket = QLocalSocket()
    socket.connectToServer(address())
    assert socket.waitForConnected(1_000)
    message = json.dumps(["/x.wav"]).encode()
    socket.write(message[:4])
    socket.flush()
    with qtbot.waitSignal(running.files_received, timeout=5_000) as received:
        socket.write(message[4:] + b"\n")
    assert received.args[0] == [Path("/x.wav")]
    socket.abort()


def test_the_place_is_free_again_after_closing(qapp, qtbot):
    first = SingleInstance()
    first.close()
    second = SingleInstance()
    assert second.is_listening
    second.close()


def test_a_file_that_macos_wants_opened_is_received(qtbot, qapp, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    instance = SingleInstance(qapp)
    try:
        with qtbot.waitSignal(instance.files_received) as received:
            qapp.sendEvent(qapp, QFileOpenEvent("/sounds/a word.wav"))
        assert received.args[0] == [Path("/sounds/a word.wav")]
    finally:
        qapp.removeEventFilter(instance)
        instance.close()
        instance.deleteLater()
