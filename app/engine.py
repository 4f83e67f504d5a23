"""The engine as the worker thread uses it: models are opened once and kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.torch_loading import load_torch
from core.audio_io import read_clip
from core.errors import ModelError
from core.job import CancelToken, Report, part
from core.models import Toolbox, open_toolbox
from core.pipeline import Groundwork, explain, lay_ground, with_shares
from core.scratch import Scratch, let_go
from core.session_file import KeptSound
from core.types import AudioClip, ExplanationRequest, ExplanationResult

GROUND = 0.9  # of the time that the first explanation of a long clip takes


class Engine:
    """Explains clips; called from one thread at a time."""

    def __init__(self, scratch: Scratch | None = None) -> None:
        """scratch: where long clips are kept; None keeps them in memory."""
        self._scratch = scratch
        self._ground: tuple[AudioClip, Toolbox, Groundwork] | None = None
        self._opened: tuple[tuple[str | None, str, str], Toolbox] | None = None

    def read(self, path: Path, report: Report, cancel: CancelToken) -> AudioClip:
        """A file as it is, mixed down to mono. Raises: AudioError, Cancelled."""
        clip = read_clip(path, mono=True, scratch=self._scratch, report=report, cancel=cancel)
        let_go(clip.samples)
        return clip

    def read_kept(self, sound: KeptSound, report: Report, cancel: CancelToken) -> AudioClip:
        """A recording out of a session file. Raises: SessionFileError, Cancelled."""
        return sound.read(report, cancel, self._scratch)

    def explain(
        self, clip: AudioClip, request: ExplanationRequest, report: Report, cancel: CancelToken
    ) -> ExplanationResult:
        """Raises: CoreError, Cancelled among it."""
        toolbox = self._toolbox(request, report)
        ground = self._known_ground(clip, toolbox)
        if ground is None:
            ground = lay_ground(clip, toolbox, part(report, 0.0, GROUND), cancel, self._scratch)
            self._ground = clip, toolbox, ground
            for samples in (clip.samples, ground.prepared.samples):
                let_go(samples)
            if ground.overview is not None:
                report = part(report, GROUND, 1.0)
        return explain(clip, request, toolbox, report, cancel, ground, self._scratch)

    def reshare(
        self,
        result: ExplanationResult,
        request: ExplanationRequest,
        controls: bool,
        report: Report,
        cancel: CancelToken,
    ) -> ExplanationResult:
        """`result` at the shares and granularity of `request`; random masks only if asked.

        Raises: CoreError, among it ModelError where other models made the result.
        """
        wanted = request if controls else replace(request, random_masks=0)
        toolbox = self._toolbox(request, report)
        _require_same(result, toolbox)
        changed = with_shares(result, wanted, toolbox, cancel)
        return replace(changed, request=request)

    def _known_ground(self, clip: AudioClip, toolbox: Toolbox) -> Groundwork | None:
        known = self._ground
        return known[2] if known and known[0] is clip and known[1] is toolbox else None

    def _toolbox(self, request: ExplanationRequest, report: Report) -> Toolbox:
        key = (request.codec, request.classifier, request.device)
        if self._opened is None or self._opened[0] != key:
            report(0.0, "Opening the models")
            load_torch()
            self._opened = (key, open_toolbox(request))
        return self._opened[1]


def _require_same(result: ExplanationResult, toolbox: Toolbox) -> None:
    """That these models made the result, which may have come out of a file. Raises: ModelError."""
    made = (result.origin.codec.digest, result.origin.classifier.digest)
    if made != (toolbox.codec.spec.digest, toolbox.classifier.spec.digest):
        raise ModelError(
            "This explanation was made with other versions of the models than are here; "
            "explain the clip again (E) to change it."
        )
