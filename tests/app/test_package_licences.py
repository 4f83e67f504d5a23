"""Whether the packaged program would carry the licences of all it contains."""

from pathlib import Path

from app import package_licences

ROOT = Path(__file__).resolve().parents[2]


def test_everything_that_the_program_stands_on_is_collected_with_its_licence():
    collected = package_licences.distributions(ROOT)
    names = [each.name for each in collected]
    assert {"torch", "numpy", "PySide6_Essentials", "shiboken6", "MarkupSafe", "pystoi"} <= {*names}
    assert not {"pytest", "ruff", "triton", "hearwhy"} & {*names}
    listed = package_licences.licence_list(collected).splitlines()
    assert len(listed) == len(set(names))
    assert any(line.startswith("numpy ") and "BSD" in line for line in listed)
    assert not [line for line in listed if not line.partition(": ")[2]]
    files = list(package_licences.licence_files(collected))
    assert all(file.is_file() for file, _ in files)
    assert "licences/torch/licenses" in {target for _, target in files}
    assert len({(file.name, target) for file, target in files}) == len(files)
