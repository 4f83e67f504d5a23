"""The sample that shows at once what HearWhy does."""

from __future__ import annotations

from core.errors import DataError
from core.samples import Sample, SampleKind, sample_clips


def keyword_sample() -> Sample:
    """The first sample of one keyword. Raises: DataError when there is none."""
    for sample in sample_clips():
        if sample.kind is SampleKind.KEYWORD:
            return sample
    raise DataError("There is no sample clip of a keyword; install HearWhy again.")
