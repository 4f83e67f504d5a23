"""Builds everything behind the window, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from app.audio.player import Player
from app.audio.ports import AudioBackend
from app.engine import Engine
from app.explain_controller import ExplainController
from app.jobs import JobRunner
from app.notices import Notices
from app.options import Options, read_options
from app.picture_controller import PictureController
from app.playback_controller import PlaybackController
from app.session import ClipItem, Session
from app.settings import SettingsStore
from core.samples import sample_clips
from core.types import ExplanationRequest


@dataclass(frozen=True, slots=True, eq=False)
class Application:
    """What the window is glued to. Close it with `shut_down`."""

    settings: SettingsStore
    session: Session
    notices: Notices
    explain: ExplainController
    playback: PlaybackController
    pictures: PictureController
    options: Options
    runners: tuple[JobRunner, ...]

    def shut_down(self) -> None:
        """Stop the sound, cancel the work, and wait for the threads."""
        self.playback.shut_down()
        for runner in self.runners:
            runner.shut_down()


def build(
    request: ExplanationRequest, backend: AudioBackend, settings: SettingsStore
) -> Application:
    """Everything but widgets. No device is opened and no model is loaded yet."""
    session = Session(request)
    notices = Notices()
    models, drawing = JobRunner("models"), JobRunner("pictures")
    session.add_items(ClipItem(sample.path, sample.title, "samples") for sample in sample_clips())
    return Application(
        settings,
        session,
        notices,
        ExplainController(session, models, Engine(), notices),
        PlaybackController(session, Player(backend), notices),
        PictureController(session, drawing, notices),
        read_options(),
        (models, drawing),
    )
