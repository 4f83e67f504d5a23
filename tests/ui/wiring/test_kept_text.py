"""What the explanation keeps, in words."""

from __future__ import annotations

import pytest

from core.stretches import Stretch
from core.types import AudioClip, Variant
from tests.results import made_up_result


@pytest.fixture
def shown(behind, window):
    """The line for some stretches of the made-up result (keep 20 %, “yes” .75 → .6)."""
    from app.picture_controller import Pictures

    def show(*stretches: Stretch, start: float = 0.0, seconds: float = 1.0) -> str:
        pictures = Pictures(
            {Variant.ORIGINAL: AudioClip([0.0] * 100, 100)},
            {},
            seconds,
            start,
            result=made_up_result(),
            stretches=stretches,
        )
        behind.pictures.pictures_changed.emit(pictures)
        return window.parts.relevance.kept.text().replace("\N{NO-BREAK SPACE}", " ")

    return show


def test_time_frequencies_and_probability(shown):
    assert shown(Stretch(0.421, 0.712, "yes", 0.8, 903.0, 2641.0)) == (
        "Keeps 20 %: 0.42–0.71 s at 900–2,600 Hz; p(“yes”) through the codec .75 → .60"
    )


def test_moments_are_those_of_the_clip(shown):
    line = shown(Stretch(0.25, 0.5, "yes", 0.8), start=90.0, seconds=600.0)
    assert line == "Keeps 20 %: 1:30.25–1:30.50; p(“yes”) through the codec .75 → .60"


def test_of_many_stretches_the_strongest_three_are_named_in_order(shown):
    strengths = (0.1, 0.3, 0.05, 0.2, 0.15)
    stretches = [Stretch(n / 10, n / 10 + 0.05, "yes", share) for n, share in enumerate(strengths)]
    assert "0.10–0.15 s, 0.30–0.35 s, 0.40–0.45 s, …;" in shown(*stretches)


def test_nothing_is_kept(shown):
    assert "nothing that speaks for it" in shown()


def test_it_is_part_of_the_text_twin_and_goes_with_the_result(behind, window, opened, tone):
    opened(tone)
    relevance = window.parts.relevance
    assert "Keeps 10" in relevance.text_twin
    assert relevance.text_twin == relevance.canvas.accessibleDescription()
    behind.session.choose(behind.session.state.items[0].key)
    assert relevance.kept.text() == ""
