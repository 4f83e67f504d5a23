"""The backend on a real sound server."""

from __future__ import annotations

import numpy as np
import pytest

from app.audio.devices import choose, outputs
from app.audio.portaudio import PortAudioBackend
from app.audio.ports import AppAudioError
from core.job import CancelToken
from tests.sound_server import until

pytestmark = pytest.mark.sound


def nothing(block: np.ndarray) -> None:
    pass


def test_a_real_device_refuses_what_it_cannot_do_in_a_sentence(backend: PortAudioBackend):
    device = choose(outputs(backend.devices()))
    assert device is not None
    with pytest.raises(AppAudioError, match=r"“default” could not be opened \(.*\); close other"):
        backend.open_output(device, 44_100, 1000, nothing)


def test_a_real_callback_that_fails_is_seen_and_not_printed(
    backend: PortAudioBackend, capfd: pytest.CaptureFixture[str]
):
    device = choose(outputs(backend.devices()))
    assert device is not None

    def fail(block: np.ndarray) -> None:
        raise RuntimeError("a defect")

    stream = backend.open_output(device, device.default_rate, 2, fail)
    stream.start()
    until(lambda: not stream.active, "the end of the stream")
    assert str(stream.error) == "a defect"
    stream.close()
    assert "Traceback" not in capfd.readouterr().err


def test_a_running_stream_goes_on_whoever_looks_for_devices(backend: PortAudioBackend):
    device = choose(outputs(backend.devices()))
    assert device is not None
    stream = backend.open_output(device, device.default_rate, 2, lambda block: block.fill(0.0))
    stream.start()
    until(lambda: stream.blocks, "callbacks")
    with pytest.raises(AppAudioError, match="are in use"):
        backend.restart()
    assert backend.devices_now(CancelToken()) == backend.devices()
    assert stream.active
    seen = stream.blocks
    until(lambda: stream.blocks > seen, "more of them")
    stream.close()
    backend.restart()
    assert choose(outputs(backend.devices())) == device
