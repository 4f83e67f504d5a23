"""Session files whose manifest someone damaged or made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import CoreError
from core.session_file import read_session
from tests.core.session_archive.refusal import refused
from tests.sessions import entries, repack, tamper


@pytest.mark.parametrize(
    "text",
    [
        b"", b"null", b"[]", b"{", b"\xff\xfe", b"1e999", b"NaN", b'"x"', b"[" * 10**6,
        b'{"a":' * 10**5, b'{"format": "hearwhy.session", "version": 0, "application": "0"}',
        b'{"format": "hearwhy.session", "version": 2, "application": "0"}',
        b'{"format": "other", "version": 2, "application": "0"}', b"\x80\x04\x95.",
    ],
)  # fmt: skip
def test_another_manifest(path: Path, text: bytes) -> None:
    repack(path, {**entries(path), "manifest.json": text})
    assert len(refused(path, "damaged")) < 400


def test_a_manifest_that_is_too_long(path: Path) -> None:
    repack(path, {**entries(path), "manifest.json": b" " * (2**24 + 1)})
    refused(path, "manifest.json has 16,777,217 bytes")


def test_a_newer_version_is_named(path: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest.update(version=3, application="9.1", something=["new"])

    tamper(path, change)
    assert "made by a newer HearWhy (9.1)" in refused(path)


def test_an_older_version_is_named_with_what_to_do(path: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest.update(version=1, application="0.0.9", codec=None)

    tamper(path, change)
    sentence = refused(path)
    assert "saved by an older HearWhy (0.0.9)" in sentence and "explain them again" in sentence


def test_latents_of_another_codec(path: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        codec = manifest["result"]["origin"]["codec"]
        codec.update(latent_dim=5, bands=None, band_edges=None)

    tamper(path, change)
    refused(path, "not of its codec")


def change_of(*place: str | int, to: object) -> Callable[[Any], None]:
    def change(manifest: Any) -> None:
        for key in place[:-1]:
            manifest = manifest[key]
        manifest[place[-1]] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        change_of("extra", to=1),
        change_of("current", to=-1),
        change_of("current", to=3),
        change_of("current", to=True),
        change_of("active", to="louder"),
        change_of("selection", to=[0.3, 0.1]),
        change_of("selection", to=[-1.0, 0.1]),
        change_of("selection", to=[float("nan"), 1.0]),
        change_of("look", "position", to=float("inf")),
        change_of("request", "keep", to="0.5"),
        change_of("request", "seed", to=2**31),
        change_of("request", "seed", to=-1),
        change_of("request", "random_masks", to=10**9),
        change_of("request", "start", to=float("-inf")),
        change_of("items", 0, "group", to="live"),
        change_of("items", 0, "clip", "sound", to="../../outside"),
        change_of("items", 0, "name", to="x" * 5_000),
        change_of("sounds", 0, "id", to="../../../../../../../outside0000"),
        change_of("sounds", 0, "kind", to="pkl"),
        change_of("sounds", 0, "samples", to=-1),
        change_of("sounds", 0, "samples", to=2**60),
        change_of("sounds", 0, "samples", to=2**29),
        change_of("sounds", 0, "channels", to=0),
        change_of("sounds", 0, "sample_rate", to=0),
        change_of("sounds", to=[]),
        change_of("result", "target", to="maybe"),
        change_of("result", "labels", to=["yes", "no"]),
        change_of("result", "labels", to=["yes", "yes", "no"]),
        change_of("result", "labels", to=[]),
        change_of("result", "original", to=[0.5, 0.5]),
        change_of("result", "original", to=[0.5, 0.4, -0.1]),
        change_of("result", "original", to=[0.5, 0.4, float("nan")]),
        change_of("result", "n_samples", to=-1),
        change_of("result", "first", to=9_000),
        change_of("result", "first", to=-1),
        change_of("result", "last", to=0.5),
        change_of("result", "windows", 0, "sample_rate", to=0),
        change_of("result", "level_db", to={}),
        change_of("result", "audio", to={}),
        change_of("result", "timeline", "n_window", to=0),
        change_of("result", "timeline", "sample_rate", to=0),
        change_of("result", "timeline", "labels", to=["yes"]),
        change_of("result", to=None),
        change_of("result", "origin", "codec", to="small-codec"),
        change_of("result", "origin", "codec", "bands", to=[0, 0, 1]),
        change_of("result", "origin", "codec", "bands", to=[0, 0, 1, 2]),
        change_of("result", "origin", "codec", "bands", to=[0, 0, -1, 1]),
        change_of("result", "origin", "codec", "bands", to=None),
        change_of("result", "origin", "codec", "band_edges", to=[0.0, 9.0, 8.0]),
        change_of("result", "origin", "codec", "band_edges", to=[0.0]),
        change_of("result", "origin", "codec", "frame_rate", to=0.0),
        change_of("result", "origin", "codec", "sample_rate", to=0),
        change_of("result", "origin", "codec", to={"latent_dim": 4}),
        change_of("result", "origin", "classifier", "labels", to=None),
        change_of("result", "origin", "samples", to=7),
        change_of("result", "origin", "method", to=[["steps"]]),
        change_of("result", "origin", "versions", to=[["hearwhy", {}]]),
        change_of("result", "origin", to=None),
    ],
)
def test_a_field_that_cannot_be(path: Path, change: Callable[[Any], None]) -> None:
    tamper(path, change)
    assert len(refused(path, "damaged")) < 400


def test_more_sound_than_there_can_be(path: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        for sound in manifest["sounds"]:
            sound["samples"] = 2**28

    tamper(path, change)
    refused(path, "more sound than a session does")


def test_shares_outside_of_what_there_is_have_their_own_sentence(path: Path) -> None:
    tamper(path, change_of("request", "keep", to=3.0))
    with pytest.raises(CoreError, match="between 0 and 1"):
        read_session(path)


@pytest.mark.parametrize("beside", ["../outside.wav", "/etc/passwd", "a/../../b"])
def test_a_path_beside_the_session_stays_beside_it(path: Path, beside: str) -> None:
    tamper(path, change_of("items", 2, "path", to="/nowhere/x.wav"))
    tamper(path, change_of("items", 2, "beside", to=beside))
    assert read_session(path).items[2].path == Path("/nowhere/x.wav")
