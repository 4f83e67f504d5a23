"""The whole window with real models, real files and a fake sound card."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.bootstrap import build
from app.settings import SettingsStore
from core.audio_io import write_wav
from core.types import AudioClip, ExplanationRequest, Variant
from tests.fake_audio import FakeBackend


@pytest.fixture
def behind(qapp, tmp_path):
    store = SettingsStore(tmp_path / "settings.json")
    return build(ExplanationRequest(random_masks=2), FakeBackend(), store)


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    time = np.arange(16_000) / 16_000
    path = tmp_path / "tone.wav"
    write_wav(path, AudioClip(0.3 * np.sin(2 * np.pi * 440 * time), 16_000))
    return path


def test_a_file_is_opened_explained_and_shown(behind, window, opened, tone):
    opened(tone)
    result = behind.session.state.result
    assert result.original.label in window.parts.prediction.text()
    assert "tone.wav" in window.windowTitle()
    assert window.parts.spectrogram.text_twin


def test_keys_one_to_four_switch_the_version_that_sounds_and_shows(
    qtbot, behind, window, opened, tone
):
    opened(tone)
    for key, variant in (
        (Qt.Key.Key_2, Variant.EXPLANATION),
        (Qt.Key.Key_3, Variant.REMOVED),
        (Qt.Key.Key_4, Variant.RECONSTRUCTION),
        (Qt.Key.Key_1, Variant.ORIGINAL),
    ):
        qtbot.keyClick(window, key)
        assert behind.session.state.active is variant
        assert window.parts.transport.versions[variant].isChecked()


def test_before_an_explanation_only_the_original_can_be_chosen(behind, window):
    enabled = {v for v, button in window.parts.transport.versions.items() if button.isEnabled()}
    assert enabled == {Variant.ORIGINAL}


def test_a_moved_slider_changes_what_is_kept(qtbot, behind, window, opened, tone):
    opened(tone)
    before = behind.session.state.result.keep_mask.sum()
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        window.parts.method.share_dragged.emit(0.5, 0.1)
    after = behind.session.state.result
    assert after.request.keep == 0.5
    assert after.keep_mask.sum() > before


def test_a_bad_file_is_told_in_the_status_line(qtbot, behind, window, tmp_path):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no sound at all")
    with qtbot.waitSignal(behind.notices.posted, timeout=60_000) as posted:
        behind.explain.open_files([bad])
    assert "bad.wav" in posted.args[0].text


def test_without_a_loudspeaker_play_says_so(qtbot, behind, window, opened, tone):
    opened(tone)
    with qtbot.waitSignal(behind.notices.posted) as posted:
        window.parts.transport.play_requested.emit()
    assert "sound output" in posted.args[0].text


def test_closing_ends_the_threads(qtbot, behind, window, tone):
    behind.explain.open_files([tone])  # work is under way
    window.close()
    assert not any(runner.is_busy for runner in behind.runners)
