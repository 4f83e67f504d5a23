"""The report is parsed as a browser parses it; its sounds and pictures are opened again."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile
from matplotlib.image import imread

from core.export import export_files
from core.exporters import ExportOptions, Subject
from core.types import (
    AudioClip,
    ExplanationResult,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
    Variant,
)
from tests.results import (
    LABELS,
    RATE,
    SAMPLES,
    latent_code,
    made_up_origin,
    made_up_result,
    summary,
)

VOID = {"meta", "input", "br", "hr", "img", "link"}
ORDER = (Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED, Variant.RECONSTRUCTION)


class Page(HTMLParser):
    """Elements with their attributes, and the text of each; tags must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.append((self._open[-1], data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, *tags: str) -> str:
        return "\n".join(data for tag, data in self.texts if tag in tags)

    @property
    def words(self) -> str:
        """What is read: everything but style and script."""
        return " ".join(
            " ".join(data for tag, data in self.texts if tag not in {"style", "script"}).split()
        )


def page_of(result: ExplanationResult, folder: Path, **how: object) -> Page:
    options = ExportOptions(base="a")
    (path,) = export_files(Subject(result, **how), ["html"], options, folder).files
    return Page(path.read_text(encoding="utf-8"))


def data(uri: str | None) -> bytes:
    assert uri is not None
    kind, _, encoded = uri.partition(";base64,")
    assert kind in {"data:audio/wav", "data:image/png"}
    return base64.b64decode(encoded, validate=True)


def sounds(page: Page) -> list[np.ndarray]:
    read = [soundfile.read(io.BytesIO(data(audio["src"]))) for audio in page.all("audio")]
    assert {rate for _, rate in read} == {RATE}
    return [samples for samples, _ in read]


def quiet(**changes: object) -> ExplanationResult:
    """A result none of whose sounds exceeds full scale."""
    whole = made_up_result()
    audio = {
        variant: AudioClip(clip.samples / 3, clip.sample_rate)
        for variant, clip in whole.audio.items()
    }
    return made_up_result(**{"audio": audio, **changes})


def test_the_players_have_the_sounds_in_the_order_of_the_keys(tmp_path: Path) -> None:
    result = quiet()
    page = page_of(result, tmp_path)
    heard = sounds(page)
    assert len(heard) == 4
    for samples, variant in zip(heard, ORDER, strict=True):
        np.testing.assert_allclose(samples, result.audio[variant].samples[0], atol=2.0**-15)
    assert "turned down" not in page.words


def test_sounds_beyond_full_scale_are_all_turned_down_alike_and_it_is_said(
    tmp_path: Path,
) -> None:
    result = made_up_result()
    page = page_of(result, tmp_path)
    (down,) = re.findall(r"All sounds here are turned down by (\d+\.\d) dB", page.words)
    peak_db = 20 * np.log10(np.abs(result.audio[Variant.EXPLANATION].samples).max())
    assert peak_db <= float(down) < peak_db + 0.1
    for samples, variant in zip(sounds(page), ORDER, strict=True):
        wanted = result.audio[variant].samples[0] * 10 ** (-float(down) / 20)
        np.testing.assert_allclose(samples, wanted, atol=2.0**-15)


def test_levels_are_matched_only_when_asked_for(tmp_path: Path) -> None:
    result = quiet()
    page = page_of(result, tmp_path, gain_db={Variant.REMOVED: 6.0206})
    np.testing.assert_allclose(
        sounds(page)[2], 2 * result.audio[Variant.REMOVED].samples[0], atol=2.0**-14
    )
    assert "matched by +6.0 dB" in page.words
    assert "matched" not in page_of(result, tmp_path).words


def test_the_pictures_are_pictures_and_said_in_words(tmp_path: Path) -> None:
    page = page_of(quiet(), tmp_path)
    pictures = [imread(io.BytesIO(data(image["href"]))) for image in page.all("image")]
    assert len(pictures) == 4
    assert {picture.shape[0] for picture in pictures} == {128}
    drawings = page.all("svg")
    assert len(drawings) == 6  # four versions, the colour scale, the curve
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in drawings)
    assert "Spectrogram of Explanation, 0.25–0.75 s." in [svg["aria-label"] for svg in drawings]


def test_the_numbers_stand_in_the_table(tmp_path: Path) -> None:
    words = page_of(quiet(), tmp_path).words
    assert "Original “yes” 0.80 – – – 0.0 dB" in words
    assert "Explanation “yes” 0.70 0.60 0.40 ± 0.05 0.20 ± 0.06 −8.2 dB" in words
    assert "Removed “no” 0.20 0.30 0.90 ± 0.05 0.45 ± 0.06 silent" in words
    assert "Codec “yes” – 0.75 – – −0.1 dB" in words
    assert (
        "The classifier hears “yes”, p(“yes”) = 0.80; through the codec alone “yes”, "
        "p(“yes”) = 0.75."
    ) in words
    assert "the rest is heard as “no”, p(“yes”) = 0.30; as many random cells give" in words
    assert "All 3 classes" in words
    assert "small-codec" in words
    assert "1.25 %" in words
    assert "padded from 0.250 s to 0.500 s with silence" in words


