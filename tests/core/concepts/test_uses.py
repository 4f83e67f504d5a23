from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.concepts.decomposition import decompose
from core.concepts.figures import Embedded, compare
from core.concepts.finetuning import Turn, fine_tune, load_turn, save_turn
from core.concepts.head import HEAD, load_head, save_head, train_concept_head
from core.concepts.listening import hear
from core.concepts.profile import profile_of, profiles
from core.concepts.scoring import changed, dense_scores, label_vectors, mixed, sparse_scores
from core.concepts.search import search
from core.concepts.types import ConceptVocabulary, Decomposition, How
from core.concepts.versions import changes, summary
from core.concepts.vocabularies import vocabulary_of_words
from core.errors import AudioError, Cancelled, DataError, ModelError, RequestError
from core.job import CancelToken, silent
from core.training.loop import Schedule
from core.types import AudioClip
from tests.core.concepts.spaces import RATE, Tones, tone

BANDS = vocabulary_of_words("bands", [f"band {k}" for k in range(12)], Tones())


def of_tones(*mixtures: dict[int, float], how: How = How()) -> Decomposition:  # noqa: B008
    sounds = [sum(gain * tone(band) for band, gain in mixture.items()) for mixture in mixtures]
    return decompose(Tones().embed(np.stack(sounds)), BANDS, how)


def test_a_mixture_of_tones_is_their_bands() -> None:
    found = of_tones({3: 1.0, 8: 0.5})
    assert [concept.word for concept in found.concepts(0)] == ["band 3", "band 8"]
    assert found.cosine[0] > 0.99 and found.residual[0] < 0.15


def test_windows_over_time_find_where_a_tone_is() -> None:
    samples = np.concatenate([tone(2, 2.0), tone(7, 2.0)])
    heard = hear(AudioClip(samples, RATE, "two"), Tones())
    assert heard.starts.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    assert heard.ends.tolist() == [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]
    found = decompose(heard.embeddings, BANDS, How())
    first = [found.concepts(row)[0].word for row in range(7)]
    assert first[:3] == ["band 2"] * 3 and first[4:] == ["band 7"] * 3
    np.testing.assert_allclose(np.linalg.norm(heard.whole), 1, atol=1e-6)
    hits = search([("two", heard, found)], ["Band 7"])
    assert (hits[0].name, hits[0].start, hits[0].end) == ("two", 2.0, 3.0)


def test_of_the_whole_clip_what_is_loud_counts_and_silence_says_nothing() -> None:
    quiet, loud = 0.001 * tone(7, 6.0), tone(2, 1.0)
    heard = hear(AudioClip(np.concatenate([quiet, loud]), RATE, "late"), Tones())
    assert heard.levels[-1] == pytest.approx(np.sqrt(0.5) * np.abs(loud).max(), rel=0.01)
    assert heard.whole.argmax() == 2  # eleven windows of thirteen hear only the other tone
    silent = hear(AudioClip(np.zeros(3 * RATE), RATE, "silence"), Tones())
    assert np.isfinite(silent.whole).all()


def test_a_short_clip_is_padded_and_a_tiny_or_cancelled_one_refused() -> None:
    heard = hear(AudioClip(tone(4, 0.2, 16_000), 16_000), Tones())
    assert heard.starts.tolist() == [0.0] and heard.ends.tolist() == pytest.approx([0.2])
    assert heard.embeddings[0].argmax() == 4
    with pytest.raises(AudioError, match="10 ms"):
        hear(AudioClip(np.ones(20), RATE, "tick"), Tones())
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        hear(AudioClip(tone(4), RATE), Tones(), cancel=cancel)


def test_a_search_wants_all_its_words_and_sorts_by_the_weakest() -> None:
    clips = {"both": {1: 1.0, 5: 0.6}, "one": {1: 1.0}, "both, softer": {1: 1.0, 5: 0.3}}
    sounds = []
    for name, mixture in clips.items():
        samples = sum(gain * tone(band) for band, gain in mixture.items())
        heard = hear(AudioClip(samples, RATE), Tones())
        sounds.append((name, heard, decompose(heard.embeddings, BANDS, How())))
    assert [hit.name for hit in search(sounds, ["band 1", "band 5"])] == ["both", "both, softer"]
    with pytest.raises(RequestError, match="at least one"):
        search(sounds, [])


def test_zero_shot_labels_are_scored_dense_and_by_concepts() -> None:
    found = of_tones({6: 1.0})
    labels = label_vectors(["band 5", "band 6"], Tones(), "{} .")
    assert sparse_scores(found, labels)[0].argmax() == 1
    embeddings = Tones().embed(tone(6)[None])
    np.testing.assert_allclose(
        dense_scores(embeddings, labels), (embeddings * labels).sum(axis=1)[None], atol=1e-6
    )
    np.testing.assert_allclose(np.linalg.norm(mixed(found), axis=1), 1, atol=1e-6)
    with pytest.raises(RequestError, match="at least one label"):
        label_vectors([], Tones())
    with pytest.raises(RequestError, match="label goes"):
        label_vectors(["rain"], Tones(), "a sound")


