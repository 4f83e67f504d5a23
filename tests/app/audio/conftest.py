from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.audio.portaudio import PortAudioBackend
from tests.sound_server import PULSEAUDIO, SoundServer


@pytest.fixture
def sound_server() -> Iterator[Callable[..., SoundServer]]:
    """Starts private sound servers, whose devices PortAudio has while the test runs."""
    if PULSEAUDIO is None:
        pytest.skip("pulseaudio is not installed")
    with pytest.MonkeyPatch.context() as patch:
        servers: list[SoundServer] = []

        def start(rate: int = 44_100) -> SoundServer:
            server = SoundServer(rate)
            servers.append(server)
            for name, value in server.environment.items():
                patch.setenv(name, value)
            return server.__enter__()

        try:
            yield start
        finally:
            for server in servers:
                server.__exit__(None, None, None)
    PortAudioBackend().restart()  # the devices of that server are gone


@pytest.fixture
def backend(sound_server: Callable[..., SoundServer]) -> PortAudioBackend:
    """PortAudio with one loudspeaker, and a microphone that hears it sample by sample."""
    sound_server()
    backend = PortAudioBackend()
    backend.restart()
    return backend
