"""The engine as the worker thread uses it: models are opened once and kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.audio_io import read_clip
from core.job import CancelToken, Report
from core.models import Toolbox, open_toolbox
from core.pipeline import explain, with_shares
from core.types import AudioClip, ExplanationRequest, ExplanationResult


class Engine:
    """Explains clips; called from one thread at a time."""

    def __init__(self) -> None:
        self._opened: tuple[tuple[str | None, str, str], Toolbox] | None = None

    def read(self, path: Path, report: Report, cancel: CancelToken) -> AudioClip:
        """A file as it is. Raises: AudioError."""
        report(0.0, f"Reading {path.name}")
        return read_clip(path, mono=True)

    def explain(
        self, clip: AudioClip, request: ExplanationRequest, report: Report, cancel: CancelToken
    ) -> ExplanationResult:
        """Raises: CoreError, Cancelled among it."""
        toolbox = self._toolbox(request, report)
        return explain(clip, request, toolbox, report, cancel)

    def reshare(
        self,
        result: ExplanationResult,
        request: ExplanationRequest,
        controls: bool,
        report: Report,
        cancel: CancelToken,
    ) -> ExplanationResult:
        """`result` at the shares and granularity of `request`; random masks only if asked."""
        wanted = request if controls else replace(request, random_masks=0)
        changed = with_shares(result, wanted, self._toolbox(request, report), cancel)
        return replace(changed, request=request)

    def _toolbox(self, request: ExplanationRequest, report: Report) -> Toolbox:
        key = (request.codec, request.classifier, request.device)
        if self._opened is None or self._opened[0] != key:
            report(0.0, "Opening the models")
            self._opened = (key, open_toolbox(request))
        return self._opened[1]


def needs_explaining(result: ExplanationResult, request: ExplanationRequest) -> bool:
    """Whether `request` asks for more than other shares or another granularity of `result`."""
    same = replace(
        result.request,
        keep=request.keep,
        remove=request.remove,
        granularity=request.granularity,
        random_masks=request.random_masks,
    )
    return same != request or bool(result.windows)
