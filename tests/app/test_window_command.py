"""What happens without a command: the window, or what stands in for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import run
from app.startup import PictureRequest, PictureTheme, PictureView, WindowRequest
from tests.app.conftest import Outcome, write_sound


class Windows:
    """Stands where the window would be opened."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.requests: list[WindowRequest] = []
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Outcome:
        code = run([str(argument) for argument in arguments], self._open)
        streams = self._capsys.readouterr()
        return Outcome(code, streams.out, streams.err)

    def _open(self, request: WindowRequest) -> int:
        self.requests.append(request)
        return 0


@pytest.fixture
def windows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Windows:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return Windows(capsys)


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)


def test_nothing_at_all_opens_the_window(windows: Windows) -> None:
    assert windows() == Outcome(0, "", "")
    assert windows.requests == [WindowRequest()]


def test_files_and_folders_are_opened_in_the_window(
    windows: Windows, word: Path, tmp_path: Path
) -> None:
    other = write_sound(tmp_path / "more" / "other.wav")
    assert windows(word, tmp_path / "more").code == 0
    assert windows.requests == [WindowRequest((word, other))]


def test_the_command_may_be_named(windows: Windows, word: Path) -> None:
    assert windows("window", word).code == 0
    assert windows.requests == [WindowRequest((word,))]


@pytest.mark.parametrize("arguments", [["--help"], ["models", "--help"], ["explian"]])
def test_commands_and_what_looks_like_one_open_no_window(
    windows: Windows, arguments: list[str]
) -> None:
    windows(*arguments)
    assert windows.requests == []


def test_a_missing_file_opens_no_window(windows: Windows, tmp_path: Path) -> None:
    assert "nowhere.wav" in windows(tmp_path / "nowhere.wav").sentence
    assert windows.requests == []


def test_without_a_display_the_sample_is_explained_and_the_reason_said(
    windows: Windows, no_display: None, bundled: Path, tmp_path: Path
) -> None:
    done = windows()
    assert (done.code, windows.requests) == (0, [])
    assert done.err.startswith("No window: ")
    assert "DISPLAY" in done.err
    assert len(list((tmp_path / "explanations").iterdir())) == 1


def test_without_a_display_every_file_is_explained(
    windows: Windows, no_display: None, bundled: Path, word: Path, tmp_path: Path
) -> None:
    other = write_sound(tmp_path / "other.wav")
    assert windows(word, other).code == 0
    explained = {folder.name for folder in (tmp_path / "explanations").iterdir()}
    assert explained == {"word", "other"}


def test_a_picture_needs_no_display(windows: Windows, no_display: None, word: Path) -> None:
    assert windows(word, "--screenshot", "picture.png").code == 0
    assert windows.requests == [WindowRequest((word,), PictureRequest(Path("picture.png")))]


def test_a_picture_as_it_is_asked_for(windows: Windows) -> None:
    options = ["--size=640x480", "--theme", "dark", "--view", "relevance", "--scale", 2]
    assert windows("--screenshot=p.png", *options).code == 0
    dark = PictureTheme.DARK
    picture = PictureRequest(Path("p.png"), (640, 480), dark, PictureView.RELEVANCE, 2.0)
    assert windows.requests == [WindowRequest((), picture)]


@pytest.mark.parametrize(
    "options",
    [
        ["--size", "large"],
        ["--size", "1x1"],
        ["--size", "640x480x3"],
        ["--theme", "pink"],
        ["--view", "nothing"],
        ["--scale", "0"],
        ["--screenshot", "picture.jpg"],
    ],
)
def test_a_picture_that_cannot_be_is_told(windows: Windows, options: list[str]) -> None:
    done = windows("--screenshot", "picture.png", *options)
    assert (done.code, done.out, windows.requests) == (2, "", [])
    assert options[0].strip("-") in done.err or options[1] in done.err


def test_options_of_a_picture_without_one_are_told(windows: Windows) -> None:
    done = windows("--theme", "dark")
    assert (done.code, windows.requests) == (2, [])
    assert "--screenshot" in done.err
