"""A private PulseAudio server: what is played on its one loudspeaker, its one microphone hears.

For benchmarks and tests of real sound. It needs no sound card, no desktop and no rights, and leaves
the user's own sound server alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from app.audio.ports import AppAudioError

# Without `norewinds` the null sink runs two seconds ahead, and callbacks come in bursts. The socket
# is made last: whoever can connect finds everything there.
SCRIPT = """
load-module module-null-sink sink_name=speaker rate={rate} channels=2 format=float32le norewinds=1
set-default-sink speaker
set-default-source speaker.monitor
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
"""
ALSA = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
PULSEAUDIO = shutil.which("pulseaudio")
PATIENCE = 20.0  # s until it must answer


class SoundServer:
    """Use as a context manager, with `environment` in force before PortAudio lists devices.

    rate: of the loudspeaker and the microphone, in Hz. At 44,100 Hz, which is what ALSA names as
    the rate of PulseAudio's device, samples arrive as they were sent.
    """

    def __init__(self, rate: int = 44_100) -> None:
        """Raises: AppAudioError where PulseAudio is not installed."""
        if PULSEAUDIO is None:
            raise AppAudioError(
                "This needs the program “pulseaudio”; on Debian install the packages pulseaudio "
                "and libasound2-plugins."
            )
        self._program = PULSEAUDIO
        self.folder = Path(tempfile.mkdtemp(prefix="sound-"))  # short: a socket's path is limited
        self._socket = self.folder / "native"
        self._script = self.folder / "server.pa"
        self._script.write_text(SCRIPT.format(rate=rate, socket=self._socket))
        (self.folder / "asound.conf").write_text(ALSA)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a process that is to hear this server needs."""
        return {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_RUNTIME_PATH": str(self.folder / "run"),
            "ALSA_CONFIG_PATH": str(self.folder / "asound.conf"),
        }

    @property
    def process_id(self) -> int:
        """While it runs. Raises: AppAudioError when it does not."""
        if self._process is None:
            raise AppAudioError("The private sound server does not run.")
        return self._process.pid

    def start(self) -> None:
        """Raises: AppAudioError when it does not run."""
        self._socket.unlink(missing_ok=True)
        home = str(self.folder)
        command = [self._program, "-n", "--daemonize=no", "--system=false", "--use-pid-file=no"]
        command += ["--exit-idle-time=-1", "--disable-shm=yes", "--log-target=stderr"]
        command += ["-F", str(self._script)]
        nowhere = {"HOME": home, "XDG_RUNTIME_DIR": home, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/"}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=os.environ | self.environment | nowhere, stderr=log, stdout=log
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                said = (self.folder / "log").read_text(errors="replace")[-2000:]
                self.kill()
                raise AppAudioError(f"The private sound server does not run. It said: {said}")
            time.sleep(0.005)

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self._socket)) == 0

    def __enter__(self) -> SoundServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
