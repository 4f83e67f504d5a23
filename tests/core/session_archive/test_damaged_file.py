"""Session files that are cut off, or something else: each is a sentence, none does any harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.session_file import read_session
from tests.core.session_archive.refusal import refused
from tests.sessions import repack


def test_the_whole_file_opens(path: Path) -> None:
    assert read_session(path).result is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P",
        b"RIFF....WAVE",
        b"\x80\x04\x95",
        b"\x1f\x8b\x08",
        b"%PDF-1.7",
        b"<html>",
        b"\0" * 99,
    ],
)
def test_another_kind_of_file_is_no_session(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    refused(path, "no session of HearWhy")


def test_a_folder_and_nothing_are_no_sessions(tmp_path: Path) -> None:
    refused(tmp_path, "no file")
    refused(tmp_path / "nowhere.hearwhy", "There is no file")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off(path: Path, whole: bytes, share: float) -> None:
    path.write_bytes(whole[: 4 + int(share * len(whole))])
    refused(path, "damaged|no session")


@pytest.mark.parametrize("where", ["front", "middle", "end"])
def test_foreign_bytes_anywhere(path: Path, whole: bytes, where: str) -> None:
    at = {"front": 0, "middle": len(whole) // 2, "end": len(whole)}[where]
    path.write_bytes(whole[:at] + b"#!/bin/sh\n" + whole[at:])
    refused(path)


def test_a_zip_within_a_zip_and_a_zip_behind_a_zip(path: Path, whole: bytes) -> None:
    repack(path, {"inner.zip": whole})
    refused(path, "not part of a session")
    path.write_bytes(whole + whole)
    refused(path)
