"""Room for what is kept, for users whose home is missing, closed to them, or not to be written to.

In containers and as services programs run as users of whom the system knows no more than a number.
Libraries then raise, write into the current folder, or complain on standard error.
"""

from __future__ import annotations

import os
import stat
from functools import cache
from pathlib import Path

HOME = "USERPROFILE" if os.name == "nt" else "HOME"
STAND_IN = "HEARWHY_STAND_IN"  # what HOME was set to here; for processes that are started from here
NOWHERE = Path("/nonexistent")  # as on Debian


def arrange_home() -> None:
    """See to it that every library finds a home, a name, and a place for caches.

    Done before any of them is loaded. Who has both sees no difference.
    """
    named = os.environ.get(HOME)
    if named is not None and not Path(named).is_absolute():
        del os.environ[HOME]  # the system's list of users may know better
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 – which raises where there is none
    if not _is_open(home):
        home = temporary_folder()
        os.environ[STAND_IN] = str(home)
    os.environ[HOME] = str(home)  # Qt asks nothing else
    if os.name != "nt":
        _arrange_name()
        _arrange_caches(home)


def has_home() -> bool:
    """Whether the home is the user's own."""
    return os.environ.get(STAND_IN, "") != os.environ.get(HOME)


def not_kept() -> str | None:
    """What of this start the next one will not find, in a sentence; None where it finds all."""
    from app.paths import log_folder, settings_file

    places = {"settings": settings_file().parent, "the log": log_folder()}
    closed = {what: place for what, place in places.items() if not can_write(place)}
    if closed:
        listed = " and ".join(f"“{place}”" for place in dict.fromkeys(closed.values()))
        variables = {"settings": "HEARWHY_SETTINGS", "the log": "HEARWHY_LOGS"}
        return (
            f"{' and '.join(closed).capitalize()} are not kept, because {listed} cannot be "
            f"written; name other places with {' and '.join(variables[what] for what in closed)}."
        )
    if not has_home():
        return (
            "You have no home folder here: settings, the log and recordings go to "
            f"“{os.environ[HOME]}”, which the system may clear; set {HOME} to a folder of yours."
        )
    return None


def can_write(folder: Path) -> bool:
    """Whether files can be written into `folder`, or it can be made, as far as can be told."""
    try:
        there = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    except StopIteration:
        return False
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


@cache
def temporary_folder() -> Path:
    """A folder among the temporary files that is the user's alone, the same at each start."""
    import tempfile

    try:
        folder = Path(tempfile.gettempdir()) / f"hearwhy-{user()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _is_own(folder):  # someone else was here first
            folder = Path(tempfile.mkdtemp(prefix="hearwhy-"))
    except OSError:
        return NOWHERE
    return folder


def user() -> str:
    """Tells the users of a computer apart, whether it knows their names or not."""
    if os.name == "nt":
        import getpass

        return getpass.getuser()
    return str(os.getuid())


def _is_open(home: Path) -> bool:
    if not home.is_absolute():
        return False
    try:
        if home.exists():
            return home.is_dir() and os.access(home, os.R_OK | os.X_OK)
    except OSError:
        return False
    return can_write(home)


def _is_own(folder: Path) -> bool:
    if os.name == "nt":  # where temporary files are the user's anyway
        return folder.is_dir()
    state = folder.lstat()
    own = stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid()
    return own and not state.st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def _arrange_name() -> None:
    """Some libraries, torch among them, ask for a name and do not do without."""
    import pwd

    if not any(os.environ.get(name) for name in ("LOGNAME", "USER", "LNAME", "USERNAME")):
        try:
            pwd.getpwuid(os.getuid())
        except KeyError:
            os.environ["LOGNAME"] = user()


def _arrange_caches(home: Path) -> None:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    if not can_write(caches):
        # Public models that are there stay in sight.
        os.environ.setdefault("HF_HOME", str(caches / "huggingface"))
        caches = temporary_folder() / "cache"
        os.environ["XDG_CACHE_HOME"] = str(caches)
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    if not can_write(config / "matplotlib"):
        os.environ.setdefault("MPLCONFIGDIR", str(caches / "matplotlib"))
