"""Sounds are read back sample by sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.export import export_files
from core.exporters import ExportOptions, Subject
from core.types import Variant
from tests.results import RATE, made_up_result


def read(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == RATE
    return samples.T


def test_float_wavs_have_the_results_own_samples(tmp_path: Path) -> None:
    result = made_up_result()
    done = export_files(Subject(result), ["wav"], ExportOptions(base="a"), tmp_path)
    assert [path.name for path in done.files] == [f"a_{variant}.wav" for variant in Variant]
    assert done.notes == ()
    for variant in Variant:
        path = tmp_path / f"a_{variant}.wav"
        assert soundfile.info(path).subtype == "FLOAT"
        np.testing.assert_array_equal(read(path), result.audio[variant].samples)


@pytest.mark.parametrize(("format_id", "suffix"), [("wav", "wav"), ("flac", "flac")])
def test_24_bits_are_exact_to_half_a_step_and_tell_of_what_they_cut_off(
    tmp_path: Path, format_id: str, suffix: str
) -> None:
    result = made_up_result()
    options = ExportOptions(base="a", sample_format="PCM_24")
    done = export_files(Subject(result), [format_id], options, tmp_path)
    for variant in Variant:
        path = tmp_path / f"a_{variant}.{suffix}"
        assert soundfile.info(path).subtype == "PCM_24"
        wanted = np.clip(result.audio[variant].samples, -1.0, 1.0 - 2.0**-23)
        np.testing.assert_allclose(read(path), wanted, atol=2.0**-23)
    peak = np.abs(result.audio[Variant.EXPLANATION].samples).max()
    assert done.notes == (
        f"“a_explanation.{suffix}” is cut off at full scale, which it exceeds by "
        f"{20 * np.log10(peak):.1f} dB; WAV in 32-bit float keeps it whole.",
    )


def test_gains_turn_versions_up_and_down_and_the_record_has_them(tmp_path: Path) -> None:
    result = made_up_result()
    gains = {Variant.EXPLANATION: -20.0, Variant.REMOVED: 20 * np.log10(2.0)}
    subject = Subject(result, gain_db=gains)
    done = export_files(subject, ["wav", "flac", "json"], ExportOptions(base="a"), tmp_path)
    assert done.notes == ()
    for variant, factor in zip(Variant, (1.0, 1.0, 0.1, 2.0), strict=True):
        wanted = factor * result.audio[variant].samples
        np.testing.assert_allclose(read(tmp_path / f"a_{variant}.wav"), wanted, rtol=1e-6)
        np.testing.assert_allclose(read(tmp_path / f"a_{variant}.flac"), wanted, atol=2.0**-23)
    text = (tmp_path / "a_explanation.json").read_text()
    assert '"gain_db": {\n    "explanation": -20.0,\n    "removed": 6.0206' in text


def test_only_the_versions_wanted_are_written(tmp_path: Path) -> None:
    options = ExportOptions(base="a", variants=(Variant.REMOVED,))
    export_files(Subject(made_up_result()), ["wav"], options, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a_removed.wav"]
