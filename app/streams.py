"""Standard output and error that take every text, whatever encoding they are in.

What has no place in the encoding is written by the nearest characters that have one (a bar of █ by
#), and letters by their escapes: a file name must not turn into another one.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path

NEAREST = {
    **{"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-", "…": "..."},
    **{"→": "->", "←": "<-", "↔": "<->", "↑": "^", "↓": "v", "·": "-", "×": "x", "±": "+-"},
    **{"≥": ">=", "≤": "<=", "²": "^2", "λ": "lambda", "█": "#", "\u00a0": " ", "\u202f": " "},
}
PLAIN_ASCII = "plain_ascii"


def mend_streams() -> None:
    """Give Python streams that can be written to, whatever is written."""
    codecs.register_error("nearest", _nearest)
    codecs.register(_plain_ascii)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # a windowed program on Windows has none
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            encoding = codecs.lookup(stream.encoding).name
            # Typer takes ASCII by that name for a mistake and would write UTF-8 instead.
            stream.reconfigure(
                encoding=PLAIN_ASCII if encoding == "ascii" else encoding, errors="nearest"
            )


def finish_output() -> OSError | None:
    """Write what standard output still holds.

    Returns why that could not be done; the rest is dropped then, for Python tries once more at its
    end.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return error
    return None


def _nearest(error: UnicodeError) -> tuple[str | bytes, int]:
    """An error handler as `codecs` wants it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    texts = []
    for character in error.object[error.start : error.end]:
        text = NEAREST.get(character)
        if text is None:
            text = character.encode("ascii", "backslashreplace").decode("ascii")
        texts.append(text)
    return "".join(texts), error.end


def _plain_ascii(name: str) -> codecs.CodecInfo | None:
    if name != PLAIN_ASCII:
        return None
    ascii_ = codecs.lookup("ascii")
    return codecs.CodecInfo(
        ascii_.encode,
        ascii_.decode,
        ascii_.streamreader,
        ascii_.streamwriter,
        ascii_.incrementalencoder,
        ascii_.incrementaldecoder,
        PLAIN_ASCII,
    )
