"""How long things take: medians over several warm runs, on this computer.

Besides HearWhy's own work, the procedure of arXiv 2410.07530 is timed against ours on the same
sound, with the codec and the head that the paper uses. Their weights are random here, which
changes nothing about the time a step takes, but may make fewer steps suffice than a trained head
needs: the number of steps is reported.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.attribute import attribute
from core.classifiers import Classifier, ClassifierSpec
from core.classifiers.targets import LogOdds, log_odds
from core.codecs import Codec, CodecSpec
from core.coding import classify_batch, decode_batch, encode_batch
from core.device import frozen
from core.extras import is_packaged
from core.fidelity import completeness_gap
from core.job import Report, part, silent
from core.masking import keep, most_relevant
from core.models import Toolbox
from core.pipeline import explain_window
from core.prepare import cut, pad_to, prepare
from core.stages import analyse, relevance, render
from core.threads import alone
from core.types import AudioClip, ExplanationRequest, FloatArray

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from core.classifiers._head import HeadClassifier
    from core.classifiers._networks import Normalised

SECONDS = 1.0  # of sound in every measurement
PUBLISHED_STEPS = 200
PUBLISHED_CLASSES = 35  # Speech Commands with all its words
KEEP = 0.1

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """One thing's times. seconds: of each run. target: seconds its median should not exceed."""

    id: str
    label: str
    seconds: tuple[float, ...]
    target: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The published procedure and ours, run in turns: encode, attribute, decode.

    gaps and steps: completeness gap and steps on the path of each.
    """

    published: Timing
    ours: Timing
    gap_published: float
    gap_ours: float
    steps_published: int
    steps_ours: int

    @property
    def ratio(self) -> float:
        """How many times faster ours is, by the medians."""
        return self.published.median / self.ours.median


def time_explaining(
    clip: AudioClip,
    request: ExplanationRequest,
    toolbox: Toolbox,
    repeats: int,
    report: Report = silent,
) -> list[Timing]:
    """The stages of explaining the first second of a clip, and all of them together."""
    spec = toolbox.codec.spec
    clip = _one_second(clip, spec.sample_rate, spec.channels)
    analysis = analyse(clip, request.target, toolbox)
    attribution, fill = relevance(analysis, request, toolbox)
    shares = np.linspace(0.05, 0.5, repeats + 1).tolist()  # a new one each time, as on a slider

    def new_share() -> object:
        share = shares.pop()
        changed = replace(request, keep=share, remove=share)
        return render(analysis, attribution, fill, changed, toolbox)

    plain = replace(request, random_masks=0)
    compared = replace(request, random_masks=max(5, request.random_masks))
    batch, latents = clip.samples[None], analysis.code.values[None]
    n_samples = clip.n_samples
    works: list[tuple[str, str, float | None, Work]] = [
        (
            "explain",
            "explain 1 s, without random controls",
            0.150,
            lambda: explain_window(clip, plain, toolbox),
        ),
        (
            "explain_with_controls",
            f"explain 1 s, with {compared.random_masks} random masks",
            None,
            lambda: explain_window(clip, compared, toolbox),
        ),
        ("render", "new share: mask, decode, classify", 0.040, new_share),
        ("encode", "encode 1 s", None, lambda: encode_batch(toolbox.codec, batch)),
        ("decode", "decode 1 s", None, lambda: decode_batch(toolbox.codec, latents, n_samples)),
    ]
    timings = []
    for number, (name, label, target, work) in enumerate(works):
        stage = part(report, number / len(works), (number + 1) / len(works))
        (seconds,) = in_turns([work], repeats, stage)
        timings.append(Timing(name, label, seconds, target))
    return timings


def compare_with_published(
    clip: AudioClip,
    device: torch.device,
    repeats: int,
    report: Report = silent,
    *,
    normalised: bool = False,
) -> Comparison:
    """200-step Integrated Gradients in one batch, by captum, against the adaptive one.

    normalised: let the head see latents of unit spread, as our training makes it. On the tiny
    latents of a random codec it is nearly linear, and 8 steps suffice; a trained head needs more.
    """
    codec, classifier = _published_models(device)
    clip = _one_second(clip, codec.spec.sample_rate, codec.spec.channels)
    if normalised:
        _normalise(classifier.network, encode_batch(codec, clip.samples[None])[0])
    gaps: dict[str, float] = {}
    steps: dict[str, int | None] = {"published": PUBLISHED_STEPS}

    def published() -> None:
        code, target = _encoded(codec, classifier, clip)
        values, gaps["published"] = _captum(classifier, code, target, device)
        _decoded(codec, clip, code, values)

    def ours() -> None:
        code, target = _encoded(codec, classifier, clip)
        fill = np.zeros_like(code)
        asked = LogOdds(classifier.spec.labels[target])
        found = attribute("integrated_gradients", classifier, code, fill, asked, device=device)
        gaps["ours"], steps["ours"] = found.completeness_gap or 0.0, found.steps
        _decoded(codec, clip, code, found.values)

    times = in_turns([published, ours], repeats, report)
    return Comparison(
        Timing("published", f"published: {PUBLISHED_STEPS} steps in one batch", times[0]),
        Timing("ours", f"ours: adaptive, {steps['ours']} steps here", times[1]),
        gaps["published"],
        gaps["ours"],
        PUBLISHED_STEPS,
        steps["ours"] or 0,
    )


def time_starting(repeats: int, report: Report = silent) -> list[Timing]:
    """Seconds until a new Python has imported `core`, and until `--help` is printed.

    Empty in a packaged application, which has no interpreter to start.
    """
    root = Path(__file__).resolve().parents[1]
    if is_packaged() or not (root / "main.py").is_file():
        return []
    imported = [sys.executable, "-c", "import sys, core; sys.exit('torch' in sys.modules)"]
    helped = [sys.executable, "main.py", "--help"]

    def started(command: Sequence[str]) -> Work:
        return lambda: subprocess.run(command, cwd=root, check=True, capture_output=True)

    times = in_turns([started(imported), started(helped)], repeats, report)
    return [
        Timing("import_core", "import core, without torch", times[0]),
        Timing("help", "main.py --help", times[1], 0.5),
    ]


def in_turns(
    works: Sequence[Work], repeats: int, report: Report = silent
) -> list[tuple[float, ...]]:
    """Seconds each work took in each of `repeats` rounds, after one that is not counted.

    In turns, so that whatever else the computer does slows all of them alike.
    """
    seconds: list[list[float]] = [[] for _ in works]
    for number in range(repeats + 1):
        for work, taken in zip(works, seconds, strict=True):
            started = time.perf_counter()
            work()
            taken.append(time.perf_counter() - started)
        report((number + 1) / (repeats + 1), "Measuring")
    return [tuple(taken[1:]) for taken in seconds]


def _one_second(clip: AudioClip, sample_rate: int, channels: int) -> AudioClip:
    prepared = prepare(clip, sample_rate=sample_rate, channels=channels)
    return pad_to(cut(prepared, 0.0, min(SECONDS, prepared.seconds)), SECONDS)


def _normalise(network: Normalised, code: FloatArray) -> None:
    """Set a head's normalisation by latents (D, F)."""
    import torch

    latents = torch.tensor(code, device=network.mean.device)
    network.mean.copy_(latents.mean(dim=1, keepdim=True))
    network.spread.copy_(latents.std(dim=1, keepdim=True).clamp(min=1e-6))


