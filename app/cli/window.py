"""`window`: the desktop app; what happens without a command."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli._telling import tell
from app.startup import OpenWindow, PictureRequest, PictureTheme, PictureView, WindowRequest

SMALLEST, LARGEST = 200, 8000  # points that a picture may measure


def register(cli: typer.Typer) -> None:
    cli.command("window")(window)


def window(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE…", help="Sound files, folders of them, or a session."),
    ] = None,
    screenshot: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Write a picture of what the window shows, and end."),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(metavar="WxH", help="Of the picture, in points.", show_default="1280x800"),
    ] = None,
    theme: Annotated[
        PictureTheme | None, typer.Option(help="Of the picture.", show_default="light")
    ] = None,
    view: Annotated[
        PictureView | None,
        typer.Option(help="What the picture shows: a view, or a dialog.", show_default="single"),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(
            metavar="N", min=0.5, max=4.0, help="Pixels a point of the picture.", show_default="1"
        ),
    ] = None,
    install_desktop: Annotated[
        bool,
        typer.Option(
            "--install-desktop", help="Put HearWhy into your menus and “Open with”, and end."
        ),
    ] = False,
    remove_desktop: Annotated[
        bool, typer.Option("--remove-desktop", help="Take it out of them again, and end.")
    ] = False,
) -> None:
    """Open the window with sound files or, without any, with a sample.

    This is what happens without a command. Where there is no display, they are explained into
    ./explanations instead.
    """
    from app.cli._first_listen import first_listen
    from app.display import WindowError, choose_offscreen, require_display

    if install_desktop or remove_desktop:
        _change_menus(install_desktop)
        return
    paths = files or []
    wishes = {"size": size and _size(size), "theme": theme, "view": view, "scale": scale}
    chosen: dict[str, Any] = {name: wish for name, wish in wishes.items() if wish is not None}
    open_window: OpenWindow | None = context.obj
    if open_window is None:
        raise typer.Exit(first_listen(paths))
    picture = None
    if screenshot is not None:
        if screenshot.suffix.lower() != ".png":
            raise typer.BadParameter("--screenshot writes PNG; its name must end in .png.")
        choose_offscreen()
        picture = PictureRequest(screenshot, **chosen)
    elif chosen:
        raise typer.BadParameter(f"--{next(iter(chosen))} is of a picture; add --screenshot PNG.")
    else:
        try:
            require_display()
        except WindowError as reason:
            tell(f"No window: {reason}", err=True)
            raise typer.Exit(first_listen(paths)) from None
    raise typer.Exit(open_window(WindowRequest(_found(paths), picture)))


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)[x×](\d+)", text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(SMALLEST <= side <= LARGEST for side in size):
        raise typer.BadParameter(
            f"--size “{text}” is none like 1280x800 with sides of {SMALLEST} to {LARGEST}."
        )
    return size


def _change_menus(install: bool) -> None:
    """Raises: DesktopError."""
    from app import desktop_entry, windows_entry

    places: Iterable[object]
    if sys.platform == "win32":
        places = windows_entry.install() if install else windows_entry.remove()
    else:
        places = desktop_entry.install() if install else desktop_entry.remove()
    for place in places:
        tell(place)


def _found(paths: list[Path]) -> tuple[Path, ...]:
    """The files as given, and those in the folders; what is passed over is said.

    Raises: AudioError where there is none.
    """
    from core.gathering import gather
    from core.unreadable import unreadable

    for path in paths:
        try:
            path.stat()
        except OSError as error:
            raise unreadable(path, error) from error
    found = gather(paths)
    for problem in found.problems:
        raise problem
    for note in found.notes:
        tell(note, err=True)
    return found.files
