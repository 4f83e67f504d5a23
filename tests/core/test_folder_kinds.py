"""Whose folder it is: only HearWhy's own are replaced."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.concepts.head import CONCEPT_HEAD, ConceptHead, load_head, save_head
from core.concepts.types import ConceptVocabulary, How
from core.concepts.vocabulary_file import VOCABULARY, save_vocabulary
from core.errors import ExportError
from core.export import result_folder, write_result
from core.folder_kinds import FolderKind, refuse_foreign
from core.folders import replacing_folder, require_writable
from core.model_folder import MODEL, write_model_folder
from tests.core.test_folders import KIND, write
from tests.results import made_up_result


def save_small_head(folder: Path) -> None:
    weights = np.zeros((2, 1), dtype=np.float32)
    how = How(0.1, None, False)
    save_head(
        folder,
        ConceptHead(("a", "b"), "v", ("rain",), "s", "0" * 16, how, weights, weights[:, 0]),
    )


def save_small_vocabulary(folder: Path) -> None:
    vectors = np.eye(1, 2, dtype=np.float32)
    save_vocabulary(folder, ConceptVocabulary("v", "s", ("rain",), vectors, "l", "l", "o"))


def save_small_model(folder: Path) -> None:
    facts = {"kind": "codec", "family": "f", "label": "l", "licence": "l", "config": {}}
    write_model_folder(folder, facts, {}, "card", {})


def save_small_result(folder: Path) -> None:
    write_result(made_up_result(), folder, None, ["json"])


SAVING = pytest.mark.parametrize(
    ("save", "kind"),
    [
        (save_small_head, CONCEPT_HEAD),
        (save_small_vocabulary, VOCABULARY),
        (save_small_model, MODEL),
        (save_small_result, result_folder()),
    ],
    ids=["head", "vocabulary", "model", "result"],
)
Save = Callable[[Path], None]


@SAVING
def test_nothing_of_the_users_is_replaced(tmp_path: Path, save: Save, kind: FolderKind) -> None:
    folder = tmp_path / "Documents"
    folder.mkdir()
    (folder / "thesis.txt").write_text("three years")
    for attempt in (lambda: require_writable(folder, kind), lambda: save(folder)):
        with pytest.raises(ExportError, match=r"holds “thesis\.txt”.* would be lost"):
            attempt()
    assert (folder / "thesis.txt").read_text() == "three years"
    assert list(tmp_path.iterdir()) == [folder]


@SAVING
def test_a_folder_of_the_kind_is_replaced_and_known_again(
    tmp_path: Path, save: Save, kind: FolderKind
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for _ in range(2):  # empty, then one of its own
        require_writable(folder, kind)
        save(folder)
    assert {path.name for path in folder.iterdir()} <= kind.files
    assert kind.manifest in kind.files


@SAVING
@pytest.mark.parametrize("name", [".git", ".env", "sub", "notes.txt"])
def test_one_thing_of_the_users_in_a_folder_of_the_kind_keeps_it(
    tmp_path: Path, save: Save, kind: FolderKind, name: str
) -> None:
    folder = tmp_path / "mine"
    save(folder)
    if name in (".git", "sub"):
        (folder / name).mkdir()
        (folder / name / "HEAD").write_text("a year of commits")
    else:
        (folder / name).write_text("mine")
    before = sorted(path.name for path in folder.rglob("*"))
    with pytest.raises(ExportError, match=f"holds “{name}”"):
        require_writable(folder, kind)
    with pytest.raises(ExportError, match=f"holds “{name}”"):
        save(folder)
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_what_a_desktop_leaves_is_not_the_users(tmp_path: Path) -> None:
    names = (".DS_Store", "Thumbs.db", "desktop.ini", "._one", "._.DS_Store", ".localized")
    for folder in (tmp_path / "empty", tmp_path / "mine"):
        folder.mkdir()
        if folder.name == "mine":
            write(folder, "old")
        for name in names:
            (folder / name).touch()
        write(folder, "new")
        assert (folder / "one").read_text() == "new"
        assert not (folder / ".DS_Store").exists()
    (tmp_path / "empty" / "._thesis.txt").touch()
    with pytest.raises(ExportError, match=r"“\._thesis\.txt”"):
        write(tmp_path / "empty", "newer")
    (tmp_path / "other" / ".DS_Store").mkdir(parents=True)
    with pytest.raises(ExportError, match=r"“\.DS_Store”"):
        write(tmp_path / "other", "new")


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"schema": "test.results/1"}',
        b'{"schema": 1}',
        b'{"name": "of another program"}',
        b"[" * 100_000,
    ],
    ids=range(8),
)
def test_a_manifest_of_another_program_is_not_ours(tmp_path: Path, manifest: bytes) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / KIND.manifest).write_bytes(manifest)
    (folder / "one").write_text("theirs")
    with pytest.raises(ExportError, match=r"holds “what\.json”"):
        write(folder, "new")
    assert (folder / "one").read_text() == "theirs"


def test_files_that_only_have_the_names_of_ours_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("mine")
    with pytest.raises(ExportError, match="holds “one”"):
        refuse_foreign(tmp_path, KIND)
    (tmp_path / KIND.manifest).mkdir()
    with pytest.raises(ExportError, match="would be lost"):
        refuse_foreign(tmp_path, KIND)


def test_a_file_and_a_whole_disk_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match=r"file” is a file; a result needs a folder"):
        refuse_foreign(tmp_path / "file", KIND)
    with pytest.raises(ExportError, match="whole disk"):
        refuse_foreign(Path(tmp_path.anchor), KIND)


@pytest.fixture
def link(tmp_path: Path) -> Path:
    """A link to a folder that is not there yet."""
    try:
        (tmp_path / "link").symlink_to(tmp_path / "there", target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    return tmp_path / "link"


def test_a_link_stays_and_the_folder_it_leads_to_is_written(link: Path) -> None:
    there = link.parent / "there"
    for text in ("first", "second"):
        write(link, text)
        assert link.is_symlink() and (there / "one").read_text() == text
    (there / "thesis.txt").write_text("three years")
    with pytest.raises(ExportError, match=r"link” holds “thesis\.txt”"):
        write(link, "third")
    assert (there / "thesis.txt").exists() and (there / "one").read_text() == "second"


def test_links_are_not_what_hearwhy_writes(link: Path) -> None:
    write(link.parent / "there", "mine")
    folder = link.parent / "other"
    write(folder, "old")
    (folder / "three").symlink_to(link.parent / "there" / "one")
    with pytest.raises(ExportError, match="holds “three”"):
        write(folder, "new")
    assert (link.parent / "there" / "one").read_text() == "mine"


def test_a_link_to_itself_is_one_sentence(tmp_path: Path) -> None:
    try:
        (tmp_path / "link").symlink_to(tmp_path / "link")
    except OSError:
        pytest.skip("this system lets nobody make links")
    for attempt in (require_writable, lambda place: write(place, "new")):
        with pytest.raises(ExportError, match="leads nowhere"):
            attempt(tmp_path / "link")


def test_what_comes_into_the_folder_while_it_is_written_is_not_lost(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    write(folder, "old")
    with (
        pytest.raises(ExportError, match=r"results” holds “thesis\.txt”"),
        replacing_folder(folder, KIND) as new,
    ):
        (new / "one").write_text("new")
        (folder / "thesis.txt").write_text("three years")
    assert (folder / "thesis.txt").read_text() == "three years"
    assert (folder / "one").read_text() == "old"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_comes_while_another_is_written_is_looked_at_too(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    with pytest.raises(ExportError, match="would be lost"), replacing_folder(folder, KIND) as new:
        (new / "one").write_text("new")
        folder.mkdir()
        (folder / "thesis.txt").write_text("three years")
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no modes")
def test_a_replaced_folder_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir(mode=0o770)
    folder.chmod(0o770)
    write(folder, "new")
    assert folder.stat().st_mode & 0o777 == 0o770


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_beside_which_nothing_may_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    tmp_path.chmod(0o500)
    try:
        require_writable(tmp_path / "mine")
        with pytest.raises(ExportError, match="may not write"):
            require_writable(tmp_path / "mine", KIND)
    finally:
        tmp_path.chmod(0o700)


def test_a_head_opens_after_it_was_replaced(tmp_path: Path) -> None:
    for _ in range(2):
        save_small_head(tmp_path / "head")
    assert load_head(tmp_path / "head").labels == ("a", "b")
