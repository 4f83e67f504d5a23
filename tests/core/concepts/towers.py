"""A small audio tower with random but fixed weights, as a model folder."""

from __future__ import annotations

from pathlib import Path

import torch

from core.concepts.embeddings._sentences import SPACE
from core.concepts.embeddings._tower_network import SHAPE, new_tower
from core.model_folder import write_model_folder

SMALL = {**SHAPE, "mels": 32, "widths": (4, 4, 4, 4), "wide": 8}


def write_small_tower(folder: Path) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tower = new_tower(SMALL)
    facts = {
        "kind": "tower",
        "family": "tower",
        "label": "Small tower",
        "licence": "MIT",
        "config": {**SMALL, "space": SPACE},
        "window": 2.0,
        "minimum": 0.5,
    }
    write_model_folder(folder, facts, dict(tower.state_dict()), "For tests.\n", {})
    return folder
