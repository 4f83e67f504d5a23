"""What the packaged program consists of; read by `pyinstaller.spec` and by the tests.

Nothing here needs PyInstaller, so that the ordinary tests can say whether the package would be
complete.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.versions import HEARWHY

MICROPHONE = (
    "HearWhy listens to the microphone when you record or start live listening. The sound stays "
    "on this computer."
)

# For development, or for what HearWhy never does with the packages that bring them.
EXCLUDED = [
    "IPython",
    "tkinter",
    "pytest",
    "pytestqt",
    "hypothesis",
    "mypy",
    "sklearn",
    "setuptools",  # PyInstaller would load it at each start: half a second
    "pkg_resources",
    "_distutils_hack",
    "triton",  # compiles kernels for torch.compile: 600 MB
    "tensorboard",
    "torch.utils.tensorboard",
    "matplotlib.backends.backend_tkagg",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtTest",
    "PySide6.QtSql",
]

# Of the hundreds of model families that transformers brings; the others are left out.
TRANSFORMERS_MODELS = ("auto", "clap", "encodec", "encoder_decoder", "roberta")

# Imported by transformers, by a name that is put together when the program runs.
HIDDEN = [
    "transformers.models.clap.configuration_clap",
    "transformers.models.clap.feature_extraction_clap",
    "transformers.models.clap.modeling_clap",
    "transformers.models.encodec.configuration_encodec",
    "transformers.models.encodec.modeling_encodec",
    "transformers.models.roberta.tokenization_roberta",  # CLAP's
]

# Files that PyInstaller finds and that the program is better without.
LEFT_OUT = (
    # It looks for its parts, sound servers among them, where its own system keeps those.
    "libasound.so*",
    # These parts, and drivers of screens, may be newer than an old C++ library bears.
    "libstdc++.so*",
    "libgcc_s.so*",
    # GTK loads parts of the system's, which fit the GTK there. Qt has dialogs of its own.
    "*/platformthemes/libqgtk3.so",
    "libgtk-3.so*",
    "libgdk-3.so*",
    "libgdk_pixbuf-2.0.so*",
    "libatk*.so*",
    "libatspi.so*",
    "libepoxy.so*",
    "libcairo*.so*",
    "libpango*.so*",
    "libpixman-1.so*",
    "*/networkinformation/*",
    # Screens without a desktop.
    "*/egldeviceintegrations/*",
    "*/platforms/libqeglfs.so",
    "*/platforms/libqlinuxfb.so",
    "*/platforms/libqvkkhrdisplay.so",
    "*/platforms/libqvnc.so",
    "*/generic/*",
    # For making models and kernels, not for using them.
    "torch/bin/protoc*",
    "torch/bin/ptxas*",
)

WALKING = ("Registry", "plugin_modules")  # what a package calls that walks itself
IMPORTING = ("loaded", "import_module")

# The scripts beside pictures and sounds made them; they are no part of the program.
NOT_SHIPPED = (".py", ".pyc")


def plugin_packages(root: Path) -> list[str]:
    """Packages whose modules are found by walking them: plug-ins and commands."""
    return sorted(
        ".".join(file.parent.relative_to(root).parts)
        for layer in ("app", "core")
        for file in (root / layer).rglob("__init__.py")
        if _walks_itself(file)
    )


def _walks_itself(file: Path) -> bool:
    return any(_called(node) in WALKING for node in _calls(file))


def _calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def _called(node: ast.Call) -> str | None:
    """Name of the function, without that of its module."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def shipped_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Files that are not code, each with the folder of the package that it goes to."""
    for file in sorted((root / "resources").rglob("*")):
        if file.is_file() and file.suffix not in NOT_SHIPPED:
            yield file, file.parent.relative_to(root).as_posix()
    yield root / "docs" / "guide.md", "docs"
    for file in sorted((root / "docs" / "pictures").glob("*.png")):
        yield file, "docs/pictures"
    yield root / "LICENSE", "."


def is_left_out(target: str) -> bool:
    """Whether a file that PyInstaller found is left out. target: its place in the package."""
    return any(fnmatch(Path(target).as_posix(), pattern) for pattern in LEFT_OUT)


def imported_by_name(root: Path) -> list[str]:
    """Modules that the program names as text to have them imported, which PyInstaller overlooks."""
    return sorted(
        node.args[0].value
        for layer in ("app", "core", "ui")
        for file in (root / layer).rglob("*.py")
        for node in _calls(file)
        if _called(node) in IMPORTING
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


def left_out_models() -> list[str]:
    """The model families of transformers that HearWhy does not open."""
    found = find_spec("transformers")
    if found is None or not found.submodule_search_locations:
        return []
    folder = Path(found.submodule_search_locations[0], "models")
    names = sorted(path.name for path in folder.iterdir() if (path / "__init__.py").is_file())
    return [f"transformers.models.{name}" for name in names if name not in TRANSFORMERS_MODELS]


def icon_file(root: Path, build: Path) -> str | None:
    """The icon as this system wants it in the executable, made in `build`; None on Linux."""
    suffix = {"win32": ".ico", "darwin": ".icns"}.get(sys.platform)
    if suffix is None:
        return None
    from PIL import Image

    build.mkdir(parents=True, exist_ok=True)
    file = build / f"hearwhy{suffix}"
    with Image.open(root / "resources" / "icons" / "application" / "512.png") as drawing:
        if suffix == ".ico":
            drawing.save(file, sizes=[(size, size) for size in (16, 24, 32, 48, 64, 128, 256)])
        else:
            drawing.save(file)
    return str(file)


def macos_info() -> dict[str, Any]:
    """Info.plist of the bundle: why the microphone, and what it opens."""
    return {
        "NSMicrophoneUsageDescription": MICROPHONE,
        "NSHighResolutionCapable": True,
        "LSMinimumSystemVersion": "12.0",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "HearWhy session",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": ["io.github.hearwhy.session"],
            },
            {
                "CFBundleTypeName": "Sound",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.audio"],
            },
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": "io.github.hearwhy.session",
                "UTTypeDescription": "HearWhy session",
                "UTTypeConformsTo": ["public.zip-archive"],
                "UTTypeTagSpecification": {"public.filename-extension": ["hearwhy"]},
            }
        ],
    }


def windows_version() -> str:
    """Version resource of the executable, as PyInstaller reads it."""
    numbers = (*map(int, HEARWHY.split(".")), 0)
    strings = {
        "CompanyName": "The HearWhy authors",
        "FileDescription": "HearWhy",
        "FileVersion": HEARWHY,
        "InternalName": "hearwhy",
        "LegalCopyright": "MIT licence",
        "OriginalFilename": "hearwhy.exe",
        "ProductName": "HearWhy",
        "ProductVersion": HEARWHY,
    }
    entries = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, "
        "flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)), "
        f"kids=[StringFileInfo([StringTable('040904B0', [{entries}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])"
    )