def test_another_class_than_the_one_heard_is_explained_by_name(tmp_path: Path) -> None:
    words = page_of(quiet(target="no"), tmp_path).words
    assert (
        "The classifier hears “yes”; this page explains “no”, p(“no”) = 0.15; through the codec "
        "alone “yes”, p(“no”) = 0.20."
    ) in words


def test_without_random_masks_none_are_spoken_of(tmp_path: Path) -> None:
    words = page_of(quiet(random_explanation=None, random_removed=None), tmp_path).words
    assert "as many random cells" not in words
    assert "Explanation “yes” 0.70 0.60 – –" in words


def test_the_page_loads_nothing_and_runs_only_its_own_script(tmp_path: Path) -> None:
    page = page_of(quiet(), tmp_path)
    loading = [
        value
        for _, attributes in page.elements
        for name, value in attributes.items()
        if name in {"src", "href", "srcset", "data", "poster", "action", "xlink:href"}
    ]
    links = [value for value in loading if value and not value.startswith("data:")]
    assert links == ["https://arxiv.org/abs/2410.07530"]  # to be followed, not loaded
    assert "url(" not in page.text("style").replace("url(#", "")
    assert "@import" not in page.text("style")
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]
    assert not [name for _, found in page.elements for name in found if name == "style"]
    (policy,) = (
        meta["content"] or ""
        for meta in page.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page.source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy


def test_the_page_can_be_read_by_ear_in_the_dark_and_on_paper(tmp_path: Path) -> None:
    page = page_of(quiet(), tmp_path)
    assert page.all("html") == [{"lang": "en"}]
    assert all(audio["aria-label"] for audio in page.all("audio"))
    assert all(cell.get("scope") in {"row", "col"} for cell in page.all("th"))
    identities = {found["id"] for _, found in page.elements if "id" in found}
    for _, found in page.elements:
        assert found.get("aria-labelledby") in {None, *identities}
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    style = page.text("style")
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></script><b>",
    "{{ 7 * 7 }}{% raw %}",
    "'&quot;&amp;\x00\x07\u202e\udcff",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_users_gave_becomes_part_of_the_page(tmp_path: Path, text: str) -> None:
    labels = (text, *LABELS[1:])
    first, second = Prediction(labels, [0.8, 0.1, 0.1]), Prediction(labels, [0.3, 0.6, 0.1])
    both = SpacePrediction(first, second)
    window = summary(0.0, 0.5, text, 0.8, text, 0.8, 0.8, 0.5, 0.1, None)
    origin = made_up_origin()
    hostile = quiet(
        clip_name=text,
        target=text,
        origin=replace(origin, codec=replace(origin.codec, id=text), method=((text, text),)),
        notes=(text,),
        original=first,
        reconstruction=first,
        explanation=both,
        removed=both,
        windows=(window,),
        start=0.0,
        end=0.5,
    )
    page = page_of(hostile, tmp_path, source=Path("/tmp") / text.replace("\x00", ""))
    plain = page_of(quiet(windows=(window,), start=0.0, end=0.5), tmp_path)
    # The same elements in the same order, whatever the words are.
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert "49" not in page.text("h1")
    assert len(page.all("script")) == 1


def test_of_every_window_the_page_shows_the_most_telling_and_lists_all(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    long = {
        variant: AudioClip(rng.uniform(-0.5, 0.5, 40 * SAMPLES).astype(np.float32), RATE)
        for variant in Variant
    }
    windows = tuple(
        summary(0.4 * n, 0.4 * n + 0.5, "yes", p, "yes", p, 0.75, 0.5, 0.1, None)
        for n, p in enumerate([0.5, 0.6, 0.8, 0.7, *[0.1] * 400])
    )
    result = made_up_result(audio=long, windows=windows, start=0.0, end=20.0)
    page = page_of(result, tmp_path)
    for samples, variant in zip(sounds(page), ORDER, strict=True):
        wanted = long[variant].samples[0, 6_400 : 6_400 + SAMPLES]
        np.testing.assert_allclose(samples, wanted, atol=2.0**-15)
    assert "the most telling one, 0.80–1.30 s" in page.words
    assert "404 windows" in page.words
    assert "The first 300 are listed" in page.words
    assert "to be compared with those of the codec alone" in page.words
    assert "0.80 1.30 “yes” “yes” 0.80 0.75 0.50 0.10" in page.words
    assert len(page.source) < 1_000_000


def test_one_random_mask_has_no_spread(tmp_path: Path) -> None:
    one = RandomControls(*[RandomControl("no", 0.4, None, 0.0)] * 2)
    words = page_of(made_up_result(random_explanation=one), tmp_path).words
    assert "as many random cells give 0.40." in words
    assert "Explanation “yes” 0.70 0.60 0.40 0.40 −8.2 dB" in words


def test_long_sounds_are_cut_so_that_the_page_stays_small(tmp_path: Path) -> None:
    n_samples = 60 * RATE
    sound = AudioClip(np.full(n_samples, 0.1, dtype=np.float32), RATE)
    result = made_up_result(
        audio=dict.fromkeys(Variant, sound),
        code=latent_code(np.zeros((4, 6)), n_samples),
        start=0.0,
        end=60.0,
    )
    page = page_of(result, tmp_path)
    assert {len(samples) for samples in sounds(page)} == {30 * RATE}
    assert "Pictures and sounds are the first 30 s." in page.words
