"""Transport bar and the Listen menu ↔ the playback controller."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.session import SessionState
from core.types import Variant
from ui.parts import Parts

STEP, FAR_STEP = 0.1, 1.0  # s that a key seeks


class Listening(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._connect()
        self._connect_actions()
        self._on_result(app.session.state)
        parts.transport.show_unable_to_compare(self.tr("Nothing has been explained yet."))

    def _connect(self) -> None:
        parts, app = self._parts, self._app
        transport = parts.transport
        transport.play_requested.connect(app.playback.toggle)
        transport.stop_requested.connect(app.playback.toggle)
        transport.loop_requested.connect(self._set_loop)
        transport.variant_chosen.connect(app.session.set_active)
        transport.level_match_requested.connect(app.playback.set_level_match)
        app.playback.playing_changed.connect(transport.show_playing)
        app.playback.length_changed.connect(transport.show_length)
        app.playback.position_changed.connect(transport.show_position)
        app.playback.level_match_changed.connect(transport.show_level_match)
        app.session.active_changed.connect(self._on_active)
        app.session.result_changed.connect(self._on_result)

    def _connect_actions(self) -> None:
        app, actions = self._app, self._parts.actions
        wired: dict[str, Callable[[], object]] = {
            "play": app.playback.toggle,
            "seek_start": lambda: app.playback.seek(0.0),
            "seek_back": lambda: app.playback.skip(-STEP),
            "seek_forward": lambda: app.playback.skip(STEP),
            "seek_back_far": lambda: app.playback.skip(-FAR_STEP),
            "seek_forward_far": lambda: app.playback.skip(FAR_STEP),
            **{
                variant.value: lambda variant=variant: app.session.set_active(variant)
                for variant in Variant
            },
        }
        for action_id, do in wired.items():
            actions[action_id].triggered.connect(lambda _=False, do=do: do())
        actions["loop"].toggled.connect(self._set_loop)

    def _on_active(self, state: SessionState) -> None:
        self._parts.transport.show_variant(state.active)
        self._parts.actions[state.active.value].setChecked(True)

    def _on_result(self, state: SessionState) -> None:
        missing = set() if state.result is not None else set(Variant) - {Variant.ORIGINAL}
        self._parts.transport.show_unable_to_hear(
            missing, self.tr("Nothing has been explained yet.")
        )

    def _set_loop(self, looping: bool) -> None:
        self._app.playback.set_loop(looping)
        self._parts.transport.show_loop(looping)
