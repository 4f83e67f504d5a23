from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.concepts.decomposition import decompose
from core.concepts.embeddings import Embedder
from core.concepts.listening import hear
from core.concepts.opening import open_embedder
from core.concepts.scoring import dense_scores, label_vectors, sparse_scores
from core.concepts.types import How
from core.concepts.vocabularies import vocabulary_of_words
from core.errors import ModelError, RequestError
from core.types import AudioClip
from tests.core.concepts.spaces import tone

CPU = torch.device("cpu")
WORDS = ("rain", "a dog barks", "speech", "an engine", "music")


def sounds(*bands: int, seconds: float = 2.0) -> np.ndarray:
    return np.stack([tone(band, seconds) for band in bands])


def test_its_facts_are_those_of_its_files(clap: Embedder, clap_folder: Path) -> None:
    spec = clap.spec
    assert (spec.id, spec.sample_rate, spec.dim, spec.window) == ("small-clap", 8_000, 16, 2.0)
    assert spec.space == f"clap-{spec.digest}"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("config.json", {"logit_scale_init_value": 3.0}),
        ("preprocessor_config.json", {"frequency_max": 3_000}),
        ("tokenizer.json", {"normalizer": {"type": "Lowercase"}}),
    ],
)
def test_its_digest_is_of_all_that_its_embeddings_depend_on(
    clap: Embedder, clap_folder: Path, tmp_path: Path, name: str, change: dict[str, Any]
) -> None:
    folder = Path(shutil.copytree(clap_folder, tmp_path / "clap"))
    assert open_embedder(str(folder), CPU).spec.digest == clap.spec.digest
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change))
    assert open_embedder(str(folder), CPU).spec.digest != clap.spec.digest


def test_embeddings_are_what_transformers_makes_of_sounds_and_texts(
    clap: Embedder, clap_folder: Path
) -> None:
    from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel

    model = ClapModel.from_pretrained(clap_folder).eval()
    heard = ClapFeatureExtractor.from_pretrained(clap_folder)(
        list(sounds(2, 9)), sampling_rate=8_000, return_tensors="pt"
    )
    said = AutoTokenizer.from_pretrained(clap_folder)(
        list(WORDS), padding=True, return_tensors="pt"
    )
    with torch.no_grad():
        audio = model.get_audio_features(**heard).pooler_output.numpy()
        text = model.get_text_features(
            input_ids=said["input_ids"], attention_mask=said["attention_mask"]
        ).pooler_output.numpy()
    np.testing.assert_allclose(clap.embed(sounds(2, 9)), audio, atol=1e-5)
    np.testing.assert_allclose(clap.embed_texts(WORDS), text, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(audio, axis=1), 1, atol=1e-5)
    assert not np.allclose(audio[0], audio[1], atol=1e-2)


def test_a_clip_goes_the_whole_way_to_concepts_and_labels(clap: Embedder) -> None:
    clip = AudioClip(np.stack([tone(4, 5.0, 11_025)] * 2), 11_025, "two channels")
    heard = hear(clip, clap)
    assert heard.starts.tolist() == [0.0, 1.0, 2.0, 3.0]
    vocabulary = vocabulary_of_words("mine", WORDS, clap)
    found = decompose(heard.embeddings, vocabulary, How(penalty=0.05))
    assert found.weights.shape == (4, 5) and found.weights.min() >= 0
    labels = label_vectors(["rain", "music"], clap)
    assert dense_scores(heard.embeddings, labels).shape == (4, 2)
    assert np.abs(sparse_scores(found, labels)).max() <= 1 + 1e-6


def test_the_same_sound_has_the_same_embedding_with_feature_fusion(tmp_path: Path) -> None:
    from tests.core.concepts.clap_folder import write_small_clap

    fused = open_embedder(str(write_small_clap(tmp_path / "fused", fused=True)), CPU)
    once = fused.embed(sounds(1, 5, 9))
    for _ in range(3):  # the extractor draws one of them to be a long sound, at random
        np.testing.assert_array_equal(fused.embed(sounds(1, 5, 9)), once)
    np.testing.assert_allclose(fused.embed(sounds(5))[0], once[1], atol=1e-5)


def test_windows_that_make_no_sense_are_refused(clap: Embedder) -> None:
    clip = AudioClip(tone(1), 8_000)
    with pytest.raises(RequestError, match=r"windows of 0\.1 to 2 s"):
        hear(clip, clap, window=5.0)
    with pytest.raises(RequestError, match="do not cover"):
        hear(clip, clap, window=0.5, hop=0.7)


def test_a_damaged_folder_is_refused_in_a_sentence(clap_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(clap_folder, tmp_path / "damaged"))
    config = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(
        config.replace('"projection_dim": 16', '"projection_dim": 8'), encoding="utf-8"
    )
    with pytest.raises(ModelError, match="do not fit"):
        open_embedder(str(folder), CPU)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickle"):
        open_embedder(str(folder), CPU)
    (folder / "pytorch_model.bin").unlink()
    with pytest.raises(ModelError, match=r"no model\.safetensors"):
        open_embedder(str(folder), CPU)
    (folder / "config.json").write_text('{"model_type": "whisper"}', encoding="utf-8")
    with pytest.raises(ModelError, match="whisper"):
        open_embedder(str(folder), CPU)


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(ModelError, match="local model cache"):
        open_embedder("laion/clap-htsat-unfused", CPU)
    with pytest.raises(ModelError, match="no model folder"):
        open_embedder("./absent", CPU)
    with pytest.raises(RequestError, match="did you mean laion"):
        open_embedder("laion/clap-htsat-unfuzed", CPU)
