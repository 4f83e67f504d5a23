from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.concepts.embeddings import Embedder
from core.concepts.opening import open_embedder


@pytest.fixture(scope="session")
def clap_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.core.concepts.clap_folder import write_small_clap

    return write_small_clap(tmp_path_factory.mktemp("clap") / "small-clap")


@pytest.fixture(scope="session")
def clap(clap_folder: Path) -> Embedder:
    return open_embedder(str(clap_folder), torch.device("cpu"))
