"""Each file ties some views to some controllers, one subject a file; nothing is computed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from app.bootstrap import Application
    from ui.parts import Parts


def wiring_kinds() -> tuple[Callable[[Parts, Application], QObject], ...]:
    """All of them, in the order in which they are made.

    They are imported here, and not with this package, because the window shows its frame before.
    """
    from ui.wiring.arranging import Arranging
    from ui.wiring.blind_test import BlindTest
    from ui.wiring.clip_list import ClipList
    from ui.wiring.concepts import Concepts
    from ui.wiring.documents import Documents
    from ui.wiring.dropping import Dropping
    from ui.wiring.explaining import Explaining
    from ui.wiring.exporting import Exporting
    from ui.wiring.helping import Helping
    from ui.wiring.kept_text import KeptText
    from ui.wiring.listening import Listening
    from ui.wiring.live import Live
    from ui.wiring.plot_menu import PlotMenu
    from ui.wiring.preferences import Preferences
    from ui.wiring.recent_files import RecentFiles
    from ui.wiring.recording import Recording
    from ui.wiring.runs import RunList
    from ui.wiring.undoing import Undoing
    from ui.wiring.view_choices import ViewChoices
    from ui.wiring.viewing import Viewing

    return (
        ClipList,
        Explaining,
        Listening,
        BlindTest,
        Viewing,
        ViewChoices,
        KeptText,
        PlotMenu,
        Arranging,
        Recording,
        Live,
        Concepts,
        Exporting,
        Preferences,
        Helping,
        Documents,
        RecentFiles,
        Dropping,
        Undoing,
        RunList,
    )
