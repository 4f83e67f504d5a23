from __future__ import annotations

import numpy as np
import pytest

from core.types import (
    ExplanationResult,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
)
from tests.results import made_up_result

LABELS = (
    *("yes", "no", "up", "down", "left", "right"),
    *("on", "off", "stop", "go", "silence", "unknown"),
)


def prediction(**probabilities: float) -> Prediction:
    """Of twelve classes; what is not named shares the rest equally."""
    rest = (1.0 - sum(probabilities.values())) / (len(LABELS) - len(probabilities))
    return Prediction(LABELS, np.array([probabilities.get(label, rest) for label in LABELS]))


@pytest.fixture
def result() -> ExplanationResult:
    """“yes” at .90; removed it is “left”, which the original finds improbable."""
    return made_up_result(
        target="yes",
        original=prediction(yes=0.9, no=0.04, go=0.02, up=0.01),
        reconstruction=prediction(yes=0.88, no=0.05),
        explanation=SpacePrediction(prediction(yes=0.86), prediction(yes=0.84, on=0.07)),
        removed=SpacePrediction(
            prediction(yes=0.02, left=0.9), prediction(yes=0.06, left=0.61, unknown=0.22)
        ),
        random_explanation=RandomControls(
            RandomControl("unknown", 0.2, 0.08, 0.2), RandomControl("unknown", 0.31, 0.12, 0.2)
        ),
        random_removed=RandomControls(
            RandomControl("yes", 0.94, 0.03, 1.0), RandomControl("yes", 0.85, 0.05, 1.0)
        ),
    )
