"""Every command of the window in one table.

Menus, tool tips, the key list (F2) and the documentation are all made from `ACTIONS`, so a
shortcut is named in one place. What can only be done with the mouse, or by holding a key, stands
in `GESTURES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from ui.icons import icon

Standard = QKeySequence.StandardKey
CONTEXT = "Actions"  # of the translations


class MenuId(StrEnum):
    """The menus, in the order of the menu bar."""

    FILE = "file"
    EDIT = "edit"
    LISTEN = "listen"
    EXPLAIN = "explain"
    VIEW = "view"
    HELP = "help"


MENU_TITLES = {
    MenuId.FILE: QT_TRANSLATE_NOOP("Actions", "&File"),
    MenuId.EDIT: QT_TRANSLATE_NOOP("Actions", "&Edit"),
    MenuId.LISTEN: QT_TRANSLATE_NOOP("Actions", "&Listen"),
    MenuId.EXPLAIN: QT_TRANSLATE_NOOP("Actions", "E&xplain"),
    MenuId.VIEW: QT_TRANSLATE_NOOP("Actions", "&View"),
    MenuId.HELP: QT_TRANSLATE_NOOP("Actions", "&Help"),
}


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command.

    keys: shortcuts; the first is the one that menus show. A standard key stands for whatever the
        system uses. group: of the commands of one group exactly one is checked.
    section: whether a line is drawn above it in the menu. icon: a name in `resources/icons`.
    """

    id: str
    menu: MenuId
    text: str
    tip: str
    keys: tuple[str | QKeySequence.StandardKey, ...] = ()
    checkable: bool = False
    group: str | None = None
    section: bool = False
    icon: str | None = None
    role: QAction.MenuRole = QAction.MenuRole.NoRole


