"""Transport bar and the Listen menu ↔ playback, loop and session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.session import SessionState
from app.settings import Settings
from core.types import Variant
from ui.parts import Parts

STEP, FAR_STEP = 0.1, 1.0  # s that a key seeks
OF_A_CLIP = (
    *("play", "pause", "loop", "loop_start", "loop_end"),
    *("seek_start", "seek_end", "seek_back", "seek_forward", "seek_back_far", "seek_forward_far"),
)


class Listening(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._blocked: str | None = None
        self._connect()
        self._connect_actions()
        self._on_settings(app.settings.settings)
        self._on_state(app.session.state)
        self._on_loop(app.session.state)

    def _connect(self) -> None:
        transport, app = self._parts.transport, self._app
        transport.play_requested.connect(app.playback.toggle)
        transport.stop_requested.connect(app.playback.toggle)
        transport.loop_requested.connect(app.loop.set_looping)
        transport.variant_chosen.connect(app.session.set_active)
        transport.level_match_requested.connect(self._remember_level_match)
        app.playback.playing_changed.connect(transport.show_playing)
        app.playback.length_changed.connect(transport.show_length)
        app.playback.position_changed.connect(transport.show_position)
        app.playback.level_match_changed.connect(transport.show_level_match)
        app.playback.blocked_changed.connect(self._on_blocked)
        app.settings.changed.connect(self._on_settings)
        session = app.session
        for changed in (session.clip_changed, session.result_changed, session.active_changed):
            changed.connect(self._on_state)
        session.selection_changed.connect(self._on_state)
        session.loop_changed.connect(self._on_loop)

    def _connect_actions(self) -> None:
        app, actions = self._app, self._parts.actions
        playback, loop = app.playback, app.loop
        wired: dict[str, Callable[[], object]] = {
            "play": playback.toggle,
            "pause": playback.toggle_pause,
            "loop_selection": loop.loop_selection,
            "loop_start": lambda: loop.set_start(playback.position),
            "loop_end": lambda: loop.set_end(playback.position),
            "seek_start": lambda: playback.seek(0.0),
            "seek_end": playback.seek_end,
            "seek_back": lambda: playback.skip(-STEP),
            "seek_forward": lambda: playback.skip(STEP),
            "seek_back_far": lambda: playback.skip(-FAR_STEP),
            "seek_forward_far": lambda: playback.skip(FAR_STEP),
            **{
                variant.value: lambda variant=variant: app.session.set_active(variant)
                for variant in Variant
            },
        }
        for action_id, do in wired.items():
            actions[action_id].triggered.connect(lambda _=False, do=do: do())
        actions["loop"].triggered.connect(loop.set_looping)
        actions["level_match"].triggered.connect(self._remember_level_match)

    def _on_state(self, state: SessionState) -> None:
        """Grey what is not there, and show which version sounds."""
        transport, actions = self._parts.transport, self._parts.actions
        unplayable = None
        if state.clip is None:
            unplayable = self.tr("No clip is open: open or record one.")
            if state.current is not None:
                unplayable = self.tr("The clip is being read.")
        transport.show_unable_to_play(self._blocked or unplayable)
        for action_id in OF_A_CLIP:
            actions[action_id].setEnabled(state.clip is not None)
        selected = state.clip is not None and state.selection is not None
        actions["loop_selection"].setEnabled(selected)
        explained = state.result is not None
        reason = self.tr("Nothing has been explained yet.")
        made = set(Variant) - {Variant.ORIGINAL}
        transport.show_unable_to_hear(set() if explained else made, reason)
        for variant in made:
            actions[variant.value].setEnabled(explained)
        shown = state.active if explained else Variant.ORIGINAL
        transport.show_variant(shown)
        actions[shown.value].setChecked(True)
        incomparable = self._blocked or (None if explained else reason)
        transport.show_unable_to_compare(incomparable)
        actions["abx"].setEnabled(incomparable is None)

    def _on_blocked(self, reason: str | None) -> None:
        self._blocked = reason
        self._on_state(self._app.session.state)

    def _on_loop(self, state: SessionState) -> None:
        parts = self._parts
        parts.transport.show_loop(state.loop is not None)
        parts.actions["loop"].setChecked(state.loop is not None)
        for view in (parts.spectrogram, parts.waveform):
            view.show_loop(*(state.loop or (None, None)))

    def _on_settings(self, settings: Settings) -> None:
        self._app.playback.set_level_match(settings.level_match)
        self._parts.actions["level_match"].setChecked(settings.level_match)

    def _remember_level_match(self, matching: bool) -> None:
        self._app.settings.change(level_match=matching)
