"""Undo and redo, with what they would do, ↔ the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.history import RemovalStep, RequestStep, SelectionStep, Step
from core.types import Granularity
from ui.formatting import seconds_range, share
from ui.parts import Parts


class Undoing(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._history = parts, app.history
        self._labels = {
            "method": {id_: label for id_, label, _ in app.options.methods},
            "fill": {id_: label for id_, label, _ in app.options.fills},
        }
        parts.actions["undo"].triggered.connect(lambda _: app.history.undo())
        parts.actions["redo"].triggered.connect(lambda _: app.history.redo())
        for slider in (parts.method.keep.slider, parts.method.remove.slider):
            slider.sliderPressed.connect(app.history.begin_drag)
            slider.sliderReleased.connect(app.history.end_drag)
        app.history.changed.connect(self._show)
        app.documents.opened.connect(lambda _: app.history.clear())
        self._plain_texts = {name: parts.actions[name].text() for name in ("undo", "redo")}
        self._show()

    def _show(self) -> None:
        steps = {"undo": self._history.next_undo, "redo": self._history.next_redo}
        texts = {"undo": self.tr("&Undo: {what}"), "redo": self.tr("&Redo: {what}")}
        for name, step in steps.items():
            action = self._parts.actions[name]
            action.setEnabled(step is not None)
            if step is None:
                action.setText(self._plain_texts[name])
            else:
                action.setText(texts[name].format(what=self._words(step).replace("&", "&&")))

    def _words(self, step: Step) -> str:
        """What a step did: "keep 20 %"."""
        if isinstance(step, RequestStep):
            return self._choice(step.after)
        if isinstance(step, RemovalStep):
            return self.tr("take “{name}” off the list").format(name=step.item.name)
        if isinstance(step, SelectionStep) and step.after is not None:
            return self.tr("select {span}").format(span=seconds_range(*step.after))
        return self.tr("clear the selection")

    def _choice(self, after: Mapping[str, Any]) -> str:
        if after.keys() & {"start", "end"}:
            return self.tr("another stretch")
        if len(after) > 1:
            return self.tr("several choices")
        [(field, value)] = after.items()
        if field in self._labels:
            return self._labels[field].get(value, str(value))
        if field == "target":
            if value is None:
                return self.tr("the predicted class")
            return self.tr("class “{name}”").format(name=value)
        if field == "granularity":
            return self._granularity(value)
        texts = {
            "keep": self.tr("keep {value}"),
            "remove": self.tr("remove {value}"),
            "classifier": self.tr("classifier {value}"),
            "codec": self.tr("codec {value}"),
            "seed": self.tr("seed {value}"),
            "random_masks": self.tr("{value} random masks"),
            "every_window": self.tr("every window"),
        }
        shown = share(value) if field in ("keep", "remove") else value
        return texts.get(field, field).format(value=shown)

    def _granularity(self, value: Granularity) -> str:
        return {
            Granularity.ELEMENT: self.tr("single cells"),
            Granularity.BAND: self.tr("bands"),
            Granularity.FRAME: self.tr("frames"),
            Granularity.CHANNEL: self.tr("channels"),
        }[value]
