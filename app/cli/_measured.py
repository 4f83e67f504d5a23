"""Tables of what was measured: codecs, heads and explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.evaluation import Fidelity, FidelityReport

FIDELITY = {
    "fid_in": "Fid-In ↑",
    "average_increase": "AI % ↑",
    "average_drop": "AD % ↓",
    "average_gain": "AG % ↑",
    "fid_out": "Fid-Out ↑",
    "faithfulness": "FF ↑",
}


def show_accuracy(metrics: dict[str, Any], title: str = "Accuracy on the test split") -> None:
    """Of one head: the rows that `core.training.judging.accuracy` made, by data set."""
    from rich.table import Table

    from app.cli._tables import add_row, show

    table = Table(title=title)
    headings = ("set", "clips", "accuracy", "without background", "reconstructed")
    for column in (*headings, "calibration error"):
        table.add_column(column, justify="left" if column == "set" else "right")
    for name, row in metrics.items():
        share = row["accuracy_foreground"]  # None: the set holds nothing but background
        add_row(
            table,
            name,
            str(row["clips"]),
            f"{row['accuracy']:.3f}",
            "–" if share is None else f"{share:.3f}",
            f"{row['accuracy_reconstructed']:.3f}",
            f"{row['ece']:.3f}",
        )
    show(table)


def show_live(live: dict[str, Any]) -> None:
    """Of one head: false keywords on running sound."""
    from app.cli._tables import output

    output().print(
        f"False keywords a minute at the threshold {live['threshold']:g}: "
        f"{live['speech_per_minute']:g} in {live['minutes']:g} minutes of speech, "
        f"{live['rooms_per_minute']:g} in {live['minutes']:g} of rooms; it finds "
        f"{100 * live['found']:.1f} % of the keywords there."
    )


def show_codec(codec_id: str, metrics: dict[str, Any]) -> None:
    """Of one codec: reconstruction by data set."""
    from rich.table import Table

    from app.cli._tables import add_row, output, show

    table = Table(title=f"Reconstruction by {codec_id}")
    for column in ("set", "clips", "SNR dB", "STOI", "log-mel dB", "encode ms/s", "decode ms/s"):
        table.add_column(column, justify="left" if column == "set" else "right")
    for name, row in metrics.items():
        if isinstance(row, dict):
            add_row(
                table,
                name,
                str(row["clips"]),
                f"{row['snr_db']:.2f}",
                "–" if row["stoi"] is None else f"{row['stoi']:.4f}",
                f"{row['log_mel_db']:.2f}",
                f"{row['encode_ms_per_s']:.1f}",
                f"{row['decode_ms_per_s']:.1f}",
            )
    show(table)
    output().print(
        f"{metrics['cells_per_second']:,} cells a second; a change of one latent frame reaches "
        f"±{metrics['locality_ms']:g} ms."
    )


def show_fidelity(faithful: FidelityReport, method: str) -> None:
    """Of explanations over many clips, beside random masks."""
    from rich.table import Table

    from app.cli._tables import output, show
    from core.evaluation import COMPARABLE, COMPARED_WITH, SPREAD_OVER

    table = Table(title=f"Faithfulness of {method} on {faithful.clips} clips")
    for heading in ("mask", "space", "against"):
        table.add_column(heading)
    for title in FIDELITY.values():
        table.add_column(title, justify="right")
    for name, reference in COMPARED_WITH.items():
        place = ("latent" if name == "latent" else "round trip", reference)
        table.add_row("explained", *place, *_numbers(faithful.explained[name]))
        spread = None if faithful.spread is None else faithful.spread[name]
        table.add_row("random", *place, *_numbers(faithful.random[name], spread))
    show(table)
    gap = "" if faithful.gap is None else f"; median completeness gap {100 * faithful.gap:.2f} %"
    output().print(
        f"The prediction survives the codec on {100 * faithful.survives:.1f} %; mean probability "
        f"of the class explained: original {faithful.p_original:.3f}, reconstruction "
        f"{faithful.p_reconstruction:.3f}{gap}."
    )
    if faithful.spread is not None:
        output().print(f"± of {SPREAD_OVER}.")
    output().print(COMPARABLE)


def _numbers(fidelity: Fidelity, spread: Fidelity | None = None) -> list[str]:
    cells = []
    for name in FIDELITY:
        cell = f"{getattr(fidelity, name):.3f}"
        cells.append(cell if spread is None else f"{cell} ± {getattr(spread, name):.3f}")
    return cells
