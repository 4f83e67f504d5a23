from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.concepts import vocabularies
from core.concepts.health import health_of
from core.concepts.scoring import label_vectors
from core.concepts.types import ConceptVocabulary
from core.concepts.vocabularies import (
    open_vocabulary,
    require_vocabulary,
    vocabulary_catalogue,
    with_words,
    words_of,
)
from core.concepts.vocabulary_file import FACTS, VECTORS, load_vocabulary, save_vocabulary
from core.errors import Cancelled, CoreError, ModelError, RequestError
from tests.cancelling import StopAfter
from tests.core.concepts.spaces import Tones, random_vocabulary, unit_rows


def test_health_is_the_mean_and_the_highest_cosine_of_different_words() -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    health = health_of(ConceptVocabulary("three", "plane", ("a", "b", "c"), rows))
    assert health.mean == pytest.approx((0 + 0.6 + 0.8) / 3, abs=1e-6)
    assert health.highest == pytest.approx(0.8, abs=1e-6)
    assert set(health.nearest) == {"b", "c"}
    assert health.twins == 0 and not health.collapsed


def test_health_of_many_words_agrees_with_their_gram_matrix() -> None:
    vocabulary = random_vocabulary(1203)  # more than two batches
    gram = vocabulary.vectors @ vocabulary.vectors.T
    others = gram[~np.eye(1203, dtype=bool)]
    health = health_of(vocabulary)
    assert health.mean == pytest.approx(others.mean(), abs=1e-5)
    assert health.highest == pytest.approx(others.max(), abs=1e-5)


def test_twins_are_counted_as_pairs_and_one_word_compares_with_none() -> None:
    rows = unit_rows(np.array([[1.0, 0.0], [1.0, 1e-5], [0.0, 1.0]]))
    assert health_of(ConceptVocabulary("v", "plane", ("a", "b", "c"), rows)).twins == 1
    assert health_of(ConceptVocabulary("v", "plane", ("a",), rows[:1])).mean == 0


def test_embedding_the_words_of_a_vocabulary_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabularies, "TOLD", 4)
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(f"band {k}" for k in range(12)), encoding="utf-8")
    told: list[str] = []
    whole = open_vocabulary(str(path), Tones(), lambda share, stage: told.append(stage))
    assert len(whole) == 12 and told[1] == "4 of 12 words embedded"
    for begun in (
        lambda cancel: open_vocabulary(str(path), Tones(), cancel=cancel),
        lambda cancel: with_words(whole, [f"word {k}" for k in range(12)], Tones(), cancel),
        lambda cancel: label_vectors([f"label {k}" for k in range(12)], Tones(), cancel=cancel),
    ):
        cancel = StopAfter(2)
        with pytest.raises(Cancelled):
            begun(cancel)
        assert cancel.looks == 3


@pytest.mark.parametrize(
    ("words", "rows", "said"),
    [
        ((), np.zeros((0, 3)), "no words"),
        (("a", "b"), np.eye(3), "shape"),
        (("a", "a", "b"), np.eye(3), "twice"),
        (("a", "b", "c"), np.diag([1.0, 1.0, 2.0]), "“c”"),
        (("a", "b", "c"), np.diag([1.0, np.nan, 1.0]), "“b”"),
    ],
)
def test_a_vocabulary_that_is_none_is_refused(words: tuple[str, ...], rows, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        ConceptVocabulary("v", "plane", words, rows)


def test_a_saved_vocabulary_is_found_again_by_its_id(tmp_path: Path, monkeypatch) -> None:
    saved = random_vocabulary(30)
    save_vocabulary(tmp_path / "mine", saved)
    monkeypatch.setattr(vocabularies, "vocabulary_folders", lambda: [("user", tmp_path)])
    assert [entry.id for entry in vocabulary_catalogue()] == ["mine"]
    opened = open_vocabulary("mine", Tones())
    assert opened.words == saved.words and opened.id == "mine"
    np.testing.assert_allclose(opened.vectors, saved.vectors, atol=1e-3)  # half floats
    with pytest.raises(RequestError, match="did you mean mine"):
        open_vocabulary("mime", Tones())


def test_a_damaged_vocabulary_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    with pytest.raises(ModelError, match=FACTS):
        load_vocabulary(tmp_path)
    save_vocabulary(folder, random_vocabulary(4))
    other = tmp_path / "other"
    save_vocabulary(other, random_vocabulary(4, seed=9))
    (folder / VECTORS).write_bytes((other / VECTORS).read_bytes())
    with pytest.raises(ModelError, match="not those of the words"):
        load_vocabulary(folder)
    facts = json.loads((other / FACTS).read_text(encoding="utf-8"))
    swapped = [facts["words"][k] for k in (1, 0, 2, 3)]
    for change in ({"words": swapped}, {"space": "elsewhere"}):
        (other / FACTS).write_text(json.dumps({**facts, **change}), encoding="utf-8")
        with pytest.raises(ModelError, match="not those of the words"):
            load_vocabulary(other)
    (other / FACTS).write_text(json.dumps({**facts, "licence": "MIT"}), encoding="utf-8")
    assert load_vocabulary(other).licence == "MIT"
    (folder / FACTS).write_text(json.dumps({**facts, "words": 3}), encoding="utf-8")
    with pytest.raises(ModelError, match="words"):
        load_vocabulary(folder)
    (folder / VECTORS).write_bytes(b"\x80\x04 a pickle")
    facts["digest"] = "0" * 16
    (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ModelError, match="pickle"):
        load_vocabulary(folder)


def test_a_vocabulary_of_another_space_is_embedded_again(tmp_path: Path) -> None:
    words = ("band 1", "band 5")
    rows = unit_rows(np.ones((2, 3)) * [[1.0, 0, 0], [0, 1.0, 0]])
    save_vocabulary(tmp_path / "v", ConceptVocabulary("v", "elsewhere", words, rows))
    opened = open_vocabulary(str(tmp_path / "v"), Tones())
    assert opened.space == "tones"
    np.testing.assert_allclose(opened.vectors, Tones().embed_texts(words))
    require_vocabulary(opened, Tones())
    with pytest.raises(ModelError, match="elsewhere"):
        require_vocabulary(load_vocabulary(tmp_path / "v"), Tones())


def test_a_text_file_is_a_vocabulary_of_the_users_own(tmp_path: Path) -> None:
    file = tmp_path / "bands.txt"
    file.write_text("\ufeff# bands\n band  3 \n\nBAND 3\nband 7\n", encoding="utf-8")
    vocabulary = open_vocabulary(str(file), Tones())
    assert vocabulary.words == ("band 3", "band 7")
    assert vocabulary.vectors[1].argmax() == 7
    more = with_words(vocabulary, ["band 7", "Band 9", " band 9"], Tones())
    assert more.words == ("band 3", "band 7", "Band 9")
    assert more.index("bAnD 9") == 2
    assert with_words(more, ["BAND 3"], Tones()) is more
    with pytest.raises(RequestError, match="add it"):
        more.index("band 8")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# nothing\n\n", "no words"),
        (b"\xff\xfe\x00rubbish", "UTF-8"),
        (b"x" * 500, "no list of words"),
        (b"\n".join(b"w%d" % n for n in range(20_001)), "no list of words"),
    ],
)
def test_a_file_that_is_no_list_of_words_is_refused(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes(content)
    with pytest.raises(RequestError, match=said):
        words_of(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CoreError, match=r"absent\.txt"):
        open_vocabulary(str(tmp_path / "absent.txt"), Tones())