def test_suppressing_a_concept_turns_the_label() -> None:
    found = of_tones({3: 1.0, 8: 0.6})
    labels = label_vectors(["band 3", "band 8"], Tones(), "{} .")
    assert sparse_scores(found, labels)[0].argmax() == 0
    assert sparse_scores(changed(found, {"band 3": 0.0}), labels)[0].argmax() == 1
    assert sparse_scores(changed(found, {"band 8": 4.0}), labels)[0].argmax() == 1
    nothing = changed(found, {"band 3": 0, "band 8": 0})
    np.testing.assert_array_equal(sparse_scores(nothing, labels), 0)
    for factor in (-1.0, float("nan"), float("inf")):
        with pytest.raises(RequestError, match="suppress"):
            changed(found, {"band 3": factor})


def test_a_profile_is_the_mean_weight_of_each_concept() -> None:
    found = of_tones({1: 1.0}, {1: 1.0, 2: 1.0}, {9: 1.0})
    low, high = profiles(found, ["low", "low", "high"])[::-1]
    assert (low.label, low.clips, high.label) == ("low", 2, "high")
    weights = {concept.word: concept.weight for concept in low.concepts}
    assert weights["band 1"] == pytest.approx(found.weights[:2, 1].mean())
    assert weights["band 2"] == pytest.approx(found.weights[:2, 2].mean())
    assert high.concepts[0].word == "band 9" and low.l0 == 1.5
    assert profile_of(found, slice(None), "all").clips == 3
    with pytest.raises(DataError):
        profiles(found, [])


def test_versions_stand_side_by_side_with_the_largest_change_first() -> None:
    found = of_tones({3: 1.0, 8: 0.6}, {3: 1.0}, {8: 1.0})
    rows = changes(found)
    assert [row.word for row in rows] == ["band 3", "band 8"]
    assert rows[0].removed == 0 and rows[0].lost == rows[0].original > 0 > rows[1].lost
    assert summary(found) == f"removal takes band 3 from {rows[0].original:.2f} to .00".replace(
        "from 0", "from "
    )
    same = of_tones({3: 1.0}, {3: 1.0}, {3: 1.0})
    assert "no concept" in summary(same)
    with pytest.raises(ValueError, match="three versions"):
        changes(of_tones({3: 1.0}))


@pytest.mark.parametrize("count", [2, 3])
def test_a_head_on_concepts_learns_classes_it_can_name(tmp_path: Path, count: int) -> None:
    generator = np.random.default_rng(0)
    bands = (1, 4, 9)[:count]
    mixtures = [{band: 1.0, int(generator.integers(12)): 0.3} for band in bands for _ in range(12)]
    labels = [f"class {band}" for band in bands for _ in range(12)]
    found = of_tones(*mixtures)
    head = train_concept_head(found, labels, Tones().spec)
    told = [head.labels[k] for k in head.probabilities(found).argmax(axis=1)]
    assert told == labels
    np.testing.assert_allclose(head.probabilities(found).sum(axis=1), 1, atol=1e-5)
    relative = head.weights[head.labels.index("class 4")] - head.weights.mean(axis=0)
    assert head.speaking_for("class 4")[0] == ("band 4", pytest.approx(relative.max()))
    save_head(tmp_path / "head", head)
    again = load_head(tmp_path / "head")
    np.testing.assert_array_equal(again.probabilities(found), head.probabilities(found))
    with pytest.raises(RequestError, match=r"“bands” and λ 0\.1, not on “bands” and λ 0\.05"):
        head.probabilities(of_tones({1: 1.0}, how=How(penalty=0.05)))
    with pytest.raises(RequestError, match="knows no class"):
        head.speaking_for("class 5")


def test_a_head_needs_two_classes_and_a_whole_folder(tmp_path: Path) -> None:
    found = of_tones({1: 1.0}, {2: 1.0})
    with pytest.raises(DataError, match="two classes"):
        train_concept_head(found, ["a", "a"], Tones().spec)
    with pytest.raises(ModelError, match=HEAD):
        load_head(tmp_path)
    save_head(tmp_path / "head", train_concept_head(found, ["a", "b"], Tones().spec))
    facts = json.loads((tmp_path / "head" / HEAD).read_text(encoding="utf-8"))
    for damage in ({"labels": ["a"]}, {"lambda": -1}, {"words": 5}):
        (tmp_path / "head" / HEAD).write_text(json.dumps({**facts, **damage}), encoding="utf-8")
        with pytest.raises(ModelError):
            load_head(tmp_path / "head")
    for change in ({"labels": ["b", "a"]}, {"lambda": 0.2}, {"words": facts["words"][::-1]}):
        (tmp_path / "head" / HEAD).write_text(json.dumps({**facts, **change}), encoding="utf-8")
        with pytest.raises(ModelError, match="not the ones it was written with"):
            load_head(tmp_path / "head")


