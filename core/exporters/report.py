"""One HTML page that holds everything: pictures, players, numbers and what they mean.

It loads nothing: pictures and sounds are in it as data, and its own policy forbids all else. The
page lies as a template in `resources/report`; what users gave is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from core.exporters import EXPORTERS, ExporterSpec, ExportOptions, PlannedFile, Subject
from core.exporters._report_contents import contents
from core.files import replacing
from core.job import CancelToken, Report
from core.resources import resources_folder

SPEC = ExporterSpec(
    id="html",
    label="HTML report",
    summary="one page with pictures, players and numbers",
    group="report",
)
PARTS = {"style": "report.css", "script": "report.js"}


@EXPORTERS.register(SPEC)
def plan(options: ExportOptions) -> list[PlannedFile]:
    """`report.html`."""
    return [PlannedFile(options.named("report.html"), _write)]


def _write(subject: Subject, path: Path, report: Report, cancel: CancelToken) -> None:
    page = _rendered(contents(subject, report, cancel))
    cancel.raise_if_set()
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def _rendered(values: dict[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folder = resources_folder() / "report"
    own = {name: (folder / file).read_text(encoding="utf-8") for name, file in PARTS.items()}
    hashes = {f"{name}_hash": _hash(text) for name, text in own.items()}
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.jinja")
    trusted = {name: Markup(text) for name, text in own.items()}
    return template.render(**values, **trusted, **hashes)


def _hash(text: str) -> str:
    """By which the page's policy knows its own style and script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
