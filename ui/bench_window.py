"""Measurements on a window that is open: one method a subject, to be called in order."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QEventLoop, QTimer, SignalInstance

from app.audio.deck import VariantDeck
from app.audio.tape import OutputFormat
from app.audio.versions import PreparedVersions
from app.bootstrap import Application
from app.display import WindowError
from app.export_wish import ExportWish
from app.matched_versions import versions_of
from app.picture_controller import Pictures
from app.session import SessionState
from core.exporters import EXPORTERS
from core.types import Variant
from ui.heartbeat import Heartbeat
from ui.main_window import MainWindow
from ui.painted import NextPaint
from ui.timers import timer

PATIENCE = 900.0  # s that anything may take
FRAMES = 240  # scrolled in each view
VIEWS = {"10 seconds": 10.0, "10 minutes": 600.0}  # s that are seen while scrolling
STAGES = ("Reading", "Resampling", "Looking", "Attributing")  # cancelled in
BLOCK = 256  # frames of the blocks in which a switch of versions is counted

Row = tuple[Any, ...]
"""The fields of a `Figure`."""


class WindowBench:
    """Blocks are of the window's thread: from one beat of 5 ms to the next."""

    def __init__(
        self, behind: Application, window: MainWindow, tell: Callable[[str], object]
    ) -> None:
        self._behind, self._window, self._tell = behind, window, tell
        self._heart = Heartbeat(window)

    def explaining(self, repeats: int) -> list[Row]:
        """Of the first sample, again and again, after it was explained once."""
        behind = self._behind
        sample = behind.session.state.items[0].key
        self._until_drawn(lambda: behind.explain.open_item(sample))
        blocks, took = [], []
        for number in range(repeats):
            self._tell(f"Explaining, {number + 1} of {repeats}")
            self._heart.start()
            begun = time.perf_counter()
            self._until_drawn(behind.explain.explain)
            took.append(time.perf_counter() - begun)
            self._heart.stop()
            blocks.append(1000.0 * self._heart.longest)
        return [
            ("explained", "explaining again, until it is seen", tuple(took), "s"),
            ("block_explaining", "longest block while explaining", tuple(blocks), "ms", 50.0),
        ]

    def dragging(self, repeats: int) -> list[Row]:
        """A share slider, to the new picture on the screen and the new sound in the player."""
        behind, times = self._behind, []
        for number, share in enumerate(np.linspace(0.05, 0.5, repeats)):
            self._tell(f"Moving the slider, {number + 1} of {repeats}")
            begun = time.perf_counter()
            heard: list[float] = []

            def listen(*_: object, heard: list[float] = heard) -> None:
                heard.append(time.perf_counter())

            behind.playback.level_match_changed.connect(listen)
            self._until_drawn(lambda share=float(share): behind.explain.drag_shares(share, share))
            seen = time.perf_counter()
            if not heard:
                self._until(behind.playback.level_match_changed)
            behind.playback.level_match_changed.disconnect(listen)
            times.append(1000.0 * (max(seen, heard[-1]) - begun))
        return [("slider", "slider to new sound and picture", tuple(times), "ms", 80.0)]

    def switching(self) -> list[Row]:
        """Blocks of the callback until another version begins to be heard."""
        state = self._behind.session.state
        if state.clip is None:
            raise WindowError("No sample was opened.")
        output = OutputFormat(state.clip.sample_rate, 1)
        prepared = PreparedVersions(versions_of(state.clip, state.result), output)
        for tape in prepared.tapes:
            for number in list(tape.missing(0, len(tape))):
                tape.make(number)
        decks = [VariantDeck(*output) for _ in range(2)]
        for deck in decks:
            deck.load(prepared.tracks({}))
            deck.play()
        blocks = [np.zeros((BLOCK, 1), dtype=np.float32) for _ in decks]
        for _ in range(decks[0].length // 2 // BLOCK):  # to where there is something to hear
            for deck, block in zip(decks, blocks, strict=True):
                deck.fill(block)
        decks[0].active = Variant.EXPLANATION
        count = 0
        while np.array_equal(*blocks):
            count += 1
            for deck, block in zip(decks, blocks, strict=True):
                deck.fill(block)
        return [("switch", "version switch", (float(count),), "blocks", 1.0)]

    def exporting(self, folder: Path) -> list[Row]:
        """Everything there is to export, of the sample."""
        self._tell("Exporting")
        behind = self._behind
        wish = ExportWish(folder, "sample", tuple(spec.id for spec in EXPORTERS.specs()))
        folder.mkdir()
        begun = time.perf_counter()
        self._heart.start()
        self._until(behind.export.idle, lambda: behind.export.export(wish))
        self._heart.stop()
        return [
            ("exported", "exporting everything", (time.perf_counter() - begun,), "s"),
            (
                "block_exporting",
                "longest block while exporting",
                (1000.0 * self._heart.longest,),
                "ms",
                50.0,
            ),
        ]

    def opening(self, path: Path) -> list[Row]:
        """The long recording: read, drawn, and its most telling window explained."""
        self._tell("Opening the long recording")
        behind = self._behind
        begun = time.perf_counter()
        seen: list[float] = []

        def see(state: SessionState) -> None:
            if state.clip is not None:
                seen.append(time.perf_counter() - begun)

        behind.session.clip_changed.connect(see)
        self._heart.start()
        self._until_drawn(lambda: behind.explain.open_files([path]))
        took = time.perf_counter() - begun
        self._heart.stop()
        behind.session.clip_changed.disconnect(see)
        return [
            ("read", "reading the long recording", (seen[-1],), "s"),
            ("opened", "reading and explaining it", (took,), "s"),
            (
                "block_opening",
                "longest block meanwhile",
                (1000.0 * self._heart.longest,),
                "ms",
                50.0,
            ),
        ]

    def scrolling(self) -> list[Row]:
        """From a quarter on, a sixtieth of the view a frame; every frame painted."""
        spectrogram, rows = self._window.parts.spectrogram, []
        length = spectrogram.canvas.seconds
        for name, seconds in VIEWS.items():
            self._tell(f"Scrolling {name}")
            seconds = min(seconds, length / 4)
            begun = time.perf_counter()
            for frame in range(FRAMES):
                left = length / 4 + frame * seconds / 60 % (length / 2)
                loop = QEventLoop()
                NextPaint(spectrogram.canvas.viewport(), loop.quit)
                spectrogram.canvas.move_to(left, left + seconds)
                self._run(loop)
            rate = FRAMES / (time.perf_counter() - begun)
            label = f"scrolling the long recording, {name} in view"
            rows.append(
                (f"scroll_{name.replace(' ', '_')}", label, (rate,), "frames/s", 30.0, True)
            )
        return rows

    def jumping(self, repeats: int) -> list[Row]:
        """A click on a moment of the long recording, to its explanation on the screen."""
        behind, times = self._behind, []
        clip = behind.session.state.clip
        length = clip.seconds if clip is not None else 0.0
        for number in range(repeats):
            self._tell(f"Explaining moments, {number + 1} of {repeats}")
            begun = time.perf_counter()
            moment = (number + 1) * length / (repeats + 1)
            self._until_drawn(lambda moment=moment: behind.explain.explain_moment(moment))
            times.append(time.perf_counter() - begun)
        return [("moment", "a click on a moment, until it is explained", tuple(times), "s")]

    def remembering(self) -> list[Row]:
        """With everything above still open."""
        memory = psutil.Process().memory_full_info()
        return [
            ("memory", "memory with the long recording open", (memory.rss / 1e9,), "GB", 1.5),
            ("memory_own", "of it not shared with others", (memory.uss / 1e9,), "GB"),
        ]

    def cancelling(self, path: Path) -> list[Row]:
        """In each stage of opening a long recording: until the worker takes other work."""
        rows = []
        for stage in STAGES:
            self._tell(f"Cancelling while {stage.lower()}")
            times = self._cancelled(path, stage)
            label = f"cancel to free worker, {stage.lower()}"
            rows.append((f"cancel_{stage.lower()}", label, (1000.0 * times,), "ms", 200.0))
        return rows

    def _cancelled(self, path: Path, stage: str) -> float:
        behind, runner = self._behind, self._behind.runners[0]
        reached = QEventLoop()

        def look(share: float, name: str) -> None:
            if name.startswith(stage):
                QTimer.singleShot(20, reached.quit)  # amid it

        def begin() -> None:
            if stage == "Attributing":
                behind.explain.open_item(behind.session.state.items[0].key)
            else:
                behind.explain.open_files([path])

        behind.explain.progressed.connect(look)
        self._run(reached, begin)
        behind.explain.progressed.disconnect(look)
        begun = time.perf_counter()
        behind.explain.cancel()
        self._until(runner.succeeded, lambda: runner.submit(lambda report, cancel: None))
        return time.perf_counter() - begun

    def _until_drawn(self, begin: Callable[[], object]) -> None:
        """Do something, and wait until a result that comes of it is painted."""
        loop = QEventLoop()
        viewport = self._window.parts.spectrogram.canvas.viewport()
        fresh = [False]

        def explained(state: SessionState) -> None:
            fresh[0] = state.result is not None

        def drawn(pictures: Pictures) -> None:
            if fresh[0] and pictures.result is self._behind.session.state.result:
                NextPaint(viewport, loop.quit)

        connections = (
            (self._behind.session.result_changed, explained),
            (self._behind.pictures.pictures_changed, drawn),
        )
        for signal, slot in connections:
            signal.connect(slot)
        self._run(loop, begin)
        for signal, slot in connections:
            signal.disconnect(slot)

    def _until(self, signal: SignalInstance, begin: Callable[[], object] = lambda: None) -> None:
        loop = QEventLoop()

        def end(*_: object) -> None:
            loop.quit()

        signal.connect(end)
        self._run(loop, begin)
        signal.disconnect(end)

    def _run(self, loop: QEventLoop, begin: Callable[[], object] = lambda: None) -> None:
        """Raises: WindowError when nothing comes of it."""
        late = timer(loop, round(1000 * PATIENCE), once=True)
        late.timeout.connect(lambda: loop.exit(1))
        late.start()
        QTimer.singleShot(0, begin)
        code = loop.exec()
        late.stop()
        if code:
            raise WindowError("The window did not do what was measured; see the log.")
