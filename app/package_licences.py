"""Whose work the packaged program contains, and under which licences; see `app.packaging`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.packaging import EXCLUDED

LICENCE_NAMES = ("LICEN", "COPYING", "NOTICE")  # what names of such files begin with


def distributions(root: Path) -> list[Distribution]:
    """What HearWhy stands on and what that stands on, as far as it is installed here."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    waiting = [
        Requirement(text) for text in (*project["dependencies"], *extras["app"], *extras["train"])
    ]
    found: dict[str, Distribution] = {}
    seen: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        key = f"{name}{sorted(wanted.extras)}"
        if key in seen or name in EXCLUDED:
            continue
        seen.add(key)
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # for another system
            continue
        for requirement in map(Requirement, found[name].requires or ()):
            marker, asked = requirement.marker, ("", *wanted.extras)
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in asked):
                waiting.append(requirement)
    return [found[name] for name in sorted(found)]


def licence_files(collected: list[Distribution]) -> Iterator[tuple[Path, str]]:
    """Their licences, as they bring them, each with the folder of the package that it goes to."""
    for each in collected:
        for file in each.files or ():
            if file.name.upper().startswith(LICENCE_NAMES):
                folders = [part for part in file.parent.parts if not part.endswith(".dist-info")]
                target = Path("licences", each.name, *folders).as_posix()
                yield Path(str(each.locate_file(file))), target


def licence_list(collected: list[Distribution]) -> str:
    """One line for each: name, version, licence as it states it itself."""
    return "".join(f"{each.name} {each.version}: {_licence(each)}\n" for each in collected)


def _licence(of: Distribution) -> str:
    def stated(field: str) -> list[str]:
        return [text.strip() for text in of.metadata.get_all(field) or ()]

    classes = [text.rpartition(" :: ")[2] for text in stated("Classifier") if "Licen" in text]
    brief = [text for text in stated("License") if text and "\n" not in text]  # not a whole text
    return ", ".join(stated("License-Expression") or brief or classes) or "see its files"
