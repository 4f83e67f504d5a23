import numpy as np

from app.live.played import PlayedStream
from tests.sound_server import until


def test_a_recording_is_heard_again_and_again_in_its_order():
    recording = np.arange(250, dtype=np.float32)[:, None]
    heard = []
    stream = PlayedStream(recording, 5_000, lambda block: heard.append(block.copy()))
    assert not stream.active
    stream.start()
    until(lambda: len(heard) >= 12, "twelve blocks")
    assert stream.active
    stream.close()
    assert not stream.active
    first = np.concatenate(heard[:10])[:, 0]
    assert np.array_equal(first, np.tile(np.arange(250), 2))
