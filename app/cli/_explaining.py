"""Explaining sound files one after the other with one set of models."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from app.audio.levels_match import match_levels
from app.cli._gathering import gathered
from app.cli._progress import progress, stopping_on_interrupt
from app.cli._telling import tell
from app.paths import scratch_folder
from core.attribution import method_options
from core.audio_io import probe, read_clip
from core.disk import is_full
from core.errors import AudioError, Cancelled, CoreError, RequestError
from core.export import DEFAULT_FORMATS, planned_files, result_folder, write_result
from core.exporters import ExportOptions
from core.file_names import naming
from core.fills import FILLS
from core.folders import require_writable
from core.job import part
from core.masking import group_cells
from core.models import Toolbox, open_toolbox
from core.pipeline import explain
from core.result_folders import result_folders
from core.scratch import Scratch
from core.types import ExplanationRequest, ExplanationResult, Variant
from core.windowing import require_label

Show = Callable[[ExplanationResult, Path, Path], None]
"""show(result, file it is of, folder it was written to)."""


def chosen_options(given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """NAME=VALUE, as often as given, the last of a name counts. Raises: RequestError."""
    chosen: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals):
            raise RequestError(f"--option takes NAME=VALUE, like steps=64, not “{text}”.")
        chosen[name.strip()] = value.strip()
    return tuple(chosen.items())


def explain_files(
    paths: Sequence[Path],
    request: ExplanationRequest,
    out: Path,
    show: Show,
    formats: Sequence[str] = DEFAULT_FORMATS,
    *,
    level_match: bool = False,
) -> int:
    """Explain files and the files in folders, each into a folder of its own in `out`.

    formats: what is written there. level_match: the sounds all as loud as the original.
    A file that cannot be explained gets its sentence on stderr, and the others go on.
    Returns how many could not.
    Raises: CoreError when no file could be explained with this request; Cancelled on Ctrl+C.
    """
    planned_files(formats, ExportOptions())
    require_writable(out)
    method_options(request.method, dict(request.options))
    FILLS.spec(request.fill)
    files, failures = gathered(paths, out)
    toolbox: Toolbox | None = None
    kind = result_folder()
    for number, (file, folder) in enumerate(zip(files, result_folders(files, out), strict=True)):
        try:
            probe(file)  # a bad file is told before the models are waited for
            require_writable(folder, kind)
        except CoreError as error:
            _complain(error, file)
            failures += 1
            continue
        toolbox = toolbox or _opened(request)
        try:
            place = f"{number + 1}/{len(files)} {file.name}"
            result, notes = _explained(file, folder, request, toolbox, place, formats, level_match)
        except Cancelled:
            raise
        except CoreError as error:
            if is_full(error):  # for the others too
                raise
            _complain(error, file)
            failures += 1
        else:
            show(result, file, folder)
            for note in notes:
                tell(note, err=True)
    return failures


def _opened(request: ExplanationRequest) -> Toolbox:
    """The models, checked to be able to do what is asked for."""
    with redirect_stdout(sys.stderr), progress("Opening the models"):
        toolbox = open_toolbox(request)
    if request.target is not None:
        require_label(toolbox.classifier.spec.labels, request.target)
    group_cells((toolbox.codec.spec.latent_dim, 1), request.granularity, toolbox.codec.spec.bands)
    return toolbox


def _explained(
    file: Path,
    folder: Path,
    request: ExplanationRequest,
    toolbox: Toolbox,
    place: str,
    formats: Sequence[str],
    level_match: bool,
) -> tuple[ExplanationResult, tuple[str, ...]]:
    """The result of one file, which then lies in `folder`, and what is to be said about it."""
    scratch = Scratch(scratch_folder())
    with (
        redirect_stdout(sys.stderr),  # whatever a library prints is not our output
        stopping_on_interrupt() as cancel,
        progress(place) as report,
    ):
        # As the window reads it: only a sound that was read at its own rate has the same digest.
        clip = read_clip(
            file,
            mono=toolbox.codec.spec.channels == 1,
            scratch=scratch,
            report=part(report, 0.0, 0.1),
            cancel=cancel,
        )
        going_on = part(report, 0.1, 0.9)
        result = explain(clip, request, toolbox, going_on, cancel, scratch=scratch)
        cancel.raise_if_set()
        exported = write_result(
            result,
            folder,
            file,
            formats,
            gain_db=match_levels(result.audio).equal(tuple(Variant)) if level_match else None,
            report=part(report, 0.9, 1.0),
            cancel=cancel,
        )
    return result, exported.notes


def _complain(error: CoreError, file: Path) -> None:
    about_sound = isinstance(error, AudioError | RequestError)
    tell(naming(file, error) if about_sound else error, err=True)
