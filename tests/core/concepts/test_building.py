from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.concepts.building import baseline, build_words, clustered, pruned
from core.concepts.lexicon import English, expletives, first_senses
from core.concepts.tags import ranked, read_tags
from core.errors import DataError, RequestError
from tests.core.concepts.spaces import Tones

# As WordNet writes its index: lemma, part of speech, senses, pointers, …, offsets of the senses.
NOUNS = """  1 This is the licence.
auto n 1 1 @ 1 1 02958343
car n 2 2 @ ~ 2 1 02958343 02959942
rain n 1 0 1 0 11501381
"""


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> English:
    folder = tmp_path_factory.mktemp("wordnet")
    (folder / "index.noun").write_text(NOUNS, encoding="utf-8")
    return English(folder)


def test_fsd50ks_metadata_is_counted_over_its_clips(tmp_path: Path) -> None:
    clips = {
        "1": {"title": "a", "tags": ["Rain", "field-recording"], "uploader": "x"},
        "2": {"title": "b", "tags": ["rain", "dog_bark"], "uploader": "y"},
    }
    for split in ("dev", "eval"):
        file = tmp_path / f"{split}_clips_info_FSD50K.json"
        file.write_text(json.dumps(clips), encoding="utf-8")
        file.with_name(f"._{file.name}").write_bytes(b"\0\5\x16\7 of macOS")
    counts = read_tags(tmp_path).counts
    assert counts == Counter({"rain": 4, "field recording": 2, "dog bark": 2})
    assert ranked(counts) == ["rain", "dog bark", "field recording"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.txt", "# published\nrain\nwind\ndog-bark\n"),
        ("list.json", '["rain", "wind", "dog bark"]'),
        ("counts.json", '{"wind": 5, "rain": 7, "dog bark": 1}'),
        ("list.csv", "index,concept\n0,rain\n1,wind\n2,dog bark\n"),
        ("counts.csv", "tag,count\ndog bark,1\nrain,9\nwind,2\n"),
        ("bare.csv", "rain,9\nwind,2\ndog bark,1\n"),
        ("european.csv", "tag;count\nwind;2\nrain;9\ndog bark;1\n"),
        ("decimal.csv", "tag,count\nwind,2.0\nrain,9.0\ndog bark,1.0\n"),
        ("bare.tsv", "rain\t9\nwind\t2\ndog bark\t1\n"),
    ],
)
def test_published_lists_are_read_in_order_of_frequency(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert ranked(read_tags(tmp_path / name).counts) == ["rain", "wind", "dog bark"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "{"),
        ("a.json", "[1, 2]"),
        ("a.json", "7"),
        ("a.csv", "tag,count\nrain,many\n"),
        ("a.txt", "\n#\n"),
        ("a.csv", ""),
    ],
)
def test_what_is_no_list_of_tags_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"a\."):
        read_tags(tmp_path / name)
    with pytest.raises(DataError, match="cannot be read"):
        read_tags(tmp_path / "absent.json")
    (tmp_path / "sound.wav").write_bytes(b"RIFF\x80\x81")
    with pytest.raises(DataError, match=r"sound\.wav” is no text in UTF-8 .*; save it as plain"):
        read_tags(tmp_path / "sound.wav")


def test_rows_that_are_of_no_use_are_left_out_and_named(tmp_path: Path) -> None:
    text = "\n".join(["sep=;", "count;tag", "9;rain", "many;wind", "7", "2;sea", ""])
    (tmp_path / "tags.csv").write_text(text, encoding="utf-8-sig")
    read = read_tags(tmp_path / "tags.csv")
    assert read.counts == Counter({"rain": 9, "sea": 2})
    assert [sentence.partition("” ")[0].rpartition("/")[2] for sentence in read.left_out] == [
        "tags.csv",
        "tags.csv",
    ]
    assert read.left_out[0].startswith("Row 4 of “") and "has no count: “many”" in read.left_out[0]
    assert read.left_out[1].startswith("Row 5 of “") and "too few columns" in read.left_out[1]