@dataclass(frozen=True, slots=True)
class GestureSpec:
    """What the mouse or a held key does. keys, text: as shown in the key list."""

    keys: str
    text: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the key list, translated. keys: as the system writes them; may be empty."""

    section: str
    keys: tuple[str, ...]
    text: str
    tip: str


def _action(  # the table below reads better without the dataclass's name on each line
    menu: MenuId,
    action_id: str,
    text: str,
    tip: str,
    *keys: str | QKeySequence.StandardKey,
    checkable: bool = False,
    group: str | None = None,
    section: bool = False,
    icon: str | None = None,
    role: QAction.MenuRole = QAction.MenuRole.NoRole,
) -> ActionSpec:
    checkable = checkable or group is not None
    return ActionSpec(action_id, menu, text, tip, keys, checkable, group, section, icon, role)


# fmt: off
ACTIONS: tuple[ActionSpec, ...] = (
    _action(MenuId.FILE, "open", QT_TRANSLATE_NOOP("Actions", "&Open…"),
            QT_TRANSLATE_NOOP("Actions", "Open sound files or a session"),
            Standard.Open, icon="open"),
    _action(MenuId.FILE, "previous_clip", QT_TRANSLATE_NOOP("Actions", "&Previous clip"),
            QT_TRANSLATE_NOOP("Actions", "Go to the clip above in the list"),
            "Ctrl+Up", section=True),
    _action(MenuId.FILE, "next_clip", QT_TRANSLATE_NOOP("Actions", "&Next clip"),
            QT_TRANSLATE_NOOP("Actions", "Go to the clip below in the list"),
            "Ctrl+Down"),
    _action(MenuId.FILE, "close_clip", QT_TRANSLATE_NOOP("Actions", "&Close clip"),
            QT_TRANSLATE_NOOP("Actions", "Take the clip off the list; its file stays"),
            "Ctrl+W", Standard.Close),
    _action(MenuId.FILE, "save_session", QT_TRANSLATE_NOOP("Actions", "&Save session"),
            QT_TRANSLATE_NOOP("Actions", "Save everything as it stands, to reopen it later"),
            Standard.Save, section=True, icon="save"),
    _action(MenuId.FILE, "save_session_as", QT_TRANSLATE_NOOP("Actions", "Save session &as…"),
            QT_TRANSLATE_NOOP("Actions", "Save everything as it stands under another name"),
            Standard.SaveAs),
    _action(MenuId.FILE, "export", QT_TRANSLATE_NOOP("Actions", "&Export…"),
            QT_TRANSLATE_NOOP("Actions", "Write sounds, pictures, numbers or a report to files"),
            "Ctrl+Shift+E", icon="export"),
    _action(MenuId.FILE, "settings", QT_TRANSLATE_NOOP("Actions", "Se&ttings…"),
            QT_TRANSLATE_NOOP("Actions", "Sound devices, appearance and habits"),
            "Ctrl+,", section=True, icon="settings", role=QAction.MenuRole.PreferencesRole),
    _action(MenuId.FILE, "quit", QT_TRANSLATE_NOOP("Actions", "&Quit"),
            QT_TRANSLATE_NOOP("Actions", "Close HearWhy"),
            "Ctrl+Q", section=True, role=QAction.MenuRole.QuitRole),

    _action(MenuId.EDIT, "undo", QT_TRANSLATE_NOOP("Actions", "&Undo"),
            QT_TRANSLATE_NOOP("Actions", "Take back the last change"),
            Standard.Undo, icon="undo"),
    _action(MenuId.EDIT, "redo", QT_TRANSLATE_NOOP("Actions", "&Redo"),
            QT_TRANSLATE_NOOP("Actions", "Make the change again that was taken back"),
            "Ctrl+Shift+Z", Standard.Redo, icon="redo"),
    _action(MenuId.EDIT, "select_all", QT_TRANSLATE_NOOP("Actions", "Select &all"),
            QT_TRANSLATE_NOOP("Actions", "Select the whole clip"),
            Standard.SelectAll, section=True),
    _action(MenuId.EDIT, "cancel", QT_TRANSLATE_NOOP("Actions", "&Cancel or clear"),
            QT_TRANSLATE_NOOP("Actions", "Stop the work under way, else clear the selection"),
            "Esc"),

    _action(MenuId.LISTEN, "play", QT_TRANSLATE_NOOP("Actions", "&Play or stop"),
            QT_TRANSLATE_NOOP("Actions", "Play from the playhead, or stop"),
            "Space", icon="play"),
    _action(MenuId.LISTEN, "pause", QT_TRANSLATE_NOOP("Actions", "Pa&use"),
            QT_TRANSLATE_NOOP("Actions", "Hold the sound where it is, or go on"),
            "P", icon="pause"),
    _action(MenuId.LISTEN, "record", QT_TRANSLATE_NOOP("Actions", "&Record"),
            QT_TRANSLATE_NOOP("Actions", "Record a take from the microphone, or end it"),
            "R", checkable=True, icon="record"),
    _action(MenuId.LISTEN, "live", QT_TRANSLATE_NOOP("Actions", "Li&ve"),
            QT_TRANSLATE_NOOP("Actions", "Explain what the microphone hears, as it happens"),
            "Shift+R", checkable=True, icon="live"),
    _action(MenuId.LISTEN, "original", QT_TRANSLATE_NOOP("Actions", "&1 Original"),
            QT_TRANSLATE_NOOP("Actions", "Hear and see the sound as it came in"),
            "1", group="variant", section=True),
    _action(MenuId.LISTEN, "explanation", QT_TRANSLATE_NOOP("Actions", "&2 Explanation"),
            QT_TRANSLATE_NOOP("Actions", "Hear and see only what spoke most for the class"),
            "2", group="variant"),
    _action(MenuId.LISTEN, "removed", QT_TRANSLATE_NOOP("Actions", "&3 Removed"),
            QT_TRANSLATE_NOOP(
                "Actions",
                "Hear and see the sound with its most relevant cells replaced by the fill"),
            "3", group="variant"),
    _action(MenuId.LISTEN, "reconstruction", QT_TRANSLATE_NOOP("Actions", "&4 Codec"),
            QT_TRANSLATE_NOOP("Actions", "Hear and see what the codec alone makes of the sound"),
            "4", group="variant"),
    _action(MenuId.LISTEN, "level_match", QT_TRANSLATE_NOOP("Actions", "&Match levels"),
            QT_TRANSLATE_NOOP("Actions", "Play every version as loud as the original"),
            "M", checkable=True, section=True),
    _action(MenuId.LISTEN, "abx", QT_TRANSLATE_NOOP("Actions", "&Blind test (ABX)…"),
            QT_TRANSLATE_NOOP("Actions", "Find out whether you can tell two versions apart"),
            "X", icon="abx"),
    _action(MenuId.LISTEN, "loop", QT_TRANSLATE_NOOP("Actions", "&Loop"),
            QT_TRANSLATE_NOOP("Actions", "Play the loop, or the whole clip, again and again"),
            "L", checkable=True, section=True, icon="loop"),
    _action(MenuId.LISTEN, "loop_selection", QT_TRANSLATE_NOOP("Actions", "Loop the &selection"),
            QT_TRANSLATE_NOOP("Actions", "Make the selection the loop"),
            "Shift+L"),
    _action(MenuId.LISTEN, "loop_start", QT_TRANSLATE_NOOP("Actions", "Loop starts &here"),
            QT_TRANSLATE_NOOP("Actions", "Start the loop at the playhead"),
            "["),
    _action(MenuId.LISTEN, "loop_end", QT_TRANSLATE_NOOP("Actions", "Loop &ends here"),
            QT_TRANSLATE_NOOP("Actions", "End the loop at the playhead"),
            "]"),
    _action(MenuId.LISTEN, "seek_start", QT_TRANSLATE_NOOP("Actions", "To the s&tart"),
            QT_TRANSLATE_NOOP("Actions", "Move the playhead to the start of the clip"),
            "Home", section=True),
    _action(MenuId.LISTEN, "seek_end", QT_TRANSLATE_NOOP("Actions", "To the e&nd"),
            QT_TRANSLATE_NOOP("Actions", "Move the playhead to the end of the clip"),
            "End"),
    _action(MenuId.LISTEN, "seek_back", QT_TRANSLATE_NOOP("Actions", "Ba&ck"),
            QT_TRANSLATE_NOOP("Actions", "Move the playhead a little earlier"),
            "Left"),
    _action(MenuId.LISTEN, "seek_forward", QT_TRANSLATE_NOOP("Actions", "&Forward"),
            QT_TRANSLATE_NOOP("Actions", "Move the playhead a little later"),
            "Right"),
    _action(MenuId.LISTEN, "seek_back_far", QT_TRANSLATE_NOOP("Actions", "F&ar back"),
            QT_TRANSLATE_NOOP("Actions", "Move the playhead much earlier"),
            "Shift+Left"),
    _action(MenuId.LISTEN, "seek_forward_far", QT_TRANSLATE_NOOP("Actions", "Far for&ward"),
            QT_TRANSLATE_NOOP("Actions", "Move the playhead much later"),
            "Shift+Right"),
    _action(MenuId.LISTEN, "rescan", QT_TRANSLATE_NOOP("Actions", "Rescan &devices"),
            QT_TRANSLATE_NOOP("Actions", "Look again for microphones and loudspeakers"),
            section=True),

    _action(MenuId.EXPLAIN, "explain", QT_TRANSLATE_NOOP("Actions", "&Explain"),
            QT_TRANSLATE_NOOP("Actions", "Explain the clip, or the stretch that is selected"),
            "E", icon="explain"),
    _action(MenuId.EXPLAIN, "automatic", QT_TRANSLATE_NOOP("Actions", "Explain &automatically"),
            QT_TRANSLATE_NOOP("Actions", "Explain again whenever the clip or a choice changes"),
            "Shift+E", checkable=True),

    _action(MenuId.VIEW, "view_single", QT_TRANSLATE_NOOP("Actions", "&One version"),
            QT_TRANSLATE_NOOP("Actions", "Show the version that is heard"),
            "Alt+1", group="view"),
    _action(MenuId.VIEW, "view_all", QT_TRANSLATE_NOOP("Actions", "&All versions"),
            QT_TRANSLATE_NOOP("Actions", "Show the four versions above one another"),
            "Alt+2", group="view"),
    _action(MenuId.VIEW, "view_difference", QT_TRANSLATE_NOOP("Actions", "&Difference"),
            QT_TRANSLATE_NOOP("Actions", "Show by how many dB two versions differ"),
            "Alt+3", group="view"),
    _action(MenuId.VIEW, "overlay_none", QT_TRANSLATE_NOOP("Actions", "&No overlay"),
            QT_TRANSLATE_NOOP("Actions", "Show the spectrogram alone"),
            group="overlay", section=True),
    _action(MenuId.VIEW, "overlay_relevance", QT_TRANSLATE_NOOP("Actions", "Overlay &relevance"),
            QT_TRANSLATE_NOOP("Actions", "Lay over the spectrogram what spoke for and against"),
            group="overlay"),
    _action(MenuId.VIEW, "overlay_kept", QT_TRANSLATE_NOOP("Actions", "Overlay what is &kept"),
            QT_TRANSLATE_NOOP("Actions", "Mark what the explanation keeps of the sound"),
            group="overlay"),
    _action(MenuId.VIEW, "overlay_removed", QT_TRANSLATE_NOOP("Actions", "Overlay &what is gone"),
            QT_TRANSLATE_NOOP("Actions", "Mark what was taken out of the sound"),
            group="overlay"),
    _action(MenuId.VIEW, "axis_mel", QT_TRANSLATE_NOOP("Actions", "&Mel frequencies"),
            QT_TRANSLATE_NOOP("Actions", "Space frequencies as the ear does"),
            group="axis", section=True),
    _action(MenuId.VIEW, "axis_linear", QT_TRANSLATE_NOOP("Actions", "&Linear frequencies"),
            QT_TRANSLATE_NOOP("Actions", "Space frequencies evenly in Hz"),
            group="axis"),
    _action(MenuId.VIEW, "axis_log", QT_TRANSLATE_NOOP("Actions", "Lo&g frequencies"),
            QT_TRANSLATE_NOOP("Actions", "Space frequencies evenly in octaves"),
            group="axis"),
    _action(MenuId.VIEW, "grey", QT_TRANSLATE_NOOP("Actions", "Gre&y levels"),
            QT_TRANSLATE_NOOP("Actions", "Draw the spectrogram in grey instead of colours"),
            checkable=True),
    _action(MenuId.VIEW, "cells", QT_TRANSLATE_NOOP("Actions", "Relevance of eac&h cell"),
            QT_TRANSLATE_NOOP("Actions", "Show relevance channel by channel below its curve"),
            checkable=True),
    _action(MenuId.VIEW, "concepts", QT_TRANSLATE_NOOP("Actions", "Concep&ts"),
            QT_TRANSLATE_NOOP("Actions", "Say in words what is heard, at each moment and in all"),
            "C", checkable=True),
    _action(MenuId.VIEW, "zoom_in", QT_TRANSLATE_NOOP("Actions", "Zoom &in"),
            QT_TRANSLATE_NOOP("Actions", "Show a shorter stretch"),
            "Ctrl+=", Standard.ZoomIn, section=True, icon="zoom_in"),
    _action(MenuId.VIEW, "zoom_out", QT_TRANSLATE_NOOP("Actions", "Zoom o&ut"),
            QT_TRANSLATE_NOOP("Actions", "Show a longer stretch"),
            Standard.ZoomOut, icon="zoom_out"),
    _action(MenuId.VIEW, "zoom_selection", QT_TRANSLATE_NOOP("Actions", "Zoom to &selection"),
            QT_TRANSLATE_NOOP("Actions", "Fill the view with the selection"),
            "Ctrl+E"),
    _action(MenuId.VIEW, "zoom_fit", QT_TRANSLATE_NOOP("Actions", "&Fit the clip"),
            QT_TRANSLATE_NOOP("Actions", "Show the whole clip"),
            "Ctrl+F", icon="zoom_fit"),
    _action(MenuId.VIEW, "next_region", QT_TRANSLATE_NOOP("Actions", "Ne&xt region"),
            QT_TRANSLATE_NOOP("Actions", "Move the keyboard to the next part of the window"),
            "F6", section=True),
    _action(MenuId.VIEW, "previous_region", QT_TRANSLATE_NOOP("Actions", "&Previous region"),
            QT_TRANSLATE_NOOP("Actions", "Move the keyboard to the part of the window before"),
            "Shift+F6"),
    _action(MenuId.VIEW, "reset_layout", QT_TRANSLATE_NOOP("Actions", "R&eset panels"),
            QT_TRANSLATE_NOOP("Actions", "Put every panel back where it was at first"),
            section=True),
    _action(MenuId.VIEW, "full_screen", QT_TRANSLATE_NOOP("Actions", "Full s&creen"),
            QT_TRANSLATE_NOOP("Actions", "Give the window the whole screen"),
            Standard.FullScreen, "F11", checkable=True),

    _action(MenuId.HELP, "guide", QT_TRANSLATE_NOOP("Actions", "&Guide"),
            QT_TRANSLATE_NOOP("Actions", "What HearWhy shows and how to read it"),
            Standard.HelpContents, icon="help"),
    _action(MenuId.HELP, "key_list", QT_TRANSLATE_NOOP("Actions", "&Keys"),
            QT_TRANSLATE_NOOP("Actions", "Every shortcut and gesture in one list"),
            "F2", "?"),
    _action(MenuId.HELP, "log_folder", QT_TRANSLATE_NOOP("Actions", "Open the &log folder"),
            QT_TRANSLATE_NOOP("Actions", "The record to send along when something went wrong"),
            section=True),
    _action(MenuId.HELP, "about", QT_TRANSLATE_NOOP("Actions", "&About HearWhy"),
            QT_TRANSLATE_NOOP("Actions", "Version, method, licence"),
            section=True, role=QAction.MenuRole.AboutRole),
)

GESTURES: tuple[GestureSpec, ...] = (
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "Wheel"),
                QT_TRANSLATE_NOOP("Actions", "zoom time at the pointer; over an axis, that axis")),
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "Shift+wheel"),
                QT_TRANSLATE_NOOP("Actions", "move along the clip")),
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "Alt+wheel"),
                QT_TRANSLATE_NOOP("Actions", "zoom frequency")),
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "Click"),
                QT_TRANSLATE_NOOP("Actions", "move the playhead; the sound goes on")),
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "Drag"),
                QT_TRANSLATE_NOOP("Actions", "select a stretch")),
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "Middle button, drag"),
                QT_TRANSLATE_NOOP("Actions", "move the picture")),
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "H held down"),
                QT_TRANSLATE_NOOP("Actions", "hide the overlay")),
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "Enter"),
                QT_TRANSLATE_NOOP("Actions", "press the button that has the keyboard")),
    GestureSpec(QT_TRANSLATE_NOOP("Actions", "Drop files"),
                QT_TRANSLATE_NOOP("Actions", "open them")),
)
# fmt: on


class Actions(QObject):
    """The commands of one window as `QAction`s, each reached by its id: `actions["play"]`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        groups: dict[str, QActionGroup] = {}
        for spec in ACTIONS:
            action = self._actions[spec.id] = _build(spec, self)
            if spec.group is not None:
                groups.setdefault(spec.group, QActionGroup(self)).addAction(action)

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def fill(self, bar: QMenuBar) -> dict[MenuId, QMenu]:
        """Put every command into `bar`. Returns the menus, to which others may add theirs."""
        menus: dict[MenuId, QMenu] = {}
        for menu_id, title in MENU_TITLES.items():
            menu = menus[menu_id] = bar.addMenu(_translated(title))
            menu.setToolTipsVisible(True)
            for spec in ACTIONS:
                if spec.menu is menu_id:
                    if spec.section:
                        menu.addSeparator()
                    menu.addAction(self._actions[spec.id])
        return menus


