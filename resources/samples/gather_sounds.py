"""Gather everyday sounds for training: those of free games and programs in Debian.

    PYTHONPATH=. python resources/samples/gather_sounds.py OUT [--packages FOLDER]

in the project's folder needs Debian or one of its children, with `apt-get` and `dpkg-deb`. The
packages are downloaded into FOLDER and not installed; what is there already is not fetched again.
OUT gets mono files at 16 kHz and a `clips.csv` without labels: an audio tower learns of them only
what a teacher hears in them.
All are of Debian's main section, free to use and to change; each package's copyright file, which is
kept beside the sounds, says by whom and how.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import typer
from sound import write_bytes

from core.audio_io import read_clip
from core.errors import AudioError
from core.types import FloatArray

TOOLS = ("apt-get", "dpkg-deb")
RATE = 16_000
LONGEST = 20.0  # seconds kept of a sound, from its middle
SHORTEST = 0.15
SILENT = 1e-3  # peak
MOST = 250  # sounds of one package, evenly from all that it has
SOUND = re.compile(r"\.(wav|ogg|oga|flac|mp3|opus|aiff?|au)$", re.IGNORECASE)
ARCHIVE = re.compile(r"\.(zip|pk3|wz)$", re.IGNORECASE)
# Spoken names and instructions, and what is plainly music.
LEFT_OUT = re.compile(r"_desc|/(music|voices?|speech|tutorial|soundtrack)/", re.IGNORECASE)
PACKAGES = """
    0ad-data amphetamine-data bambam boswars-data brainparty-data btanks-data bucklespring-data
    bzflag-data caveexpress-data chuck-data codec2-examples colobot-common-sounds crossfire-client
    crrcsim-data csoundqt-examples endless-sky-data enigma-data etw-data extremetuxracer-data
    flare-game freeciv-data freecol freedink-data freedroidrpg-data freetennis-common
    frozen-bubble-data gamine-data glob2-data gnome-shell-pomodoro-data hedgewars-data
    heroes-sound-effects hydrogen-data hydrogen-drumkits-effects jag krank lincity-ng-data
    lmms-common lomiri-sounds lugaru-data marsshooter-data mate-media-common megaglest-data
    micropolis-data minetest-data mirrormagic-data netpanzer-data neverball-common openarena-data
    overgod-data oxygen-sounds pekka-kana-2-data pinball-data pingus-data planetblupi-common
    plee-the-bear-data redeclipse-data scorched3d-data scratch searchandrescue-data simutrans-pak64
    singularity-music sonic-pi-samples sound-icons sound-theme-freedesktop supertux-data
    supertuxkart-data teeworlds-data torcs-data trackballs-data triplea trophy-data tuxmath-data
    tuxpaint-plugins-default tuxpaint-stamps-default tuxtype-data ufoai-sound unknown-horizons
    warmux-data wesnoth-1.16-data widelands-data wordwarvi-sound workrave-data wx3.2-examples
    xmoto-data yaru-theme-sound
"""


def main(out: Path, packages: Annotated[Path | None, typer.Option()] = None) -> None:
    """Download the packages and write their sounds to OUT."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise typer.BadParameter(f"This needs Debian's {' and '.join(missing)}, not found here.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = packages or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows, seen = [], set[str]()
        for name in PACKAGES.split():
            package = fetched(name, folder)
            if package is None:
                typer.echo(f"{name}: not to be had here")
                continue
            try:
                found, rights = contents(package, name)
            except (tarfile.TarError, zipfile.BadZipFile) as error:
                raise typer.BadParameter(
                    f"{package} cannot be read ({error}); delete it."
                ) from None
            kept = 0
            for place, data in spread(found):
                samples = usable(data)
                digest = "" if samples is None else hashlib.sha256(samples.tobytes()).hexdigest()
                if samples is None or digest in seen:
                    continue
                seen.add(digest)
                path = out / name / f"{digest[:16]}.flac"
                path.parent.mkdir(parents=True, exist_ok=True)
                buffer = io.BytesIO()
                soundfile.write(buffer, samples, RATE, "PCM_16", format="FLAC")
                write_bytes(path, buffer.getvalue())
                seconds = f"{len(samples) / RATE:.2f}"
                row = (f"{name}/{path.name}", "free_sounds", "", name, "train", place, seconds)
                rows.append(row)
                kept += 1
            if kept:
                write_bytes(out / name / "copyright", rights)
            typer.echo(f"{name}: {kept} of {len(found)} sounds")
        table = io.StringIO(newline="")
        writer = csv.writer(table)
        writer.writerow(("path", "dataset", "label", "speaker", "split", "extra", "seconds"))
        writer.writerows(rows)
        write_bytes(out / "clips.csv", table.getvalue().encode())


def fetched(name: str, folder: Path) -> Path | None:
    """The package's file, downloaded where it is not there yet."""
    for _ in range(2):
        found = sorted(folder.glob(f"{name}_*.deb"))
        if found:
            return found[-1]
        subprocess.run(["apt-get", "download", name], cwd=folder, check=False, capture_output=True)
    return None


def contents(package: Path, name: str) -> tuple[list[tuple[str, bytes]], bytes]:
    """Place and bytes of every sound of a package, archived ones too, and its copyright file."""
    command = ["dpkg-deb", "--fsys-tarfile", os.fspath(package)]
    sounds, rights = [], b""
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as archive,
    ):
        for member in archive:
            is_rights = member.name.endswith(f"/doc/{name}/copyright")
            is_archive = ARCHIVE.search(member.name) is not None
            if not member.isfile() or not (is_rights or is_archive or is_wanted(member.name)):
                continue
            file = archive.extractfile(member)
            data = b"" if file is None else file.read()
            if is_rights:
                rights = data
            elif is_archive:
                sounds += archived(member.name, data)
            else:
                sounds.append((member.name, data))
    return sounds, rights


def archived(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """The sounds of an archive inside of a package."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        places = [inside for inside in archive.namelist() if is_wanted(f"{name}/{inside}")]
        return [(f"{name}/{inside}", archive.read(inside)) for inside in places]


def is_wanted(place: str) -> bool:
    return SOUND.search(place) is not None and LEFT_OUT.search(place) is None


def spread(found: list[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
    """At most `MOST` of them, evenly from all."""
    found.sort(key=lambda each: each[0])
    count = min(MOST, len(found))
    return (found[index * len(found) // count] for index in range(count))


def usable(data: bytes) -> FloatArray | None:
    """The middle of a sound, (N,) at `RATE`; None for what cannot be read, or says nothing."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            clip = read_clip(file.name, sample_rate=RATE, mono=True)
        except AudioError:
            return None
    samples = clip.samples[0]
    length = round(LONGEST * RATE)
    first = max(0, (len(samples) - length) // 2)
    samples = samples[first : first + length]
    peak = float(np.abs(samples).max())
    if len(samples) < SHORTEST * RATE or peak < SILENT:
        return None
    return samples / max(1.0, peak)


if __name__ == "__main__":
    typer.run(main)
