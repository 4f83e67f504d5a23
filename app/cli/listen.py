"""`listen`: decide on what the microphone hears, and capture what was recognised."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli._telling import tell
from core.errors import ExportError

if TYPE_CHECKING:
    from app.audio.ports import AudioBackend, DeviceInfo
    from app.live.microphone import LiveStatus
    from app.live.refiner import Refined
    from core.live.frames import LiveEvent, LiveFrame
    from core.types import ExplanationResult

POLL = 0.03  # s


def register(cli: typer.Typer) -> None:
    cli.command("listen")(listen)


def listen(
    device: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The microphone: its name or a part of it.",
            show_default="the system's",
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="How long to listen.", show_default="until Ctrl+C")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Each captured event gets a folder with its versions here."
        ),
    ] = None,
    classifier: Annotated[
        str | None,
        typer.Option(metavar="ID|FOLDER", help="What decides.", show_default="keywords-12"),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            max=1.0,
            help="Probability from which it is an event.",
            show_default="what the classifier states",
        ),
    ] = None,
    gain: Annotated[
        float, typer.Option(metavar="DB", help="Make what is heard so much louder.")
    ] = 0.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each decision and event as a line of JSON.")
    ] = False,
) -> None:
    """Listen to the microphone; explain what is recognised.

    Without --json only events are printed. With it, every decision is a line with time (s since
    the start), label, probability, age_ms (of the sound when it is printed) and skipped (windows
    left out since the decision before); events are lines with “event”.
    """
    from app.audio.portaudio import PortAudioBackend
    from core.live.frames import LiveSettings
    from core.live.listener import usual_detector
    from core.types import ExplanationRequest

    detector = None if threshold is None else usual_detector(threshold)
    settings = LiveSettings(detector=detector)
    request = ExplanationRequest()
    if classifier is not None:
        request = ExplanationRequest(classifier=classifier)
    run_listening(PortAudioBackend(), device, seconds, out, request, settings, as_json, gain)


def run_listening(
    backend: AudioBackend,
    device: str | None,
    seconds: float | None,
    out: Path | None,
    request: Any,
    settings: Any,
    as_json: bool,
    gain_db: float = 0.0,
) -> None:
    """The command with a sound system of one's own. Raises: CoreError."""
    import time

    from app.audio.devices import find_again
    from app.audio.recorder import Recorder
    from app.cli._progress import stopping_on_interrupt
    from app.live.microphone import LiveMicrophone
    from core.folders import require_writable
    from core.levels import db_to_amplitude
    from core.models import open_toolbox

    place = None
    if out is not None:
        require_writable(out)
        place = _Place(out)
    open_toolbox(request)  # what is wrong with a model is told before anything is recorded
    recorder = Recorder(backend, out or Path())
    recorder.open(_named(backend, device))
    microphone = LiveMicrophone(
        recorder,
        lambda: find_again(backend, recorder),
        request,
        settings,
        keep=None if place is None else place.keep,
    )
    microphone.amplify(db_to_amplitude(gain_db))
    printer = _Printer(place, as_json, microphone.clock)
    try:
        microphone.start()
        printer.say(f"Listening to “{recorder.device.name if recorder.device else ''}”.")
        with stopping_on_interrupt() as interrupted:
            begun = None
            while not interrupted.is_set:
                status = microphone.poll()
                printer.show(status)
                if status.update.opened and begun is None:
                    begun = time.monotonic()  # opening the models does not count
                listened = 0.0 if begun is None else time.monotonic() - begun
                if seconds is not None and listened >= seconds:
                    break
                time.sleep(POLL)
        printer.show(microphone.stop())
    finally:
        recorder.close()
        microphone.stop(refine=False)  # where it was not, as something went wrong
        microphone.wait()
    if printer.unwritten:
        raise typer.Exit(2)


def _named(backend: AudioBackend, name: str | None) -> DeviceInfo | None:
    """The input whose name holds `name`. Raises: AppAudioError."""
    from app.audio.devices import inputs
    from app.audio.ports import AppAudioError

    if name is None:
        return None
    known = inputs(backend.devices())
    for device in known:
        if name.casefold() in device.label_in.casefold():
            return device
    names = ", ".join(f"“{device.name}”" for device in known) or "none at all"
    raise AppAudioError(f"There is no microphone “{name}”; there are {names}.")


class _Place:
    """Where each event gets a folder of its own, numbered on from those of earlier calls."""

    def __init__(self, out: Path) -> None:
        self._out = out
        names = [path.name.partition("_")[0] for path in out.glob("*_*")]
        self._before = max((int(name) for name in names if name.isdecimal()), default=0)

    def folder(self, event: LiveEvent) -> Path:
        from core.file_names import usable_name

        number = self._before + event.number
        return self._out / f"{number:04d}_{usable_name(event.label)}"

    def keep(self, event: LiveEvent, result: ExplanationResult) -> None:
        """Without pictures, for they take longer than words. Raises: ExportError."""
        from core.export import write_result

        write_result(result, self.folder(event), formats=("wav", "json"))


class _Printer:
    """Decisions and events as lines. unwritten: whether an event could not be written."""

    def __init__(self, place: _Place | None, as_json: bool, clock: Any) -> None:
        self._place, self._as_json, self._clock = place, as_json, clock
        self._sentence: str | None = None
        self.unwritten = False

    def say(self, sentence: str) -> None:
        tell(sentence, err=True)

    def show(self, status: LiveStatus) -> None:
        if status.update.error is not None:
            raise status.update.error
        if status.sentence != self._sentence:
            self.say(status.sentence or "Listening again.")
            self._sentence = status.sentence
        for frame in status.update.frames:
            self._decision(frame)
        for event in status.update.events:
            self._event(event)
        for refined in status.refined:
            self._refined(refined)

    def _decision(self, frame: LiveFrame) -> None:
        if self._as_json:
            self._line(
                time=round(frame.end, 3),
                label=frame.prediction.label,
                probability=round(frame.prediction.probability, 4),
                age_ms=round(1000 * (self._clock() - frame.captured)),
                skipped=frame.skipped,
            )

    def _event(self, event: LiveEvent) -> None:
        if self._as_json:
            self._line(
                event=event.number,
                label=event.label,
                probability=round(event.probability, 4),
                time=round(event.time, 3),
                start=round(event.start, 3),
                end=round(event.end, 3),
            )
        else:
            tell(f"{event.time:7.2f} s  {event.label}  {event.probability:.2f}  ({event.number})")

    def _refined(self, refined: Refined) -> None:
        event = refined.event
        if refined.result is None:
            self.say(f"Event {event.number} was not explained: {refined.error}")
            self.unwritten |= isinstance(refined.error, ExportError)
        elif self._place is not None and self._as_json:
            self._line(explained=event.number, folder=str(self._place.folder(event)))

    def _line(self, **fields: Any) -> None:
        from core.record import json_line

        typer.echo(json_line(fields))
