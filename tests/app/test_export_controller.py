"""Export from a session: real files, the real thread, made-up results."""

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.export_controller import ExportController
from app.export_wish import ExportWish
from app.jobs import JobRunner
from app.notices import Notices
from app.session import ClipItem, Session
from app.settings import SettingsStore
from core.types import ExplanationRequest, Variant
from tests.results import made_up_result


class Bench:
    """A session with a result, and what is told."""

    def __init__(self, folder):
        self.session = Session(ExplanationRequest())
        self.runner = JobRunner("test-exporting")
        self.settings = SettingsStore(folder / "settings.json")
        self.notices = Notices()
        self.posted = []
        self.notices.posted.connect(self.posted.append)
        self.controller = ExportController(self.session, self.runner, self.settings, self.notices)
        self.session.add_items([ClipItem(Path("/clips/word.wav"), "word.wav", "files")])
        self.session.choose("/clips/word.wav")


@pytest.fixture
def bench(qtbot, tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.runner.shut_down()


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def exported(bench, qtbot, wish):
    with qtbot.waitSignal(bench.controller.idle, timeout=30_000):
        bench.controller.export(wish)


def test_without_a_result_there_is_nothing_to_wish_for(bench, out):
    assert bench.controller.proposed() is None
    bench.controller.export(ExportWish(out, "a", ("json",)))
    assert not bench.controller.is_busy
    assert not out.exists()


def test_the_first_wish_is_as_the_command_line_has_it(bench, monkeypatch, tmp_path):
    monkeypatch.setenv("HEARWHY_EXPORTS", str(tmp_path / "documents"))
    bench.session.set_result(made_up_result())
    assert bench.controller.proposed() == ExportWish(
        tmp_path / "documents", "word_yes", ("wav", "png", "json")
    )


def test_files_are_written_told_and_the_choices_remembered(bench, qtbot, out):
    bench.session.set_result(made_up_result())
    wish = ExportWish(
        out,
        "a",
        ("labels", "json", "wav"),
        variants=(Variant.REMOVED,),
        separate_pictures=True,
        sample_format="PCM_24",
    )
    with qtbot.waitSignal(bench.controller.exported) as done:
        exported(bench, qtbot, wish)
    names = ["a_labels.txt", "a_explanation.json", "a_removed.wav"]
    assert [path.name for path in done.args[0].files] == names
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert json.loads((out / "a_explanation.json").read_text())["file"] == "/clips/word.wav"
    assert [(n.level, n.text) for n in bench.posted] == [("info", f"Wrote 3 files to “{out}”.")]
    assert bench.controller.proposed() == replace(wish, base="word_yes")
    bench.settings.settle()
    again = SettingsStore(out.parent / "settings.json").settings
    assert again.export_folder == out
    assert again.export.variants == (Variant.REMOVED,)


def test_level_matched_sounds_are_all_as_loud_as_the_original(bench, qtbot, out):
    bench.session.set_result(made_up_result())
    exported(bench, qtbot, ExportWish(out, "a", ("wav", "json"), level_match=True))
    levels = [
        np.sqrt(np.mean(soundfile.read(out / f"a_{variant}.wav")[0] ** 2)) for variant in Variant
    ]
    np.testing.assert_allclose(levels, levels[0], rtol=0.1)  # loudness is not quite RMS
    assert set(json.loads((out / "a_explanation.json").read_text())["gain_db"]) == set(Variant)


def test_what_is_cut_off_is_said(bench, qtbot, out):
    bench.session.set_result(made_up_result())
    exported(bench, qtbot, ExportWish(out, "a", ("flac",)))
    assert [notice.level for notice in bench.posted] == ["warning", "info"]
    assert "a_explanation.flac” is cut off at full scale" in bench.posted[0].text


def test_the_preview_says_what_export_then_writes(bench, qtbot, out):
    bench.session.set_result(made_up_result())
    wish = ExportWish(out, "a", ("csv", "labels"))
    before = bench.controller.preview(wish)
    assert before.problem is None
    assert before.names == tuple(
        (name, False) for name in ("a_relevance.csv", "a_relevance_frames.csv", "a_labels.txt")
    )
    exported(bench, qtbot, replace(wish, formats=("labels",)))
    numbered = bench.controller.preview(wish)
    assert numbered.names[2] == ("a-2_labels.txt", False)
    replacing = bench.controller.preview(replace(wish, overwrite=True))
    assert replacing.names == (*before.names[:2], ("a_labels.txt", True))
    exported(bench, qtbot, wish)
    assert {name for name, _ in numbered.names} <= {path.name for path in out.iterdir()}


def test_the_preview_says_why_nothing_can_be_written(bench, out):
    bench.session.set_result(made_up_result())
    out.touch()
    for wish, reason in (
        (ExportWish(out, "a", ("json",)), "is a file"),
        (ExportWish(out.parent, "a", ()), "at least one format"),
        (ExportWish(out.parent, "a", ("wav",), variants=()), "at least one version"),
    ):
        preview = bench.controller.preview(wish)
        assert reason in preview.problem
        assert preview.names == ()


def test_a_failure_is_one_sentence_and_forgets_nothing(bench, qtbot, out):
    bench.session.set_result(made_up_result())
    out.touch()
    exported(bench, qtbot, ExportWish(out, "a", ("json",)))
    (notice,) = bench.posted
    assert notice.level == "error"
    assert notice.text.startswith(f"“{out}” could not be written (")
    assert notice.details == ""
    assert bench.settings.settings.export_folder is None


class Gate:
    """An exporter's file that waits until the test lets it go on."""

    def __init__(self):
        self.reached, self.open = threading.Event(), threading.Event()

    def write(self, subject, path, report, cancel):
        path.write_text("half")
        self.reached.set()
        assert self.open.wait(10)
        cancel.raise_if_set()


@pytest.fixture
def gate(monkeypatch):
    from core.exporters import EXPORTERS, PlannedFile

    gate = Gate()
    EXPORTERS.specs()
    monkeypatch.setitem(
        EXPORTERS._builders, "json", lambda options: [PlannedFile("gate.txt", gate.write)]
    )
    yield gate
    gate.open.set()


def test_a_cancel_takes_effect_at_once_and_leaves_nothing(bench, qtbot, out, gate):
    bench.session.set_result(made_up_result())
    busy = []
    bench.controller.busy_changed.connect(busy.append)
    bench.controller.export(ExportWish(out, "a", ("labels", "json")))
    assert gate.reached.wait(10)
    with qtbot.waitSignal(bench.controller.idle, timeout=200):
        bench.controller.cancel()
    gate.open.set()
    bench.runner.shut_down()
    assert not out.exists()
    assert busy == [True, False]
    assert bench.posted == []


def test_a_second_export_does_not_end_the_first(bench, qtbot, out, gate):
    bench.session.set_result(made_up_result())
    bench.controller.export(ExportWish(out, "a", ("json",)))
    assert gate.reached.wait(10)
    bench.controller.export(ExportWish(out, "b", ("labels",)))
    with qtbot.waitSignal(bench.controller.idle):
        gate.open.set()
    assert [path.name for path in out.iterdir()] == ["gate.txt"]


def test_what_is_exported_is_what_was_shown_when_it_began(bench, qtbot, out, gate):
    bench.session.set_result(made_up_result())
    bench.controller.export(ExportWish(out, "a", ("json", "labels")))
    assert gate.reached.wait(10)
    bench.session.set_result(made_up_result(target="no"))
    with qtbot.waitSignal(bench.controller.idle):
        gate.open.set()
    assert "\tyes " in (out / "a_labels.txt").read_text()


def test_settings_of_another_version_do_not_hinder_it(bench, tmp_path):
    text = '{"export": {"formats": ["wav", "hologram"], "variants": ["removed"]}}'
    (tmp_path / "settings.json").write_text(text)
    bench.controller._settings = SettingsStore(tmp_path / "settings.json")
    bench.session.set_result(made_up_result())
    wish = bench.controller.proposed()
    assert (wish.formats, wish.variants) == (("wav",), (Variant.REMOVED,))


@pytest.mark.skipif(os.name == "nt", reason="folders as POSIX writes them")
def test_a_remembered_folder_that_is_gone_is_not_proposed(bench, monkeypatch, tmp_path):
    monkeypatch.setenv("HEARWHY_EXPORTS", str(tmp_path))
    bench.settings.change(export_folder=Path("/gone"))
    bench.session.set_result(made_up_result())
    assert bench.controller.proposed().folder == tmp_path
