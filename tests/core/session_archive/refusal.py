"""The sentence with which a session file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.session_archive import SessionFileError
from core.session_file import read_session


def refused(path: Path, words: str = ".") -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(SessionFileError, match=words) as caught:
        read_session(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence
