"""Builds everything behind the window, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from app.audio.player import Player
from app.audio.ports import AudioBackend
from app.audio.recorder import Recorder
from app.concept_controller import ConceptController
from app.concept_listener import ConceptListener
from app.device_controller import DeviceController
from app.document_controller import DocumentController
from app.engine import Engine
from app.explain_controller import ExplainController
from app.export_controller import ExportController
from app.history import History
from app.jobs import JobRunner
from app.live_controller import LiveController
from app.live_events import LiveEvents
from app.loop_controller import LoopController
from app.notices import Notices
from app.options import Options, read_options
from app.paths import scratch_folder
from app.picture_controller import PictureController
from app.playback_controller import PlaybackController
from app.record_controller import RecordController
from app.runs import Runs
from app.session import ClipItem, Session
from app.settings import SettingsStore
from core.samples import sample_clips
from core.scratch import Scratch
from core.types import ExplanationRequest


@dataclass(frozen=True, slots=True, eq=False)
class Application:
    """What the window is glued to. Close it with `shut_down`."""

    settings: SettingsStore
    session: Session
    notices: Notices
    explain: ExplainController
    playback: PlaybackController
    loop: LoopController
    pictures: PictureController
    devices: DeviceController
    record: RecordController
    live: LiveController
    concepts: ConceptController
    export: ExportController
    documents: DocumentController
    history: History
    runs: Runs
    options: Options
    runners: tuple[JobRunner, ...]

    def shut_down(self) -> None:
        """Stop the sound, keep the take, cancel the work, and wait for the threads and the disk."""
        self.devices.shut_down()
        self.live.shut_down()
        self.record.shut_down()
        self.playback.shut_down()
        for runner in self.runners:
            runner.shut_down()
        self.settings.settle()


def build(
    request: ExplanationRequest, backend: AudioBackend, settings: SettingsStore
) -> Application:
    """Everything but widgets. No device is opened and no model is loaded yet."""
    session = Session(request)
    notices = Notices()
    models, drawing, tiling = JobRunner("models"), JobRunner("pictures"), JobRunner("tiles")
    listing, finding = JobRunner("devices"), JobRunner("takes")
    listening, exporting = JobRunner("listening"), JobRunner("exporting")
    saving, gathering = JobRunner("documents"), JobRunner("events")
    naming = JobRunner("concepts")
    player = Player(backend)
    recorder = Recorder(backend, settings.settings.take_folder)
    devices = DeviceController(backend, player, settings, notices, listing)
    scratch = Scratch(scratch_folder())
    engine = Engine(scratch)
    explain = ExplainController(session, models, engine, notices)
    documents = DocumentController(session, explain, saving, settings, notices, scratch)
    playback = PlaybackController(session, player, devices, listening, notices)
    session.add_items(ClipItem(sample.path, sample.title, "samples") for sample in sample_clips())
    live = LiveController(
        session,
        Recorder(backend, settings.settings.take_folder),
        devices,
        playback,
        LiveEvents(session, playback, explain, notices, gathering),
        settings,
        notices,
    )
    loop = LoopController(session, player)
    concepts = ConceptController(
        session,
        explain,
        playback,
        loop,
        ConceptListener(),
        settings,
        notices,
        naming,
    )
    return Application(
        settings=settings,
        session=session,
        notices=notices,
        explain=explain,
        playback=playback,
        loop=loop,
        pictures=PictureController(session, drawing, tiling, notices),
        devices=devices,
        record=RecordController(
            session, recorder, devices, playback, explain, settings, notices, finding
        ),
        live=live,
        concepts=concepts,
        export=ExportController(session, exporting, settings, notices),
        documents=documents,
        history=History(session, explain, documents.close_item),
        runs=Runs(session, explain),
        options=read_options(),
        runners=(
            models,
            drawing,
            tiling,
            listing,
            finding,
            listening,
            exporting,
            saving,
            gathering,
            naming,
        ),
    )
