"""A session with its document, and what a user does with them."""

from __future__ import annotations

from pathlib import Path

from app.document_controller import DocumentController
from app.engine import Engine
from app.explain_controller import ExplainController
from app.jobs import JobRunner
from app.notices import Notices
from app.session import ClipItem, Session
from app.settings import SettingsStore
from core.samples import sample_clips
from core.session_manifest import SavedLook
from core.types import ExplanationRequest
from tests.results import made_up_result

LOOK = SavedLook(("view_all",), (0.0, 0.4), None, 0.25)


class Bench:
    """A session with its controllers, as `app.bootstrap` makes them."""

    def __init__(self, folder: Path, **request: object) -> None:
        self.session = Session(ExplanationRequest(**{"random_masks": 2} | request))
        self.models, self.saving = JobRunner("test-models"), JobRunner("test-documents")
        self.notices, self.posted = Notices(), []
        self.notices.posted.connect(self.posted.append)
        self.settings = SettingsStore(folder / "settings.json")
        self.engine = Engine()
        self.explain = ExplainController(self.session, self.models, self.engine, self.notices)
        self.explain.automatic = False
        self.documents = DocumentController(
            self.session, self.explain, self.saving, self.settings, self.notices
        )
        self.session.add_items(
            ClipItem(sample.path, sample.title, "samples") for sample in sample_clips()
        )

    @property
    def state(self):
        return self.session.state

    def shut_down(self) -> None:
        self.models.shut_down()
        self.saving.shut_down()


def read(qtbot, bench, *paths):
    """Open sounds and wait until the first of them has been read."""
    with qtbot.waitSignal(bench.explain.idle):
        bench.documents.open_paths(paths)


def saved(qtbot, bench, path, look=LOOK):
    with qtbot.waitSignal(bench.documents.idle):
        bench.documents.save(path, look)


def reopened(qtbot, bench, *paths):
    with qtbot.waitSignal(bench.documents.idle):
        bench.documents.open_paths(paths)


def explained_by_hand(bench, **changes):
    """A made-up result of the current clip."""
    bench.session.set_result(made_up_result(request=bench.state.request, **changes))