def _published_models(device: torch.device) -> tuple[Codec, HeadClassifier]:
    """EnCodec 24 kHz and the paper's transformer head, with random but fixed weights."""
    import torch
    from transformers import EncodecConfig, EncodecModel

    from core.classifiers._head import HeadClassifier, new_head
    from core.codecs.encodec import EncodecCodec

    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = EncodecConfig()
        model: Any = EncodecModel(config)
        frozen(model, device)
        latent_dim = model.config.codebook_dim
        head, _ = new_head("transformer", latent_dim, PUBLISHED_CLASSES, {})
        frozen(head, device)
    rate = config.sampling_rate
    codec_spec = CodecSpec(
        "random-encodec", "EnCodec", rate, rate / config.hop_length, latent_dim, "random"
    )
    labels = tuple(f"class {number}" for number in range(PUBLISHED_CLASSES))
    head_spec = ClassifierSpec(
        id="random-head",
        label="Transformer",
        digest="random",
        labels=labels,
        codec_id=codec_spec.id,
        codec_digest=codec_spec.digest,
        window=SECONDS,
        minimum=SECONDS,
    )
    return EncodecCodec(codec_spec, model, device), HeadClassifier(head_spec, head, 1.0)


def _encoded(codec: Codec, classifier: Classifier, clip: AudioClip) -> tuple[FloatArray, int]:
    """Latents (D, F) and the class predicted from them."""
    latents = encode_batch(codec, clip.samples[None])
    return latents[0], classify_batch(classifier, codec, latents)[0].index


def _decoded(codec: Codec, clip: AudioClip, code: FloatArray, values: FloatArray) -> FloatArray:
    """The sound of the most relevant cells. values: relevance (D, F) of the code."""
    kept = keep(code, np.zeros_like(code), most_relevant(values, KEEP))
    return decode_batch(codec, kept[None], clip.n_samples)


def _captum(
    classifier: Classifier, code: FloatArray, target: int, device: torch.device
) -> tuple[FloatArray, float]:
    """Relevance (D, F) as published, and its completeness gap."""
    import torch
    from captum.attr import IntegratedGradients

    def forward(latents: Tensor) -> Tensor:
        return log_odds(classifier.logits(latents), target)

    at = torch.tensor(code[None], device=device)
    fill = torch.zeros_like(at)
    with alone():  # as in ours
        found = IntegratedGradients(forward).attribute(at, fill, n_steps=PUBLISHED_STEPS)
    values: FloatArray = found[0].detach().cpu().numpy()
    with torch.no_grad():
        ends = forward(torch.cat([at, fill])).tolist()
    return values, completeness_gap(values, *ends)
