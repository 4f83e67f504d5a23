"""No other computer is asked for anything because a file from somewhere says so."""

from __future__ import annotations

import builtins
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.saved_state import from_saved
from core.concepts.head import load_head
from core.elsewhere import here, is_inside, leads_elsewhere
from core.errors import ModelError
from core.model_folder import read_model_folder
from core.models import open_toolbox
from core.session_file import read_session
from core.session_writer import write_session
from core.training.clip_table import read_clip_table
from core.types import ExplanationRequest
from tests.core.test_folder_kinds import save_small_head
from tests.models import SmallModels
from tests.sessions import made_up_session, tamper

ELSEWHERE = [
    r"\\server\share\word.wav",
    "//server/share/word.wav",
    r"\/server\share/word.wav",
    r"\\?\UNC\server\share\word.wav",
    "//?/UNC/server/share/word.wav",
    r"\\.\UNC\server\share\word.wav",
    r"\??\UNC\server\share\word.wav",
    r"\\server@SSL@8443\share\word.wav",
    r"\\.\pipe\word",
    r"\\server",
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the system is asked about, and leads elsewhere."""
    seen: list[str] = []

    def watched(ask: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            for each in given:
                text = os.fsdecode(each) if isinstance(each, bytes | str | os.PathLike) else ""
                if leads_elsewhere(text) or "\\server" in text or "\\pipe" in text:
                    seen.append(text)
            return ask(*given, **more)

        return call

    for module, names in (
        (os, ("stat", "lstat", "open", "readlink", "scandir", "listdir", "mkdir", "access")),
        (os.path, ("realpath", "exists", "isfile", "isdir", "lexists")),
        (io, ("open",)),
        (builtins, ("open",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, watched(getattr(module, name)))
    return seen


def test_the_probe_sees_who_asks(asked: list[str]) -> None:
    probes: list[Callable[[Path], object]] = [Path.is_file, Path.exists, Path.resolve, Path.is_dir]
    for path in (ELSEWHERE[0], ELSEWHERE[1]):
        for probe in probes:
            asked.clear()
            probe(Path(path))
            assert asked


@pytest.mark.parametrize("path", ELSEWHERE)
def test_a_path_that_leads_elsewhere_is_told_by_its_text(path: str, tmp_path: Path) -> None:
    assert leads_elsewhere(path)
    found = here(path, tmp_path / "a.hearwhy")
    assert found.is_relative_to(tmp_path) and ".." not in found.parts
    assert not leads_elsewhere(found.relative_to(tmp_path))
    assert not is_inside(path)


@pytest.mark.parametrize(
    "path",
    [
        "word.wav",
        "a/word.wav",
        "/home/me/word.wav",
        r"C:\word.wav",
        "C:/word.wav",
        r"\word.wav",
        "",
    ],
)
def test_other_paths_stay_as_they_are(path: str, tmp_path: Path) -> None:
    assert not leads_elsewhere(path)
    assert here(path, tmp_path / "a.hearwhy") == Path(path)


def test_a_file_may_name_what_lies_on_its_own_share() -> None:
    path = r"\\nas\audio\more\word.wav"
    assert here(path, Path(r"\\NAS\Audio\a.hearwhy")) == Path(path)
    assert here(path, Path("//nas/audio/a.hearwhy")) == Path(path)
    for other in (r"\\nas\other\a.hearwhy", r"\\?\UNC\a.hearwhy", "/home/me/a.hearwhy"):
        assert here(path, Path(other)) != Path(path)
    assert here(r"\\?\UNC\server\x", Path(r"\\?\UNC\a.hearwhy")) != Path(r"\\?\UNC\server\x")


def test_clips_of_one_name_on_two_servers_stay_two(tmp_path: Path) -> None:
    places = {here(rf"\\{server}\share\word.wav", tmp_path / "a") for server in ("one", "two")}
    assert len(places) == 2


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("word.wav", True),
        ("a/b/word.wav", True),
        ("a..b.wav", True),
        ("../word.wav", False),
        (r"a\..\..\word.wav", False),
        ("C:word.wav", False),
        ("/word.wav", False),
        (r"\word.wav", False),
    ],
)
def test_what_stays_in_its_folder(path: str, inside: bool) -> None:
    assert is_inside(path) is inside


@pytest.mark.parametrize("path", ELSEWHERE)
@pytest.mark.parametrize("kept", [True, False])
def test_a_session_makes_nobody_ask(
    tmp_path: Path, asked: list[str], path: str, kept: bool
) -> None:
    session, whole = tmp_path / "a.hearwhy", made_up_session(tmp_path)
    if not kept:  # only the current clip is in the session then
        for item in whole.items:
            item.path.unlink()
    write_session(session, whole)

    def hostile(manifest: dict[str, Any]) -> None:
        manifest["request"] |= {"classifier": path, "codec": path}
        manifest["result"]["request"] |= {"classifier": path, "codec": path}
        for item in manifest["items"]:
            item |= {"path": path, "beside": path, "group": "files"}

    tamper(session, hostile)
    asked.clear()
    saved = read_session(session)
    items, _ = from_saved(saved, ())
    again = write_session(tmp_path / "b.hearwhy", replace(saved, items=saved.items))
    assert asked == []
    assert not any(leads_elsewhere(str(item.path.relative_to(tmp_path))) for item in again.items)
    assert not any(leads_elsewhere(item.key.removeprefix(str(tmp_path))) for item in items)
    for request in (saved.request, saved.result.request if saved.result else saved.request):
        with pytest.raises(ModelError, match="no model folder"):
            open_toolbox(request)
    assert asked == []


@pytest.mark.parametrize("path", ELSEWHERE)
def test_a_head_makes_nobody_ask_for_its_codec(
    small_models: SmallModels, tmp_path: Path, asked: list[str], path: str
) -> None:
    manifest = json.loads((small_models.classifier / "model.json").read_bytes())
    manifest["codec"]["id"] = path
    (tmp_path / "head").mkdir()
    (tmp_path / "head" / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="it leads to another computer"):
        read_model_folder(tmp_path / "head")
    with pytest.raises(ModelError, match="it leads to another computer"):
        open_toolbox(ExplanationRequest(classifier=str(tmp_path / "head")))
    assert asked == []


def test_a_concept_head_makes_nobody_ask_for_its_vocabulary(tmp_path: Path) -> None:
    save_small_head(tmp_path / "head")
    file = tmp_path / "head" / "concept-head.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {"vocabulary": ELSEWHERE[0]}))
    with pytest.raises(ModelError, match="damaged"):
        load_head(tmp_path / "head")


@pytest.mark.parametrize("path", ELSEWHERE)
def test_a_table_of_clips_makes_nobody_ask(tmp_path: Path, asked: list[str], path: str) -> None:
    text = f'path,dataset,label,speaker,split\n"{path}",d,l,,test\n'
    (tmp_path / "clips.csv").write_text(text)
    entries, left_out = read_clip_table(tmp_path / "clips.csv")
    assert entries == []
    assert [row.why.partition("” ")[2] for row in left_out] == [
        "names a file on another computer, which is not asked for it."
    ]
    assert asked == []