def shortcuts(spec: ActionSpec) -> list[QKeySequence]:
    """What triggers a command on this system, the one to show first; none twice."""
    found: list[QKeySequence] = []
    for key in spec.keys:
        bindings = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
        found += [binding for binding in bindings if binding not in found]
    return found


def key_rows() -> list[KeyRow]:
    """The key list: every command in the order of the menus, then the gestures."""
    rows = [
        KeyRow(
            section=plain(_translated(MENU_TITLES[spec.menu])),
            keys=tuple(
                sequence.toString(QKeySequence.SequenceFormat.NativeText)
                for sequence in shortcuts(spec)
                if not _is_media_key(sequence)
            ),
            text=plain(_translated(spec.text)),
            tip=_translated(spec.tip),
        )
        for spec in ACTIONS
    ]
    pointing = _translated(QT_TRANSLATE_NOOP("Actions", "Mouse and held keys"))
    rows += [
        KeyRow(pointing, (_translated(gesture.keys),), _translated(gesture.text), "")
        for gesture in GESTURES
    ]
    return rows


def key_list_markdown(rows: Sequence[KeyRow]) -> str:
    """The key list for the documentation: a heading and a table for each section."""
    lines: list[str] = []
    section = None
    for row in rows:
        if row.section != section:
            section = row.section
            lines += ["", f"### {section}", "", "| Keys | Command | |", "|---|---|---|"]
        keys = " ".join(f"`{key}`" for key in row.keys)
        lines.append(f"| {keys} | {row.text} | {row.tip} |")
    return "\n".join(lines[1:]) + "\n"


def plain(text: str) -> str:
    """A menu text without the mark of its access key and without the dots of a dialog."""
    return text.replace("&", "").removesuffix("…")


def _build(spec: ActionSpec, parent: QObject) -> QAction:
    action = QAction(_translated(spec.text), parent)
    action.setObjectName(spec.id)
    action.setCheckable(spec.checkable)
    action.setMenuRole(spec.role)
    keys = shortcuts(spec)
    action.setShortcuts(keys)
    tip = _translated(spec.tip)
    action.setStatusTip(tip)
    if keys:
        tip = f"{tip} ({keys[0].toString(QKeySequence.SequenceFormat.NativeText)})"
    action.setToolTip(tip)
    if spec.icon is not None:
        action.setIcon(icon(spec.icon))
    return action


def _translated(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text)


def _is_media_key(sequence: QKeySequence) -> bool:
    """Whether it is one of the extra keys ("Open", "Help") that few keyboards have."""
    key = sequence[0].key()
    return key == Qt.Key.Key_Help or key >= Qt.Key.Key_Back
