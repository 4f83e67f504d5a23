from __future__ import annotations

from pathlib import Path

import pytest

from core.session_writer import write_session
from tests.sessions import made_up_session


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    write_session(folder / "whole.hearwhy", made_up_session(folder))
    return (folder / "whole.hearwhy").read_bytes()


@pytest.fixture
def path(tmp_path: Path, whole: bytes) -> Path:
    path = tmp_path / "mine.hearwhy"
    path.write_bytes(whole)
    return path
