from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.concepts.embeddings._tower_network import Tower, new_tower
from core.concepts.training.captions import Bank, bank_of, said_of
from core.concepts.training.design import TowerDesign, tower_recipe
from core.concepts.training.pool import TowerPool, loudest_stretches, make_tower_pool
from core.concepts.training.publish import keep_mean, publish_tower
from core.concepts.training.teacher import RATE, Yamnet, mel_weights, patches, plain_name
from core.concepts.training.tower import Anchors, settle, told_apart, train_tower
from core.errors import Cancelled, DataError, ExportError, ModelError, RequestError
from core.job import CancelToken, silent
from core.training.data import ClipEntry, ClipSet
from core.training.loop import Schedule
from core.training.pictures import Variation
from tests.cancelling import StopAfter
from tests.core.concepts.towers import SMALL

TONES = {"low": 250.0, "high": 3500.0}


def entry(dataset: str, label: str, speaker: str = "", extra: str = "") -> ClipEntry:
    return ClipEntry(Path("x.wav"), dataset, label, speaker, "train", extra)


@pytest.mark.parametrize(
    ("clip", "said"),
    [
        (entry("esc10", "dog_bark"), {"sound": "dog bark"}),
        (entry("instruments", "violin_or_fiddle"), {"sound": "violin"}),
        (entry("speech_commands", "silence"), {"sound": "background noise"}),
        (
            entry("speech_commands", "unknown", "abc", "wow"),
            {"sound": "speech", "word": "the word wow"},
        ),
        (
            entry("kokoro", "yes", "bm_daniel"),
            {"sound": "speech", "word": "the word yes", "voice": "man speaking"},
        ),
        (entry("kokoro", "yes", "af_a+am_b"), {"sound": "speech", "word": "the word yes"}),
        (
            entry("tess", "fear", "OAF", "mess"),
            {"sound": "speech", "emotion": "fearful voice", "voice": "woman speaking"},
        ),
        (
            entry("ravdess", "calm", "actor05"),
            {"sound": "speech", "emotion": "calm voice", "voice": "man speaking"},
        ),
        (entry("free_sounds", "", "a-game"), {}),
    ],
)
def test_a_clip_says_what_its_list_knows_of_it(clip: ClipEntry, said: dict[str, str]) -> None:
    assert said_of(clip) == said


def test_the_bank_leaves_rare_words_out() -> None:
    clips = [entry("speech_commands", "yes")] * 15 + [entry("speech_commands", "no")] * 14
    bank = bank_of([*clips, entry("esc10", "rain")])
    assert bank.tags == ("rain", "speech", "the word yes")
    assert bank.members("word") == [2] and bank.members("emotion") == []
    assert bank.prompts()[0] == "This is a sound of rain."


def clips() -> ClipSet:
    """Twelve tones in two labels, each a second in two seconds of silence."""
    time = np.arange(RATE) / RATE
    entries, pieces = [], []
    for number in range(12):
        label = ("low", "high")[number % 2]
        sound = 8000 * np.sin(2 * np.pi * (TONES[label] + 20 * number) * time)
        place = 4000 * (number % 5)
        pieces.append(np.pad(sound, (place, RATE - place)).astype(np.int16))
        entries.append(entry("tones", label))
    starts = np.cumsum([0, *map(len, pieces)])
    return ClipSet(tuple(entries), np.concatenate(pieces), starts, RATE)


BANK = Bank(("high", "low"), ("sound", "sound"))
DESIGN = TowerDesign(
    sources={"tones": 1.0}, seconds=1.0, pool=120, joint=0.15, variation=Variation(shift=4, gap=10)
)


def scores(samples: np.ndarray) -> np.ndarray:
    """A teacher that hears whether there are many changes of sign."""
    return np.array([np.abs(np.diff(np.sign(samples))).mean() > 0.3], np.float32)


def small_pool() -> tuple[Tower, TowerPool]:
    torch.manual_seed(0)
    tower = new_tower(SMALL)
    pool = make_tower_pool(tower, clips(), BANK, scores, DESIGN, 0, silent, CancelToken())
    return tower, pool


def anchors() -> Anchors:
    rows = torch.eye(384)
    return Anchors(rows[:2], rows[2:4], rows[4:5])


def test_the_pool_says_of_each_stretch_what_its_clips_say() -> None:
    _, pool = small_pool()
    assert pool.heard.shape == (120, 32, 100) and pool.said.shape == (120, 2)
    single = pool.said.sum(1) == 1
    assert 0.5 < single.float().mean() < 1  # the others are two clips at once
    assert (pool.scores[single, 0] == pool.said[single, 0]).float().mean() > 0.9
    again = small_pool()[1]
    assert torch.equal(again.heard, pool.heard)
    with pytest.raises(DataError, match="other"):
        make_tower_pool(
            new_tower(SMALL),
            clips(),
            BANK,
            scores,
            TowerDesign(sources={"other": 1.0}),
            0,
            silent,
            CancelToken(),
        )


