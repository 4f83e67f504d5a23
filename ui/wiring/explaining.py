"""Method panel, class bars and status strip ↔ the explain controller."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.session import SessionState
from core.types import ExplanationResult
from ui.formatting import duration, number
from ui.parts import Parts
from ui.views.method_panel import Option, PanelChoices


class Explaining(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._connect()
        options = app.options
        lists = (options.codecs, options.classifiers, options.methods, options.fills)
        parts.method.show_options(*([Option(*entry) for entry in entries] for entries in lists))
        self._fills = {id_: label for id_, label, _ in options.fills}
        self._on_request(app.session.state)
        self._on_result(app.session.state)
        self._on_clip(app.session.state)
        self._set_automatic(app.settings.settings.automatic)

    def _connect(self) -> None:
        parts, app = self._parts, self._app
        parts.method.choices_changed.connect(self._on_choices)
        parts.method.share_dragged.connect(app.explain.drag_shares)
        parts.method.explain_requested.connect(app.explain.explain_selection)
        parts.method.automatic_changed.connect(self._remember_automatic)
        parts.actions["explain"].triggered.connect(lambda _: app.explain.explain_selection())
        parts.actions["automatic"].triggered.connect(self._remember_automatic)
        parts.status.cancel_requested.connect(app.explain.cancel)
        app.settings.changed.connect(lambda settings: self._set_automatic(settings.automatic))
        app.session.request_changed.connect(self._on_request)
        app.session.result_changed.connect(self._on_result)
        app.session.clip_changed.connect(self._on_clip)
        app.explain.progressed.connect(parts.status.show_progress)
        app.explain.idle.connect(parts.status.show_finished)
        app.notices.posted.connect(parts.status.show_notice)

    def _on_request(self, state: SessionState) -> None:
        request = state.request
        fields = PanelChoices.__dataclass_fields__
        self._parts.method.show_choices(
            PanelChoices(**{name: getattr(request, name) for name in fields})
        )
        self._show_stale()

    def _on_clip(self, state: SessionState) -> None:
        reason = None if state.current is not None else self.tr("No clip is open.")
        self._parts.method.show_unable(reason)

    def _on_result(self, state: SessionState) -> None:
        result = state.result
        fill = self._fills.get(result.request.fill) if result is not None else None
        self._parts.prediction.show_result(result, fill)
        self._show_stale()
        if result is None:
            return
        self._parts.method.show_targets(result.original.labels, result.original.label)
        self._parts.status.show_place(result.device.upper(), result.codec_id)
        self._parts.status.show_summary(self._summary(result))

    def _summary(self, result: ExplanationResult) -> str:
        text = self.tr("explained in {time}").format(time=duration(result.seconds["total"]))
        gap = result.attribution.completeness_gap
        if gap is not None:
            text += self.tr(", completeness gap {gap} %").format(gap=number(100 * gap, 1))
        return text

    def _show_stale(self) -> None:
        """Whether E would give another explanation; what is automatic is about to."""
        state = self._app.session.state
        changed = state.result is not None and state.result.request != state.request
        self._parts.method.show_stale(changed and not self._app.explain.automatic)

    def _on_choices(self, choices: PanelChoices) -> None:
        fields = {name: getattr(choices, name) for name in PanelChoices.__dataclass_fields__}
        self._app.explain.change_request(replace(self._app.session.state.request, **fields))

    def _remember_automatic(self, automatic: bool) -> None:
        self._app.settings.change(automatic=automatic)

    def _set_automatic(self, automatic: bool) -> None:
        self._app.explain.automatic = automatic
        self._parts.method.show_automatic(automatic)
        self._parts.actions["automatic"].setChecked(automatic)
        self._show_stale()