def test_a_head_and_a_layer_are_of_one_embedder(tmp_path: Path) -> None:
    spec = Tones().spec
    other = replace(spec, digest="1" * 16)  # in the same space, of the same size
    save_head(
        tmp_path / "head",
        train_concept_head(of_tones({1: 1.0}, {2: 1.0}), ["a", "b"], spec),
    )
    head = load_head(tmp_path / "head")
    head.require(spec)
    with pytest.raises(ModelError, match=r"another embedder \(0{16}\); those of “tones” \(1{16}\)"):
        head.require(other)
    save_turn(tmp_path / "h.safetensors", Turn(4), spec)
    load_turn(tmp_path / "h.safetensors", spec)
    with pytest.raises(ModelError, match=r"no fine-tuning layer for .* “tones” \(1{16}\)"):
        load_turn(tmp_path / "h.safetensors", other)


def turned_sounds() -> tuple[np.ndarray, list[int], np.ndarray]:
    """Sounds whose embeddings are the labels' in another order: H has to turn them."""
    labels = Tones().embed_texts(["band 1", "band 5", "band 9"])
    classes = [k for k in range(3) for _ in range(20)]
    noise = 0.05 * np.random.default_rng(0).standard_normal((60, labels.shape[1]))
    sounds = labels[[(k + 1) % 3 for k in classes]] + noise
    sounds /= np.linalg.norm(sounds, axis=1, keepdims=True)
    return sounds.astype(np.float32), classes, labels


QUICK = Schedule(steps=60, batch=32, rate=0.05, warmup=5, weight_decay=0.0, averaging=0.5)


def test_the_layer_h_turns_sounds_to_their_labels_and_is_kept(tmp_path: Path) -> None:
    sounds, classes, labels = turned_sounds()
    assert (dense_scores(sounds, labels).argmax(1) == classes).mean() < 0.1
    checkpoint = tmp_path / "h.checkpoint.safetensors"
    turn = fine_tune(sounds, classes, labels, checkpoint, silent, CancelToken(), QUICK)
    after = turn.apply_to(sounds)
    assert (dense_scores(after, labels).argmax(1) == classes).all()
    save_turn(tmp_path / "h.safetensors", turn, Tones().spec)
    again = load_turn(tmp_path / "h.safetensors", Tones().spec)
    np.testing.assert_array_equal(again.apply_to(sounds), after)
    with pytest.raises(DataError, match="two classes"):
        fine_tune(sounds, [0] * 60, labels, checkpoint, silent, CancelToken(), QUICK)


def test_fine_tuning_stops_and_goes_on_to_the_same_layer(tmp_path: Path) -> None:
    sounds, classes, labels = turned_sounds()
    whole = fine_tune(sounds, classes, labels, tmp_path / "a", silent, CancelToken(), QUICK)
    cancel = CancelToken()

    def stop_half_way(share: float, stage: str) -> None:
        if share >= 0.5:
            cancel.set()

    with pytest.raises(Cancelled):
        fine_tune(sounds, classes, labels, tmp_path / "b", stop_half_way, cancel, QUICK)
    resumed = fine_tune(sounds, classes, labels, tmp_path / "b", silent, CancelToken(), QUICK)
    np.testing.assert_allclose(resumed.apply_to(sounds), whole.apply_to(sounds), atol=1e-5)


def test_concepts_lose_nothing_where_words_name_the_classes() -> None:
    names = tuple(f"band {k}" for k in (2, 5, 8) for _ in range(6))
    tones = np.stack([tone(int(name.split()[1])) for name in names])
    noise = 0.02 * np.random.default_rng(0).standard_normal((2, *tones.shape))
    train, test = (Tones().embed(tones + some) for some in noise)
    clips = Embedded(train, names, tuple(map(str, range(18))), test, names)
    result = compare(clips, BANDS, How(at_most=2), Tones())
    assert (result.zero_shot, result.linear, result.zero_shot_dense) == (1.0, 1.0, 1.0)
    assert result.l0_most <= 2 and result.record()["vocabulary"] == "bands"


def test_labels_are_centred_as_the_words_are() -> None:
    rows = np.array([[0.8, 0.6, 0.0], [0.8, 0.0, 0.6], [0.8, -0.6, 0.0]], np.float32)
    vocabulary = ConceptVocabulary("three", "tones", ("a", "b", "c"), rows)
    found = decompose(rows, vocabulary, How(centred=True), mean=vocabulary.mean)
    scores = sparse_scores(found, rows)
    np.testing.assert_allclose(np.diag(scores), 1, atol=0.02)
    assert scores[0, 2] < -0.5 < 0.2 < rows[0] @ rows[2]  # what all words share no longer counts
