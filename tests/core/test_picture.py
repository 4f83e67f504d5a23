"""Pictures are read back as pixels: what is drawn where, in which colour."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.image import imread

from core.errors import ExportError, RequestError
from core.picture import (
    DPI,
    LEFT,
    PANEL_WIDTH,
    drawable,
    picture_title,
    shortened,
    spectrogram_picture,
    version_panels,
)
from core.spectrogram import spectrogram, spectrograms
from core.types import (
    Attribution,
    AudioClip,
    ExplanationRequest,
    ExplanationResult,
    Prediction,
    SpacePrediction,
    Spectrogram,
    Variant,
)
from tests.results import latent_code, made_up_origin

SVG = "{http://www.w3.org/2000/svg}"
MAGMA = colormaps["magma"]


def constant(db: float, shape: tuple[int, int] = (513, 40)) -> Spectrogram:
    """A spectrogram of one level."""
    return Spectrogram(
        np.full(shape, db), np.linspace(0, 8000, shape[0]), np.arange(shape[1]) / 62.5, -80.0, 0.5
    )


def share_of_colour(picture: np.ndarray, level: float) -> float:
    """Share of the pixels in the colour of a level in −80…0 dB."""
    wanted = np.array(MAGMA((level + 80.0) / 80.0)[:3])
    return float((np.abs(picture[..., :3] - wanted).max(axis=-1) < 0.01).mean())


def quarters(picture: np.ndarray) -> list[np.ndarray]:
    """Upper left, upper right, lower left, lower right, without the colour bar."""
    height, width = picture.shape[0] // 2, int(0.92 * picture.shape[1]) // 2
    return [
        picture[:height, :width],
        picture[:height, width : 2 * width],
        picture[height:, :width],
        picture[height:, width : 2 * width],
    ]


def test_four_versions_fill_four_panels_on_one_level_scale(tmp_path: Path) -> None:
    levels = [-10.0, -30.0, -50.0, -70.0]
    path = tmp_path / "picture.png"
    spectrogram_picture(path, [(f"{db} dB", constant(db)) for db in levels], title="Four levels")
    picture = imread(path)
    assert picture.shape[0] > 700
    assert picture.shape[1] > 1200
    for quarter, level in zip(quarters(picture), levels, strict=True):
        assert share_of_colour(quarter, level) > 0.6
    assert [file.name for file in tmp_path.iterdir()] == ["picture.png"]


def test_time_runs_right_and_frequency_up(tmp_path: Path) -> None:
    rate = 16_000
    time = np.arange(rate) / rate
    clip = AudioClip(np.sin(2 * np.pi * (100 * time + 3900 * time**2)), rate)  # 100 Hz to 7.9 kHz
    spectrogram_picture(tmp_path / "a.png", [("Chirp", spectrogram(clip))], title="Rising")
    picture = imread(tmp_path / "a.png")
    lit = np.abs(picture[..., :3] - np.array(MAGMA(0.97)[:3])).max(axis=-1) < 0.12
    rows, columns = np.nonzero(lit[:, : int(0.8 * lit.shape[1])])
    assert np.corrcoef(columns, rows)[0, 1] < -0.95


@pytest.mark.parametrize("count", [1, 2, 3])
def test_any_number_of_panels_is_drawn(tmp_path: Path, count: int) -> None:
    spectrogram_picture(tmp_path / "a.png", [("Panel", constant(-30.0))] * count, title="Panels")
    rows, columns = -(-count // 2), min(count, 2)
    assert share_of_colour(imread(tmp_path / "a.png"), -30.0) > 0.4 * count / (rows * columns)


@pytest.mark.parametrize("place", [12_345, 12_346, 40_001])
def test_a_click_in_a_long_sound_stays_visible(tmp_path: Path, place: int) -> None:
    db = np.full((128, 50_001), -80.0)
    db[:, place] = 0.0
    long = Spectrogram(db, np.linspace(30, 7800, 128), np.arange(50_001) / 62.5, -80.0, 1.0)
    spectrogram_picture(tmp_path / "a.png", [("Long", long)], title="A click")
    panel = imread(tmp_path / "a.png")[:, :650]  # without the colour bar
    bright = np.abs(panel[..., :3] - np.array(MAGMA(1.0)[:3])).max(axis=-1) < 0.01
    column = bright.sum(axis=0).argmax()
    assert bright[:, column].sum() > 300
    assert column == pytest.approx(DPI * (LEFT + PANEL_WIDTH * place / 50_000), abs=3)


@pytest.mark.parametrize("row", [200, 201, 202, 900])
def test_a_pure_tone_between_the_pixels_stays_visible(tmp_path: Path, row: int) -> None:
    db = np.full((1025, 50), -80.0)
    db[row] = 0.0
    fine = Spectrogram(db, np.linspace(0, 24_000, 1025), np.arange(50) / 94, -80.0, 1.0)
    spectrogram_picture(tmp_path / "a.png", [("Fine", fine)], title="A tone")
    panel = imread(tmp_path / "a.png")[:, :650]
    bright = np.abs(panel[..., :3] - np.array(MAGMA(1.0)[:3])).max(axis=-1) < 0.01
    assert bright.sum(axis=1).max() > 500


@pytest.mark.parametrize("scale", ["linear", "mel"])
@pytest.mark.parametrize(("rate", "n_samples"), [(16_000, 160), (8_000, 1), (192_000, 20_000)])
def test_short_and_fast_sounds_have_a_picture(
    tmp_path: Path, scale: str, rate: int, n_samples: int
) -> None:
    clip = AudioClip(np.random.default_rng(0).normal(0, 0.1, n_samples), rate)
    spectrogram_picture(
        tmp_path / "a.png", [("Short", spectrogram(clip, scale=scale))], title="Short"
    )
    assert imread(tmp_path / "a.png").ndim == 3


def margins(picture: np.ndarray) -> float:
    """The darkest pixel in the outermost three rows and columns; 1 is white paper."""
    grey = picture[..., :3].mean(axis=-1)
    return float(min(grey[:3].min(), grey[-3:].min(), grey[:, :3].min(), grey[:, -3:].min()))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("W" * 3000, 1),
        ("W" * 3000, 4),
        ("two\nlines $x_1 \\frac{", 1),
        ("名前 🎧 é \t\x07bell", 1),
        ("", 1),
    ],
)
def test_no_text_breaks_the_picture_or_leaves_it(tmp_path: Path, text: str, count: int) -> None:
    spectrogram_picture(tmp_path / "a.png", [(text, constant(-30.0))] * count, title=text)
    picture = imread(tmp_path / "a.png")
    assert margins(picture) > 0.99
    assert share_of_colour(picture, -30.0) > 0.4


def test_long_names_lose_their_middle() -> None:
    assert shortened("abcdefghij", 10) == "abcdefghij"
    assert shortened("abcdefghijk", 10) == "abcdef…ijk"
    assert shortened("abcdefghijk", 1) == "…"


def test_characters_the_font_lacks_become_boxes() -> None:
    assert drawable("“é” ½ 名\n a") == "“é” ½ □ a"


def test_panels_of_different_references_are_refused(tmp_path: Path) -> None:
    clips = [AudioClip(np.full((1, 2000), level), 16_000) for level in (0.1, 0.5)]
    with pytest.raises(RequestError, match="share one reference"):
        spectrogram_picture(
            tmp_path / "a.png", [("A", spectrogram(clip)) for clip in clips], title="Unlike"
        )
    with pytest.raises(RequestError, match="share one reference"):
        spectrogram_picture(tmp_path / "a.png", [], title="None")
    assert not list(tmp_path.iterdir())


def test_a_picture_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="could not be written"):
        spectrogram_picture(tmp_path / "none" / "a.png", [("A", constant(-30.0))], title="A")


def test_drawing_touches_no_window_system_and_no_global_state(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np, matplotlib\n"
        "from core.picture import spectrogram_picture\n"
        "from core.spectrogram import spectrogram\n"
        "from core.types import AudioClip\n"
        "assert 'torch' not in sys.modules\n"
        "before = matplotlib.rcParams.copy()\n"
        "clip = AudioClip(np.ones((1, 3000)), 16000)\n"
        "spectrogram_picture(sys.argv[1], [('A', spectrogram(clip))], title='A')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert matplotlib.rcParams.copy() == before\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.png")], check=True)


def result(levels: dict[Variant, float]) -> ExplanationResult:
    """An explanation whose versions are noise of the given RMS."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, 16_000)
    yes, less, no = (Prediction(("yes", "no"), [p, 1 - p]) for p in (0.9, 0.8, 0.3))
    mask = np.zeros((4, 5), dtype=bool)
    return ExplanationResult(
        request=ExplanationRequest(keep=0.25, remove=0.1),
        clip_name="a $recording$ with a name that is much too long for the title of a picture",
        origin=made_up_origin(),
        device="cpu",
        target="yes",
        first=0,
        last=16_000,
        code=latent_code(np.zeros((4, 5)), 16_000, 16_000),
        attribution=Attribution(np.zeros((4, 5)), "saliency", "yes"),
        keep_mask=mask,
        remove_mask=mask,
        audio={variant: AudioClip(level * noise, 16_000) for variant, level in levels.items()},
        original=yes,
        reconstruction=yes,
        explanation=SpacePrediction(yes, less),
        removed=SpacePrediction(yes, no),
        random_explanation=None,
        random_removed=None,
        level_db={
            variant: 20 * np.log10(level / 0.2) if level else None
            for variant, level in levels.items()
        },
        seconds={},
    )


