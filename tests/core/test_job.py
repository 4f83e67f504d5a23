from __future__ import annotations

import pytest

from core.errors import Cancelled
from core.job import CancelToken, until_cancelled
from tests.cancelling import StopAfter


def test_items_come_until_someone_asks_to_stop() -> None:
    assert [*until_cancelled("abc", CancelToken())] == [*until_cancelled("abc", None)] == [*"abc"]
    seen = []
    with pytest.raises(Cancelled):
        for item in until_cancelled("abc", StopAfter(2)):
            seen.append(item)
    assert seen == ["a", "b"]
