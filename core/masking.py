"""Masks over latent cells: which are kept, which are taken out, and how.

Cells are chosen in groups (`Granularity`). Shares count groups: a share of 0.1 of the frames is a
tenth of the frames (`groups_of_share`). Nothing here works in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

import numpy as np
import numpy.typing as npt

from core.errors import ModelError, RequestError
from core.types import BoolArray, FloatArray, Granularity

IntArray = npt.NDArray[np.intp]


def group_cells(
    shape: tuple[int, int], granularity: Granularity, bands: Sequence[int] | None = None
) -> IntArray:
    """For each cell of (D, F) the number of its group, 0 … groups − 1; every number occurs.

    bands: index of the frequency band of each of the D dimensions (`CodecSpec.bands`); only the
        granularity `band` looks at it.
    Raises: RequestError when bands are asked for and the codec declares none; ModelError when it
        declares them for another number of dimensions.
    """
    n_dims, n_frames = shape
    dims = np.arange(n_dims)[:, None]
    frames = np.arange(n_frames)[None, :]
    match granularity:
        case Granularity.ELEMENT:
            groups = dims * n_frames + frames
        case Granularity.FRAME:
            groups = frames
        case Granularity.CHANNEL:
            groups = dims
        case Granularity.BAND:
            groups = _band_numbers(n_dims, bands)[:, None] * n_frames + frames
    return np.broadcast_to(groups, shape).copy()


def groups_of_share(share: float, n_groups: int) -> int:
    """How many of n groups a share stands for: ⌊share · n + ½⌋, but only 0 and 1 are none and all.

    A share above 0 takes one group at least, and one below 1 leaves one at least; where there is
    but one group, it is taken.
    Raises: RequestError for a share outside 0…1.
    """
    if not 0.0 <= share <= 1.0:
        raise RequestError(f"The share of cells must lie between 0 and 1, not {share:g}.")
    if share in (0.0, 1.0):
        return n_groups if share else 0
    return max(min(floor(share * n_groups + 0.5), n_groups - 1), min(1, n_groups))


def most_relevant(
    values: FloatArray,
    share: float,
    granularity: Granularity = Granularity.ELEMENT,
    bands: Sequence[int] | None = None,
) -> BoolArray:
    """The groups that speak most *for* the target: True in `groups_of_share` of them.

    values: signed relevance, shape (D, F). A group's relevance is the signed sum over its cells;
        of equals the first wins, so equal input gives equal masks.
    share: 0 (none) … 1 (all). Returns: bool, shape (D, F).
    Raises: RequestError for a share outside 0…1 or bands the codec does not have.
    """
    groups = group_cells((values.shape[0], values.shape[1]), granularity, bands)
    relevance = np.bincount(groups.ravel(), weights=values.ravel())
    return _mask(groups, np.argsort(-relevance, kind="stable"), share)


def random_mask(
    shape: tuple[int, int],
    share: float,
    granularity: Granularity = Granularity.ELEMENT,
    bands: Sequence[int] | None = None,
    seed: int | Sequence[int] = 0,
) -> BoolArray:
    """As many groups as `most_relevant` takes at this share, drawn at random.

    With one seed the masks of growing shares contain one another, as those of `most_relevant` do.
    Where the bands differ in width, equally many groups need not be equally many cells.
    Raises: as `most_relevant`.
    """
    groups = group_cells(shape, granularity, bands)
    n_groups = int(groups.max(initial=-1)) + 1
    return _mask(groups, np.random.default_rng(seed).permutation(n_groups), share)


def keep(code: FloatArray, fill: FloatArray, mask: BoolArray) -> FloatArray:
    """Latents with the marked cells of `code` and the fill elsewhere: the explanation.

    With `remove`, keep + remove = code + fill exactly. Shapes broadcast: (D, F) or (B, D, F).
    """
    return np.where(mask, code, fill)


def remove(code: FloatArray, fill: FloatArray, mask: BoolArray) -> FloatArray:
    """Latents with the fill in the marked cells and `code` elsewhere: the explanation removed."""
    return np.where(mask, fill, code)


def _mask(groups: IntArray, order: IntArray, share: float) -> BoolArray:
    chosen = np.zeros(len(order), dtype=np.bool_)
    chosen[order[: groups_of_share(share, len(order))]] = True
    return chosen[groups]


def _band_numbers(n_dims: int, bands: Sequence[int] | None) -> IntArray:
    if bands is None:
        raise RequestError(
            "This codec's latents have no frequency bands; choose the granularity element, frame "
            "or channel, or a codec that has bands."
        )
    if len(bands) != n_dims:
        raise ModelError(
            f"The codec names bands for {len(bands)} dimensions but its latents have {n_dims}; "
            "its model card does not fit its weights."
        )
    return np.unique(np.asarray(bands), return_inverse=True)[1].astype(np.intp)
