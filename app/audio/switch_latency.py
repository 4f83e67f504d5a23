"""How long it takes from the wish for another version to the block that has it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from app.audio.player import Player
from app.audio.ports import AppAudioError
from core.types import Variant

PATIENCE = 2.0  # s without a callback
APART = 0.013  # s between two switches, in step with no usual block


@dataclass(frozen=True, slots=True)
class SwitchLatency:
    """In seconds. waits: of each switch, until the callback came that wrote the new version from
    its first frame on. block: the longest of the blocks it wrote. output: from there to the
    connector, as the device states it."""

    waits: tuple[float, ...]
    block: float
    output: float

    @property
    def worst(self) -> float:
        return max(self.waits)


def switch_latency(player: Player, variants: Sequence[Variant], times: int = 40) -> SwitchLatency:
    """Switch between versions of what is playing, and time each switch.

    Raises: AppAudioError when the sound ends, or the device answers no more.
    """
    waits, longest = [], 0
    for number in range(times):
        deck = player.deck
        asked = time.perf_counter()
        player.active = variants[number % len(variants)]
        while not (deck.caught_up and deck.block.time >= asked):
            if not player.playing or time.perf_counter() - asked > PATIENCE:
                raise AppAudioError("The sound ended before the versions had been switched.")
            time.sleep(0.0002)
        waits.append(deck.block.time - asked)
        longest = max(longest, deck.block.frames)
        time.sleep(APART)
    return SwitchLatency(tuple(waits), longest / player.format.rate, player.latency)
