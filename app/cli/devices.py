"""`devices`: which sound devices there are, for another process of this program."""

from __future__ import annotations

import typer


def register(cli: typer.Typer) -> None:
    cli.command("devices", hidden=True)(devices)


def devices() -> None:
    """Print the sound devices as JSON; none is opened."""
    from app.audio.listing import as_json
    from app.audio.portaudio import PortAudioBackend

    typer.echo(as_json(PortAudioBackend().devices()))
