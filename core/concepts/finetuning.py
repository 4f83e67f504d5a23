"""The layer H of the paper: embeddings turned, linearly, towards the sentences of their labels.

Trained to raise cosine(H z, label text); what is decomposed is then H z, min ‖C w − H z‖² + λ‖w‖₁.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core.concepts.embeddings import EmbedderSpec
from core.errors import DataError, ExportError, ModelError
from core.file_names import shown
from core.folders import made, require_writable
from core.job import CancelToken, Report
from core.tensors import load_tensors, save_tensors
from core.threads import alone
from core.training.loop import Schedule, run
from core.types import FloatArray

SOFTNESS = 0.05  # temperature of the choice among the labels
SCHEDULE = Schedule(steps=400, batch=64, rate=2e-3, warmup=20, weight_decay=0.0, averaging=0.99)


class Turn(nn.Module):
    """H: a linear layer without bias that begins as the identity. Shape: (n, d) → unit (n, d)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.eye(dim))

    def forward(self, embeddings: Tensor) -> Tensor:
        turned: Tensor = nn.functional.normalize(embeddings @ self.matrix.T, dim=1)
        return turned

    def apply_to(self, embeddings: FloatArray) -> FloatArray:
        """Arrays (n, d) → (n, d), rows of length 1."""
        with alone(), torch.inference_mode():
            turned: Tensor = self(torch.from_numpy(np.array(embeddings)))
        return np.asarray(turned.numpy(), dtype=np.float32)


def fine_tune(
    embeddings: FloatArray,
    classes: Sequence[int],
    labels: FloatArray,
    checkpoint: Path,
    report: Report,
    cancel: CancelToken,
    schedule: Schedule = SCHEDULE,
) -> Turn:
    """H for embeddings (n, d) of known classes, whose sentences lie at labels (L, d).

    Each step raises the cosine of H z and its label's text, and lowers those with the others.
    Raises: DataError when there is nothing to learn from; Cancelled, with the checkpoint written.
    """
    if len(embeddings) < 2 or len(set(classes)) < 2:
        raise DataError("Fine-tuning needs clips of two classes or more.")
    turn = Turn(embeddings.shape[1])
    sounds, sentences = torch.from_numpy(np.array(embeddings)), torch.from_numpy(np.array(labels))
    wanted = torch.tensor(list(classes))

    def loss_of_step(generator: torch.Generator) -> Tensor:
        picks = torch.randint(len(sounds), (schedule.batch,), generator=generator)
        cosines: Tensor = turn(sounds[picks]) @ sentences.T
        near = 1 - cosines.gather(1, wanted[picks, None]).mean()
        told: Tensor = nn.functional.cross_entropy(cosines / SOFTNESS, wanted[picks])
        return near + told

    run(turn, loss_of_step, schedule, checkpoint, report, cancel)
    return turn.requires_grad_(False)


def require_layer_place(path: Path) -> None:
    """That H can be written to `path`, where nothing or an older H is. Raises: ExportError."""
    require_writable(path.parent)
    if not os.path.lexists(path):
        return
    try:
        tensors, facts = load_tensors(path)
        ours = set(tensors) == {"matrix"} and "space" in facts
    except ModelError:
        ours = False
    if not ours:
        raise ExportError(
            f"“{path}” is there and no fine-tuning layer, and would be lost; choose another name."
        )


def save_turn(path: Path, turn: Turn, embedder: EmbedderSpec) -> None:
    """Write H, completely or not at all; missing folders are made. Raises: ExportError."""
    facts = {"space": embedder.space, "embedder": embedder.digest}
    with made(path.parent):
        save_tensors(path, {"matrix": turn.matrix}, facts)


def load_turn(path: Path, embedder: EmbedderSpec) -> Turn:
    """H from its file. Raises: ModelError when it is damaged or was fitted to another embedder."""
    tensors, facts = load_tensors(path)
    matrix = tensors.get("matrix")
    if facts.get("embedder") != embedder.digest or matrix is None or matrix.ndim != 2:
        raise ModelError(
            f"“{shown(path)}” holds no fine-tuning layer for the embeddings of “{embedder.id}” "
            f"({embedder.digest})."
        )
    turn = Turn(len(matrix))
    with torch.no_grad():
        turn.matrix.copy_(matrix)
    return turn.requires_grad_(False)
