from __future__ import annotations

import pytest

from core.audio_io import write_wav
from tests.app.documents.bench import Bench
from tests.sessions import recording


@pytest.fixture
def make_bench(qapp, tmp_path):
    made = []

    def make(**request):
        made.append(Bench(tmp_path, **request))
        return made[-1]

    yield make
    for bench in made:
        bench.shut_down()


@pytest.fixture
def bench(make_bench):
    return make_bench()


@pytest.fixture
def files(tmp_path):
    """Three sound files."""
    paths = [tmp_path / f"{name}.wav" for name in ("one", "two", "three")]
    for seed, path in enumerate(paths):
        write_wav(path, recording(seed=seed), "PCM_16")
    return paths


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.hearwhy"
