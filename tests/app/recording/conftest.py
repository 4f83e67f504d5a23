from __future__ import annotations

import pytest

from tests.app.recording.bench import Bench
from tests.fake_audio import HEADSET, MICROPHONE, SPEAKER, FakeBackend


@pytest.fixture
def make(qtbot, tmp_path):
    made = []

    def build_bench(*devices, **kwargs) -> Bench:
        bench = Bench(tmp_path, FakeBackend(*devices, **kwargs))
        made.append(bench)
        return bench

    yield build_bench
    for bench in made:
        bench.app.shut_down()


@pytest.fixture
def bench(make) -> Bench:
    return make(SPEAKER, MICROPHONE, HEADSET)
