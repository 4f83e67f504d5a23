"""What the packaged program consists of; read by `pyinstaller.spec` and by the tests.

Nothing here needs PyInstaller, so that the ordinary tests can say whether the package would be
complete.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.versions import HEARWHY

SOUND_TYPES = ("wav", "flac", "ogg", "opus", "mp3", "aiff", "aif")
MICROPHONE = (
    "HearWhy listens to the microphone when you record or start live listening. The sound stays "
    "on this computer."
)

# Read their own version, or that of another package, when they run.
METADATA = (
    "torch",
    "torchaudio",
    "transformers",
    "captum",
    "numpy",
    "soundfile",
    "tokenizers",
    "huggingface-hub",
    "safetensors",
    "tqdm",
    "regex",
    "requests",
    "packaging",
    "filelock",
    "pyyaml",
)

# For development, or for what HearWhy never does with the packages that bring them.
EXCLUDED = [
    "IPython",
    "tkinter",
    "pytest",
    "pytestqt",
    "hypothesis",
    "mypy",
    "triton",  # compiles kernels for torch.compile: 600 MB
    "tensorboard",
    "torch.utils.tensorboard",
    "matplotlib.backends.backend_tkagg",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtTest",
    "PySide6.QtSql",
]

# Of resources/samples and resources/icons only what is heard and seen, not the scripts beside it.
RESOURCES = (
    ("icons", ("*.svg",)),
    ("icons/application", ("*.png",)),
    ("desktop", ("*",)),
    ("report", ("*",)),
    ("samples", ("*.wav", "samples.json", "README.md")),
)


def plugin_packages() -> list[str]:
    """Packages whose modules are found by walking them: plug-ins and commands."""
    return [
        "app.cli",
        "core.attribution",
        "core.classifiers",
        "core.codecs",
        "core.exporters",
        "core.fills",
    ]


def shipped_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Files that are not code, each with the folder of the package that it goes to."""
    resources = root / "resources"
    for folder, patterns in RESOURCES:
        for pattern in patterns:
            for file in sorted((resources / folder).glob(pattern)):
                if file.is_file():
                    yield file, f"resources/{folder}"
    for file in sorted((resources / "models").rglob("*")):
        if file.is_file():
            yield file, str(Path("resources") / file.parent.relative_to(resources))
    yield root / "docs" / "guide.md", "docs"
    for file in sorted((root / "docs" / "pictures").glob("*.png")):
        yield file, "docs/pictures"
    yield root / "LICENSE", "."


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
