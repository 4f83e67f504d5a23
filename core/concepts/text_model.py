"""Whether words that come without vectors can be embedded here."""

from __future__ import annotations

from core.concepts.embeddings import Embedder
from core.errors import ModelError


def text_problem(embedder: Embedder) -> str | None:
    """Why new words cannot be embedded, in a sentence; None where they can."""
    from core.concepts.embeddings._sentences import SPACE, sentence_encoder_folder

    if embedder.spec.space != SPACE:  # it brings a text model of its own
        return None
    try:
        sentence_encoder_folder()
    except ModelError as error:
        return str(error)
    return None
