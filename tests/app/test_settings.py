"""What is remembered from one start to the next."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import pytest

from app import settings
from app.settings import SettingsStore
from core.disk import sync
from tests.full_disk import full_disk


@pytest.fixture
def store(qapp: object, tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "new" / "settings.json")


def again(store: SettingsStore) -> SettingsStore:
    store.settle()
    return SettingsStore(store._path)


def test_what_is_changed_is_there_at_the_next_start(store: SettingsStore) -> None:
    store.change(theme="dark", live_gain_db=3.0)
    store.change(theme="light")
    assert again(store).settings == store.settings
    assert store.settings.theme == "light"
    assert [path.name for path in store._path.parent.iterdir()] == ["settings.json"]


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_names_that_are_no_text_are_kept(store: SettingsStore, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    store.change(open_folder=odd)
    store.add_recent(odd / "a.wav")
    assert again(store).settings == store.settings
    store.change(theme="dark")  # and what comes later, too
    assert again(store).settings.theme == "dark"
    assert again(store).settings.recent == (odd / "a.wav",)


def test_nothing_is_written_while_nothing_is_changed(store: SettingsStore) -> None:
    store.change(theme=store.settings.theme)
    store.settle()
    assert not store._path.exists()


def test_the_window_does_not_wait_for_the_disk_and_the_newest_is_written(
    store: SettingsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, writers = threading.Event(), []

    def at_last(place: Path) -> None:
        writers.append(threading.current_thread())
        assert slow.wait(60)
        sync(place)

    monkeypatch.setattr("core.files.sync", at_last)
    for gain in range(20):
        store.change(live_gain_db=float(gain))
    slow.set()
    assert again(store).settings.live_gain_db == 19.0
    assert threading.current_thread() not in writers
    assert len(writers) <= 4  # of a file and its folder, at most twice


def test_a_full_disk_is_logged_and_leaves_the_older_file(
    store: SettingsStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.change(theme="dark")
    store.settle()
    with full_disk(10), caplog.at_level(logging.ERROR, settings.__name__):
        store.change(theme="light")
        store.settle()
    assert "settings were not saved" in caplog.text
    assert again(store).settings.theme == "dark"
