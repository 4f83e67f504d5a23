"""Export from the window, with small real models: action, dialog, files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.record import result_record
from core.types import Variant
from ui.dialogs.export import ExportDialog

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def out(tmp_path, store) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    store.change(export_folder=folder)
    return folder


def dialog_of(window) -> ExportDialog:
    (dialog,) = (d for d in window.findChildren(ExportDialog) if d.isVisible())
    return dialog


def test_without_an_explanation_the_action_says_why_it_is_off(window, parts):
    action = parts.actions["export"]
    assert not action.isEnabled()
    assert action.toolTip() == "Nothing has been explained yet."
    QTest.keyClick(window, Qt.Key.Key_E, CTRL_SHIFT)
    assert window.findChildren(ExportDialog) == []


def test_the_keys_open_the_dialog_and_enter_writes_the_files(
    qtbot, behind, window, parts, opened, tone, out
):
    opened(tone)
    assert parts.actions["export"].isEnabled()
    assert "Ctrl+Shift+E" in parts.actions["export"].toolTip()
    QTest.keyClick(window, Qt.Key.Key_E, CTRL_SHIFT)
    dialog = dialog_of(window)
    result = behind.session.state.result
    base = f"tone_{result.target}"
    assert dialog.base.text() == base
    dialog.formats["textgrid"].setChecked(True)
    listed = [dialog.names.item(row).text() for row in range(dialog.names.count())]
    with qtbot.waitSignal(behind.export.idle, timeout=60_000):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        assert not parts.actions["export"].isEnabled()
        assert parts.actions["export"].toolTip() == "Files are being written."
    assert sorted(path.name for path in out.iterdir()) == sorted(listed)
    for variant in Variant:
        samples, _ = soundfile.read(out / f"{base}_{variant}.wav", dtype="float32")
        np.testing.assert_array_equal(samples, result.audio[variant].samples[0])
    record = json.loads((out / f"{base}_explanation.json").read_text(encoding="utf-8"))
    assert record == json.loads(json.dumps(result_record(result, tone)))
    assert parts.actions["export"].isEnabled()
    assert behind.settings.settings.export_folder == out


def test_the_dialog_tells_of_names_that_are_taken(behind, window, parts, opened, tone, out):
    opened(tone)
    base = f"tone_{behind.session.state.result.target}"
    (out / f"{base}_explanation.json").write_text("mine")
    parts.actions["export"].trigger()
    dialog = dialog_of(window)
    for name, box in dialog.formats.items():
        box.setChecked(name == "json")
    assert dialog.names.item(0).text() == f"{base}-2_explanation.json"
    dialog.overwrite.setChecked(True)
    assert dialog.names.item(0).text().startswith(f"{base}_explanation.json – replaces")
    dialog.folder.setText(str(out / f"{base}_explanation.json"))
    assert "is a file" in dialog.said.text()
    dialog.reject()
    assert (out / f"{base}_explanation.json").read_text() == "mine"


def test_the_dialog_goes_when_its_result_does(behind, window, parts, opened, tone, out):
    opened(tone)
    parts.actions["export"].trigger()
    dialog = dialog_of(window)
    behind.session.set_result(None)
    assert not dialog.isVisible()
    assert not parts.actions["export"].isEnabled()


def test_escape_stops_an_export(qtbot, behind, window, parts, opened, tone, out):
    opened(tone)
    parts.actions["export"].trigger()
    dialog = dialog_of(window)
    for box in dialog.formats.values():
        box.setChecked(True)
    dialog.accept()
    assert behind.export.is_busy
    with qtbot.waitSignal(behind.export.idle, timeout=200):
        parts.actions["cancel"].trigger()
    window.close()  # waits for the thread
    assert list(out.iterdir()) == []


def test_closing_the_window_stops_an_export(behind, window, parts, opened, tone, out):
    opened(tone)
    parts.actions["export"].trigger()
    dialog_of(window).accept()
    window.close()
    assert not behind.export.is_busy
    assert list(out.iterdir()) == []
