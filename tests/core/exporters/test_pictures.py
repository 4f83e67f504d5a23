"""Pictures are opened again, and their panels counted."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread

from core.export import export_files
from core.exporters import ExportOptions, Subject
from core.types import Variant
from tests.results import made_up_result

SVG = "{http://www.w3.org/2000/svg}"


def panels(path: Path) -> int:
    """Images in a drawing, without that of the colour bar."""
    return len(ElementTree.parse(path).getroot().findall(f".//{SVG}image")) - 1


def test_versions_are_in_one_picture_and_each_in_its_own_if_wanted(tmp_path: Path) -> None:
    options = ExportOptions(base="a", separate_pictures=True)
    done = export_files(Subject(made_up_result()), ["svg", "png"], options, tmp_path)
    names = ["spectrograms", *(f"{variant}_spectrogram" for variant in Variant)]
    assert [path.name for path in done.files] == [
        f"a_{name}.{suffix}" for suffix in ("svg", "png") for name in names
    ]
    assert [panels(tmp_path / f"a_{name}.svg") for name in names] == [4, 1, 1, 1, 1]
    shapes = [imread(tmp_path / f"a_{name}.png").shape[:2] for name in names]
    assert all(height < shapes[0][0] and width < shapes[0][1] for height, width in shapes[1:])


@pytest.mark.parametrize("count", [1, 3])
def test_only_the_versions_wanted_are_drawn(tmp_path: Path, count: int) -> None:
    options = ExportOptions(base="a", variants=tuple(Variant)[:count])
    (path,) = export_files(Subject(made_up_result()), ["svg"], options, tmp_path).files
    assert panels(path) == count
