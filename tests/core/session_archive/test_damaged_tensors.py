"""Session files whose tensors someone damaged or made up."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from tests.core.session_archive.refusal import refused
from tests.sessions import entries, repack


def with_tensors(path: Path, change: Callable[[dict[str, np.ndarray]], object]) -> None:
    contents = entries(path)
    arrays = load(contents["result.safetensors"])
    change(arrays)
    repack(path, {**contents, "result.safetensors": save(arrays)})


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.update(latents=a["latents"][:, :5].copy()),
        lambda a: a.update(keep_mask=a["keep_mask"].T.copy()),
        lambda a: a.update(remove_mask=a["remove_mask"].astype(np.float32)),
        lambda a: a.update(relevance=a["relevance"].astype(np.float64)),
        lambda a: a.update({k: v.ravel() for k, v in a.items()}),
        lambda a: a.update(latents=np.full_like(a["latents"], np.nan)),
        lambda a: a.update(relevance=np.full_like(a["relevance"], np.inf)),
        lambda a: a.update(timeline_firsts=a["timeline_firsts"][:4].copy()),
        lambda a: a.update(more=np.zeros(3)),
        lambda a: a.pop("latents"),
        lambda a: a.pop("timeline_probabilities"),
    ],
)
def test_tensors_that_do_not_agree(path: Path, change: Callable[[Any], object]) -> None:
    with_tensors(path, change)
    refused(path, "damaged")


def test_a_mask_of_other_bytes_is_no_mask(path: Path) -> None:
    contents = entries(path)
    arrays = load(contents["result.safetensors"])
    data = contents["result.safetensors"].replace(arrays["keep_mask"].tobytes(), b"\7" * 24)
    repack(path, {**contents, "result.safetensors": data})
    refused(path, "no mask")


HEADER = b'{"latents":{"dtype":"%s","shape":%s,"data_offsets":%s}}'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
        b"PK\3\4",
        b"\xff" * 8 + b"{}",
        struct.pack("<Q", 2) + b"[]",
        *(
            struct.pack("<Q", len(head)) + head + bytes(16)
            for head in (
                HEADER % (b"F32", b"[4]", b"[0,999]"),
                HEADER % (b"F32", b"[4]", b"[16,0]"),
                HEADER % (b"F32", b"[-4]", b"[0,16]"),
                HEADER % (b"F32", b"[99999999999,99999999999]", b"[0,16]"),
                HEADER % (b"BF16", b"[8]", b"[0,16]"),
                HEADER % (b"F8_E4M3", b"[16]", b"[0,16]"),
                HEADER % (b"X", b"[4]", b"[0,16]"),
            )
        ),
    ],
)
def test_other_tensors(path: Path, data: bytes) -> None:
    repack(path, {**entries(path), "result.safetensors": data})
    refused(path, "tensors cannot be read|is missing")