def test_an_explanation_is_drawn_version_by_version_on_one_scale(tmp_path: Path) -> None:
    levels = {
        Variant.ORIGINAL: 0.2,
        Variant.RECONSTRUCTION: 0.02,
        Variant.EXPLANATION: 0.002,
        Variant.REMOVED: 0.0,
    }
    explained = result(levels)
    panels = version_panels(explained)
    spectrogram_picture(tmp_path / "a.png", [*panels.values()], title=picture_title(explained))
    picture = imread(tmp_path / "a.png")
    assert margins(picture) > 0.99
    made = spectrograms([explained.audio[variant] for variant in levels], scale="mel")
    for quarter, db in zip(quarters(picture), (each.db for each in made), strict=True):
        panel = quarter[quarter[..., :3].min(axis=-1) < 0.95][:, :3]  # the paper is white
        wanted = MAGMA((np.median(db) + 80) / 80)[:3]
        np.testing.assert_allclose(np.median(panel, axis=0), wanted, atol=0.06)


def test_an_explanation_says_what_is_heard_in_each_version() -> None:
    levels = [0.2, 0.19, 0.02, 0.0]
    explained = result(dict(zip(Variant, levels, strict=True)))
    assert {variant: label for variant, (label, _) in version_panels(explained).items()} == {
        Variant.ORIGINAL: "Original: “yes” 0.90",
        Variant.RECONSTRUCTION: "Reconstruction: “yes” 0.90, −0.4 dB",
        Variant.EXPLANATION: "Explanation: “yes” 0.80, −20.0 dB",
        Variant.REMOVED: "Removed: “no” 0.70, silent",
    }
    assert picture_title(explained) == (
        "a $recording$ with a name … of a picture · “yes” · kept 25 %, removed 10 %"
    )


def test_a_picture_in_lines_has_its_panels_and_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    title = "<two> & “four” \x07"
    spectrogram_picture(path, [("A", constant(-10.0)), ("B", constant(-30.0))], title=title)
    root = ElementTree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f".//{SVG}image")) == 3  # two panels and the colour bar
    titles = [entry.text for entry in root.iter("{http://purl.org/dc/elements/1.1/}title")]
    assert "<two> & “four”" in titles[0]


def test_a_picture_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"must end in \.png or \.svg"):
        spectrogram_picture(tmp_path / "a.bmp", [("A", constant(-30.0))], title="A")
    assert not list(tmp_path.iterdir())
