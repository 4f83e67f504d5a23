"""CLAP (Wu et al. 2023) through transformers: sounds and sentences in one learned space.

The model and its processor come from a local folder or the local hub cache, never from a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.concepts.embeddings import EMBEDDER_FAMILIES, Embedder, EmbedderFamilySpec, EmbedderSpec
from core.device import frozen
from core.digests import configuration_of, digest_of
from core.errors import ModelError
from core.file_names import shown
from core.foreign_weights import precision_notes, refuse_pointer, weight_files
from core.quiet_transformers import quiet
from core.threads import together
from core.types import FloatArray

if TYPE_CHECKING:
    import torch

SPEC = EmbedderFamilySpec(
    id="clap",
    label="CLAP",
    reference="Wu et al. 2023, arXiv:2211.06687",
    hub_ids=("laion/clap-htsat-unfused", "laion/clap-htsat-fused", "laion/larger_clap_general"),
    model_types=("clap",),
)
CONFIGURATIONS = ("config.json", "preprocessor_config.json", "processor_config.json")
TOKENIZER = "tokenizer.json"
SLOW_TOKENIZER = ("vocab.json", "merges.txt")
TEXTS_AT_ONCE = 64
MINIMUM = 0.1  # s; what is shorter is padded, the processor repeats the rest


class ClapEmbedder:
    """A transformers `ClapModel` with its feature extractor and tokenizer."""

    def __init__(
        self, spec: EmbedderSpec, model: Any, features: Any, tokenizer: Any, device: torch.device
    ) -> None:
        self.spec = spec
        self._model, self._features, self._tokenizer = model, features, tokenizer
        self._device = device

    def embed(self, samples: FloatArray) -> FloatArray:
        import torch

        heard = self._features(
            list(np.asarray(samples, np.float32)),
            sampling_rate=self.spec.sample_rate,
            return_tensors="pt",
        )
        # The extractor marks a sound at random as longer than the window when none of them is.
        heard["is_longer"] = torch.zeros_like(torch.as_tensor(heard["is_longer"]))
        with together(), torch.inference_mode():
            output = self._model.get_audio_features(**heard.to(self._device))
        return _unit(output.pooler_output)

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        import torch

        parts = []
        for first in range(0, len(texts), TEXTS_AT_ONCE):
            some = list(texts[first : first + TEXTS_AT_ONCE])
            tokens = self._tokenizer(some, padding=True, truncation=True, return_tensors="pt")
            with together(), torch.inference_mode():
                output = self._model.get_text_features(
                    input_ids=tokens["input_ids"].to(self._device),
                    attention_mask=tokens["attention_mask"].to(self._device),
                )
            parts.append(_unit(output.pooler_output))
        return np.concatenate(parts)

    def mean(self) -> FloatArray | None:
        return None  # the published weights come without one


@EMBEDDER_FAMILIES.register(SPEC)
def open_clap(clap_id: str, folder: Path, device: torch.device) -> Embedder:
    """Open a folder with `config.json`, weights as safetensors and the processor's files.

    Raises: ModelError.
    """
    for name in CONFIGURATIONS:
        refuse_pointer(folder / name)
    weights = weight_files(folder)
    tokens = _tokenizer_files(folder)
    import transformers
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    library: Any = transformers
    try:
        with quiet():
            features = library.ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
            # By name, for the search of AutoTokenizer passes many families on its way to these.
            whole = tokens[0].name == TOKENIZER
            kind = library.PreTrainedTokenizerFast if whole else library.RobertaTokenizer
            tokenizer = kind.from_pretrained(folder, local_files_only=True)
            model, loading = library.ClapModel.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                dtype="float32",
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except (
        *(OSError, ValueError, KeyError, RuntimeError, ArithmeticError),
        *(SafetensorError, StrictDataclassError),
    ) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"The CLAP model in “{shown(folder)}” does not load: {reason}") from None
    made_up = {*loading["missing_keys"], *(key for key, *_ in loading["mismatched_keys"])}
    if made_up:  # transformers fills them with random numbers
        raise ModelError(
            f"The weights in “{shown(folder)}” do not fit its config.json ({min(made_up)} is "
            "missing or of another size); get both files of the same model again."
        )
    frozen(model, device)
    digest = _digest(folder, [*weights, *tokens])
    spec = EmbedderSpec(
        id=clap_id,
        label="CLAP",
        space=f"clap-{digest}",
        sample_rate=int(features.sampling_rate),
        dim=int(model.config.projection_dim),
        window=float(features.max_length_s),
        minimum=MINIMUM,
        digest=digest,
        notes=precision_notes("CLAP", weights),
    )
    return ClapEmbedder(spec, model, features, tokenizer, device)


def _tokenizer_files(folder: Path) -> tuple[Path, ...]:
    """What turns words into numbers. Raises: ModelError; without it all words would be one."""
    for names in ((TOKENIZER,), SLOW_TOKENIZER):
        files = tuple(folder / name for name in names)
        if all(file.is_file() for file in files):
            for file in files:
                refuse_pointer(file)
            return files
    raise ModelError(
        f"“{shown(folder)}” has no tokenizer, which turns words into what the model reads; get its "
        f"{TOKENIZER}, or {' and '.join(SLOW_TOKENIZER)}, of the same model."
    )


def _digest(folder: Path, files: Sequence[Path]) -> str:
    """Of weights and tokens, and of what the model and the feature extractor are told."""
    told = {
        name: configuration_of(folder / name)
        for name in CONFIGURATIONS
        if (folder / name).is_file()
    }
    return digest_of(files, told)


def _unit(rows: torch.Tensor) -> FloatArray:
    import torch

    unit: FloatArray = torch.nn.functional.normalize(rows.float(), dim=-1).cpu().numpy()
    return unit
