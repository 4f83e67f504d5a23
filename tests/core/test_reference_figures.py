"""The engine gives the figures it gave: ten clips, every method, every fill."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import pytest

from tests.core.reference_figures import CLIPS, FIGURES, figures, opened

TOOLBOX = lru_cache(opened)
# Other processors round otherwise; a gradient at the sound itself is the most sensitive to that.
WITHIN = {"p": 3e-4, "gap": 3e-4, "level_db": 1e-3}
RELEVANCE_WITHIN = 3e-3  # of the sum without signs


@pytest.mark.parametrize(
    ("classifier", "clip"),
    [(classifier, clip) for classifier, clips in CLIPS.items() for clip in clips],
)
def test_ten_clips_are_explained_as_they_were(classifier: str, clip: str) -> None:
    known: dict[str, dict[str, Any]] = json.loads(FIGURES.read_text(encoding="utf-8"))[clip]
    found = figures(classifier, clip, TOOLBOX(classifier))
    assert found.keys() == known.keys()
    for choice, before in known.items():
        now = found[choice]
        for name in ("target", "steps", "kept", "removed"):
            assert now[name] == before[name], (choice, name)
        sums, scale = now["relevance"], before["relevance"][1]
        assert sums == pytest.approx(before["relevance"], abs=RELEVANCE_WITHIN * scale), choice
        for name, within in WITHIN.items():
            if before[name] is None:
                assert now[name] is None, (choice, name)
                continue
            assert now[name] == pytest.approx(before[name], rel=within, abs=within), (choice, name)
