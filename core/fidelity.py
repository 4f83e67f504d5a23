"""How far an explanation can be trusted: the numbers the field reports.

Everything takes *probabilities* (a softmax's output); nothing here applies a softmax, because a
second one – a mistake in one much-used recipe – flattens every number. p is the target's
probability for the full clip, o for the explanation alone, q with the explanation removed; the
target is the class predicted for the full clip. Each number exists in latent space and by round
trip: it depends only on what is passed in. By round trip the full clip is its reconstruction, for
the codec's own effect is none of the explanation. Pass float64: of a sure class float32 keeps
neither 1 − p nor the log-odds.

Raises, everywhere: RequestError for empty arrays, unequal shapes, and values that are no
probabilities.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.errors import RequestError

Floats = npt.NDArray[np.float64]

MORE = 0.01
"""By how much the log-odds have to rise to count as a rise: of p = .5 to .5025, of .99 to .9901.

Equal sounds differ by about 1e-5 where they are not computed together, by some 1e-3 in TF32."""

_ROUNDING = 1e-5  # a float32 softmax over many classes may leave [0, 1] by this much
_FINEST = 1e-15  # from 0 and 1, so that log-odds are finite


def faithfulness(p_full: npt.ArrayLike, p_removed: npt.ArrayLike) -> float:
    """FF: mean fall of the probability when the explanation is removed. Higher is better.

    p_full, p_removed: p and q, shape (N,). Parekh et al. 2022, arXiv:2202.11479.
    """
    p, q = _same_shape(p_full, p_removed)
    return float(np.mean(p - q))


def average_increase(p_full: npt.ArrayLike, p_kept: npt.ArrayLike) -> float:
    """AI: percentage of clips whose explanation is more certain than the clip. Higher is better.

    100/N · #{ln o/(1 − o) > ln p/(1 − p) + `MORE`}: without the tolerance, rounding would raise
    every second explanation that keeps everything.
    p_full, p_kept: p and o, shape (N,). Chattopadhay et al. 2018, arXiv:1710.11063.
    """
    p, o = _same_shape(p_full, p_kept)
    return float(100.0 * np.mean(_log_odds(o) > _log_odds(p) + MORE))


def average_drop(p_full: npt.ArrayLike, p_kept: npt.ArrayLike) -> float:
    """AD: mean relative loss of probability with the explanation alone, in %. Lower is better.

    100/N · Σ max(0, p − o) / p.
    p_full, p_kept: p and o, shape (N,). A rise counts as 0, and so does p = 0, where nothing is
    left to lose. Chattopadhay et al. 2018, arXiv:1710.11063.
    """
    p, o = _same_shape(p_full, p_kept)
    return _mean_share(np.maximum(0.0, p - o), p)


def average_gain(p_full: npt.ArrayLike, p_kept: npt.ArrayLike) -> float:
    """AG: mean gain with the explanation alone, in % of what was left to gain. Higher is better.

    100/N · Σ max(0, o − p) / (1 − p).
    p_full, p_kept: p and o, shape (N,). A fall counts as 0, and so does p = 1, where nothing is
    left to gain. Zhang et al. 2023 (Opti-CAM), arXiv:2301.07002.
    """
    p, o = _same_shape(p_full, p_kept)
    return _mean_share(np.maximum(0.0, o - p), 1.0 - p)


def input_fidelity(full: npt.ArrayLike, kept: npt.ArrayLike) -> float:
    """Fid-In: share of clips whose explanation is given the clip's own class. Higher is better.

    full, kept: probabilities of all classes for the clip and its explanation, shape (N, K).
    Paissan et al. 2023, arXiv:2303.12659.
    """
    return float(np.mean(_same_class(full, kept)))


def output_fidelity(full: npt.ArrayLike, removed: npt.ArrayLike) -> float:
    """Fid-Out: share of clips whose class changes when the explanation is removed.

    full, removed: probabilities of all classes, shape (N, K). Higher is better.
    """
    return float(np.mean(~_same_class(full, removed)))


def deletion_auc(shares: npt.ArrayLike, probabilities: npt.ArrayLike) -> float:
    """Area under the target's probability against the share removed. Lower is better.

    shares: removed, most relevant first; rising from 0 to 1, shape (S,).
    probabilities: shape (S,) or (N, S) for the mean over clips. Trapezoids.
    Petsiuk et al. 2018, arXiv:1806.07421.
    """
    return _area(shares, probabilities)


def insertion_auc(shares: npt.ArrayLike, probabilities: npt.ArrayLike) -> float:
    """Area under the target's probability against the share kept. Higher is better.

    As `deletion_auc`, but cells are added to the fill, most relevant first.
    """
    return _area(shares, probabilities)


def comprehensiveness(p_full: npt.ArrayLike, p_removed: npt.ArrayLike) -> float:
    """Mean fall of the probability over clips and shares removed. Higher is better.

    p_full: shape (N,); p_removed: q at S shares, shape (N, S).
    DeYoung et al. 2020, arXiv:1911.03429.
    """
    return _mean_fall(p_full, p_removed)


def sufficiency(p_full: npt.ArrayLike, p_kept: npt.ArrayLike) -> float:
    """Mean fall of the probability over clips and shares kept. Lower is better.

    p_full: shape (N,); p_kept: o at S shares, shape (N, S). DeYoung et al. 2020, arXiv:1911.03429.
    """
    return _mean_fall(p_full, p_kept)


def gini(values: npt.ArrayLike) -> float:
    """SPS: Gini index of |relevance|; 0 all cells alike … towards 1 all in one cell.

    values: any shape. A map of zeros counts as even, 0. Chalasani et al. 2020, arXiv:1810.06583.
    """
    sizes = np.sort(_magnitudes(values))
    n, total = sizes.size, sizes.sum()
    ranks = np.arange(1, n + 1)
    return float((2 * ranks - n - 1) @ sizes / (n * total)) if total > 0.0 else 0.0


def complexity(values: npt.ArrayLike) -> float:
    """COMP: entropy of |relevance| as shares of its sum, in nats; 0 one cell … ln n all alike.

    values: any shape. A map of zeros counts as even, ln n. Bhatt et al. 2020, arXiv:2005.00631.
    """
    sizes = _magnitudes(values)
    total = sizes.sum()
    if total == 0.0:
        return float(np.log(sizes.size))
    shares = sizes[sizes > 0.0] / total
    return max(0.0, float(-(shares * np.log(shares)).sum()))  # −0.0 for a single cell


def normalised_complexity(values: npt.ArrayLike) -> float:
    """`complexity` divided by ln n, so maps of different sizes compare; 0 for a single cell."""
    n = _magnitudes(values).size
    return complexity(values) / float(np.log(n)) if n > 1 else 0.0


def completeness_gap(values: npt.ArrayLike, at_code: float, at_fill: float) -> float:
    """How far an attribution misses its promise to sum to f(Z) − f(fill), relative to that.

    values: relevance, any shape. at_code, at_fill: the explained number at both ends.
    Always finite: the two ends are float32, so no difference counts as smaller than their
    rounding. Sundararajan et al. 2017, arXiv:1703.01365.
    """
    difference = at_code - at_fill
    rounding = float(np.finfo(np.float32).eps) * max(abs(at_code), abs(at_fill), 1.0)
    missed = abs(float(np.sum(np.asarray(values), dtype=np.float64)) - difference)
    return missed / max(abs(difference), rounding)


def _probabilities(values: npt.ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        raise RequestError("Fidelity needs at least one clip; the list of probabilities is empty.")
    if not ((array >= -_ROUNDING) & (array <= 1.0 + _ROUNDING)).all():
        raise RequestError(
            "Fidelity needs probabilities between 0 and 1; these look like logits or hold NaN."
        )
    return np.clip(array, 0.0, 1.0)


def _same_shape(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats]:
    one, other = _probabilities(first), _probabilities(second)
    if one.shape != other.shape:
        raise RequestError(
            f"Both versions need a value for the same clips; got {one.shape} and {other.shape}."
        )
    return one, other


def _same_class(first: npt.ArrayLike, second: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    one, other = _same_shape(first, second)
    if one.ndim != 2:
        raise RequestError("Comparing classes needs the probabilities of all classes, (N, K).")
    same: npt.NDArray[np.bool_] = one.argmax(axis=1) == other.argmax(axis=1)
    return same


def _log_odds(p: Floats) -> Floats:
    inside = np.clip(p, _FINEST, 1.0 - _FINEST)
    odds: Floats = np.log(inside) - np.log1p(-inside)
    return odds


def _mean_share(part: Floats, whole: Floats) -> float:
    share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)
    return float(100.0 * np.mean(share))


def _mean_fall(p_full: npt.ArrayLike, p_others: npt.ArrayLike) -> float:
    p, others = _probabilities(p_full), _probabilities(p_others)
    if p.ndim != 1 or others.ndim != 2 or len(p) != len(others):
        raise RequestError(
            f"A fall over shares needs (N,) and (N, S) probabilities; got {p.shape} and "
            f"{others.shape}."
        )
    return float(np.mean(p[:, None] - others))


def _area(shares: npt.ArrayLike, probabilities: npt.ArrayLike) -> float:
    x, p = np.asarray(shares, dtype=np.float64), _probabilities(probabilities)
    if x.ndim != 1 or p.ndim not in (1, 2) or p.shape[-1] != x.size:
        raise RequestError(
            f"A curve needs one probability for each share; got {p.shape} for {x.shape} shares."
        )
    if x.size < 2 or x[0] != 0.0 or x[-1] != 1.0 or not (np.diff(x) > 0.0).all():
        raise RequestError("A curve's shares must rise from 0 to 1, or its area means nothing.")
    return float(np.mean(np.trapezoid(p, x, axis=-1)))


def _magnitudes(values: npt.ArrayLike) -> Floats:
    sizes: Floats = np.abs(np.asarray(values, dtype=np.float64)).ravel()
    if sizes.size == 0:
        raise RequestError("An attribution without cells has no sparseness and no complexity.")
    return sizes