def test_a_folder_without_lists_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.json"):
        read_tags(tmp_path)


def test_the_baseline_is_what_is_english_and_decent(english: English) -> None:
    unsaid = sorted(expletives())[0]
    counts = Counter({"rain": 9, "wnid": 8, unsaid: 7, "48khz": 6, "x": 5, "dog bark": 4, "sea": 3})
    assert baseline(counts, english) == ["rain", "dog bark", "sea"]
    assert baseline(counts, english, 2) == ["rain", "dog bark"]
    with pytest.raises(DataError, match="English"):
        baseline(Counter({"wnid": 1}), english)


def test_pruning_merges_roots_and_meanings_onto_the_most_frequent(english: English) -> None:
    counts = Counter(
        {"rain": 10, "car": 6, "dogs": 5, "auto": 5, "dog": 4, "raining": 2, "barking dog": 2}
    )
    counts["dog bark"] = 1
    assert pruned(counts, english) == ["rain", "car", "dogs", "barking dog"]
    few = pruned(counts, english, size=2)
    assert few == ["rain", "car"]
    # dogs and dog are 9 together, but only 5 where the pool ends before dog
    assert pruned(Counter(car=6, dogs=5, dog=4), english) == ["dogs", "car"]
    assert pruned(Counter(car=6, dogs=5, dog=4), english, pool=2) == ["car", "dogs"]


def test_clusters_are_named_by_the_tag_nearest_their_centre() -> None:
    tags = ["band 1", "band 1 2", "band 9", "band 9 10", "band 9 11"]
    counts = Counter({tag: 5 - number for number, tag in enumerate(tags)})
    chosen = clustered(counts, Tones().embed_texts, size=2)
    assert len(chosen) == 2 and chosen[0] in tags[:2] and chosen[1] in tags[2:]
    vectors = Tones().embed_texts(tags[2:])
    nearest = int((vectors @ vectors.mean(axis=0)).argmax())
    assert chosen[1] == tags[2 + nearest]
    with pytest.raises(DataError, match="5 tags make no 6 clusters"):
        clustered(counts, Tones().embed_texts, size=6)


def test_the_ways_to_build_are_asked_for_by_name(english: English) -> None:
    counts = Counter({"rain": 3, "zzqq": 2, "raining": 1})

    def build(how: str) -> list[str]:
        return build_words(how, counts, lambda: english, Tones().embed_texts, 3)

    assert build("as-is") == ["rain", "zzqq", "raining"]
    assert build("baseline") == ["rain", "raining"]
    assert build("pruned") == ["rain"]
    with pytest.raises(RequestError, match="did you mean pruned"):
        build("prune")


def test_wordnets_first_sense_is_the_most_frequent_one(tmp_path: Path) -> None:
    (tmp_path / "index.noun").write_text(NOUNS, encoding="utf-8")
    assert first_senses(tmp_path) == {"auto": "02958343", "car": "02958343", "rain": "11501381"}
    (tmp_path / "index.noun").write_text("auto n\n", encoding="utf-8")
    with pytest.raises(DataError, match="no WordNet"):
        first_senses(tmp_path)


def test_the_shipped_vocabularies_are_built_from_the_shipped_tags(english: English) -> None:
    from core.concepts.health import health_of
    from core.concepts.vocabulary_file import load_vocabulary
    from core.resources import resources_folder

    folder = resources_folder() / "vocabularies"
    counts = read_tags(folder / "tags.csv").counts
    shipped = {name: load_vocabulary(folder / name) for name in ("everyday", "everyday-pruned")}
    assert list(shipped["everyday"].words) == baseline(counts, english)
    assert set(shipped["everyday-pruned"].words) < set(shipped["everyday"].words)
    for name in (*shipped, "everyday-clustered"):
        vocabulary = load_vocabulary(folder / name)
        assert health_of(vocabulary).mean < 0.4 and np.isfinite(vocabulary.vectors).all()
