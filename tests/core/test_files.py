from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ExportError
from core.files import replacing


def test_a_file_appears_under_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")
    with replacing(path) as temporary:
        assert temporary.parent == tmp_path
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_ends_early_leaves_the_older_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")
    with pytest.raises(error), replacing(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_and_a_full_disk_get_one_sentence(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "result.json"
    with pytest.raises(ExportError, match="could not be written"), replacing(missing) as temporary:
        temporary.write_text("new")
    with (
        pytest.raises(ExportError, match=r"No space left on device.* has room\.$"),
        replacing(tmp_path / "result.json") as temporary,
    ):
        temporary.write_text("half")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_and_the_file_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    kept, link = tmp_path / "elsewhere" / "settings.json", tmp_path / "settings.json"
    kept.write_text("old")
    try:
        link.symlink_to(kept)
    except OSError:
        pytest.skip("this system lets nobody make links")
    with replacing(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink() and kept.read_text() == "new"
    assert list(kept.parent.iterdir()) == [kept]


def test_the_temporary_name_ends_like_the_file(tmp_path: Path) -> None:
    for name in ("sound.wav", "x.hearwhy", "none"):
        with replacing(tmp_path / name) as temporary:
            assert temporary.suffix == (tmp_path / name).suffix and temporary.name.startswith(".")
            temporary.touch()
    long = tmp_path / ("a." + "b" * 240)
    with replacing(long) as temporary:
        temporary.touch()
    assert long.exists()