def test_stretches_are_where_the_sound_is() -> None:
    generator = torch.Generator().manual_seed(0)
    short = loudest_stretches(clips(), [0] * 40, RATE // 4, generator)
    assert (short.square().mean(1) > 0.01).float().mean() > 0.8  # half of each clip is silence
    long = loudest_stretches(clips(), [3, 4], 3 * RATE, generator)
    whole = torch.from_numpy(clips().clip(3)).square().sum()
    torch.testing.assert_close(long[0].square().sum(), whole)


def test_the_loss_counts_a_subject_only_where_something_is_said() -> None:
    places = torch.nn.functional.normalize(torch.tensor([[1.0, 0.2, 0.0], [0.0, 0.0, 1.0]]), dim=1)
    tags = torch.eye(3)
    said = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    loss = told_apart(places, said, [tags], [[0, 1]], 0.5)
    logits = places[0, :2] / 0.5
    torch.testing.assert_close(loss, -logits.log_softmax(0)[0])
    assert float(told_apart(places, torch.zeros(2, 3), [tags], [[0, 1]], 0.5)) == 0


SCHEDULE = Schedule(
    steps=40, batch=24, rate=0.01, warmup=3, averaging=0.8, weight_decay=0.0, checkpoint_every=10
)


def trained(checkpoint: Path, cancel_at: float | None = None) -> Tower:
    tower, pool = small_pool()
    cancel = CancelToken()

    def report(share: float, stage: str) -> None:
        if cancel_at is not None and share >= cancel_at:
            cancel.set()

    train_tower(tower, pool, BANK, anchors(), DESIGN, SCHEDULE, checkpoint, report, cancel)
    return tower


def test_a_tower_learns_to_place_sounds_at_their_words_and_resumes(tmp_path: Path) -> None:
    whole = trained(tmp_path / "a.safetensors")
    set_ = clips()
    sounds = torch.from_numpy(np.stack([set_.clip(k) for k in range(len(set_))]))
    with torch.no_grad():
        cosines = whole(sounds) @ anchors().tags.T
    told = [BANK.tags[k] for k in cosines.argmax(1)]
    assert told == set_.labels()
    with pytest.raises(Cancelled):
        trained(tmp_path / "b.safetensors", cancel_at=0.5)
    resumed = trained(tmp_path / "b.safetensors")
    with torch.no_grad():
        torch.testing.assert_close(resumed(sounds), whole(sounds), atol=1e-4, rtol=0)


def test_settling_gives_the_norms_the_statistics_of_the_pool() -> None:
    tower, pool = small_pool()
    settle(tower, pool, SCHEDULE, CancelToken())
    assert not tower.training
    first = tower.every_listener()[0].flat[0](((pool.heard.float())[:, None] - 0.5) / 0.3)
    torch.testing.assert_close(
        tower.every_listener()[0].flat[1].running_mean,
        first.mean(dim=(0, 2, 3)),
        atol=0.05,
        rtol=0.1,
    )


def test_what_follows_a_training_stops_when_asked() -> None:
    tower, pool = small_pool()
    for follows in (
        lambda cancel: settle(tower, pool, SCHEDULE, cancel),
        lambda cancel: keep_mean(tower, pool, cancel),
    ):
        cancel = StopAfter(0)
        with pytest.raises(Cancelled):
            follows(cancel)
        assert cancel.looks == 1


def test_the_teachers_patches_are_those_of_its_description() -> None:
    weights = mel_weights()
    assert weights.shape == (257, 64) and weights.min() >= 0 and not weights[0].any()
    hertz = np.arange(257) * RATE / 512
    assert not weights[hertz < 125].any() and not weights[hertz > 7500].any()
    time = np.arange(2 * RATE) / RATE
    heard = patches(np.sin(2 * np.pi * 1000 * time).astype(np.float32), weights)
    assert heard.shape == (2, 96, 64)
    assert (heard.argmax(axis=2) == np.abs(hertz[weights.argmax(0)] - 1000).argmin()).all()
    silence = patches(np.zeros(100, np.float32), weights)
    assert silence.shape == (1, 96, 64)
    np.testing.assert_allclose(silence, np.log(1e-3), rtol=1e-5)
    assert plain_name("Crowing, cock-a-doodle-doo") == "crowing"
    assert plain_name("Vehicle horn, car horn, honking") == "vehicle horn"


def test_a_missing_teacher_and_an_unknown_recipe_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no YAMNet"):
        Yamnet(tmp_path)
    (tmp_path / "yamnet.tflite").write_bytes(b"")
    (tmp_path / "yamnet_class_map.csv").write_text("index,mid,display_name\n0,/m,Speech\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.concepts.training.teacher.RUNTIMES", ("no.such.runtime",))
        with pytest.raises(ModelError, match="pip install ai-edge-litert"):
            Yamnet(tmp_path)
    with pytest.raises(RequestError, match="did you mean sounds-and-voices"):
        tower_recipe("sounds-and-voice")


def test_nothing_of_the_users_is_replaced_and_that_is_told_before_any_work(tmp_path: Path) -> None:
    recipe = tower_recipe("sounds-and-voices")
    (tmp_path / recipe.id / ".git").mkdir(parents=True)
    nowhere = tmp_path / "nowhere"
    with pytest.raises(ExportError, match=r"holds “\.git”"):
        publish_tower(
            recipe, nowhere, (), nowhere, tmp_path, recipe.schedule, "", silent, CancelToken()
        )
