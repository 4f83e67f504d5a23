"""Model cards: what a model is, what it learned from, how good it is, who may use it."""

from __future__ import annotations

from typing import Any

from core.codecs import CodecSpec
from core.training.recipes import CodecRecipe, HeadRecipe

SOURCES = {
    "speech_commands": "Google Speech Commands v0.02 (Warden 2018), CC BY 4.0",
    "speech_commands_v1": "Google Speech Commands v0.01 (Warden 2018), CC BY 4.0",
    "esc10": "ESC-10 (Piczak 2015), CC BY 3.0, per-clip authors in the data set",
    "kokoro": "Synthetic speech of Kokoro-82M (Apache-2.0), `resources/samples/make_samples.py`",
    "kokoro_sentences": "Synthetic sentences of Kokoro-82M, made by the same program",
    "espeak": "Synthetic sentences of espeak-ng, made by the same program",
    "tess": "Toronto emotional speech set (Pichora-Fuller & Dupuis 2020), CC BY-NC-ND 4.0",
    "ravdess": "RAVDESS (Livingstone & Russo 2018), CC BY-NC-SA 4.0",
    "free_sounds": "Sounds of free games and programs in Debian 12, without labels, "
    "`resources/samples/gather_sounds.py`, various free licences",
    "instruments": "Freesound instrument recordings, mixed Creative Commons licences",
}


def codec_card(recipe: CodecRecipe, spec: CodecSpec, metrics: dict[str, Any]) -> str:
    """The README of a codec folder."""
    rows = [
        f"| {name} | {m['clips']} | {m['snr_db']} | {_number(m['stoi'])} ({m['stoi_clips']}) "
        f"| {m['log_mel_db']} |"
        for name, m in metrics.items()
        if isinstance(m, dict) and "snr_db" in m
    ]
    first = metrics[recipe.measured[0]]
    return "\n".join(
        [
            f"# {recipe.label}",
            "",
            f"A codec with continuous latents: D = {spec.latent_dim}, {spec.frame_rate:g} frames "
            f"and {metrics['cells_per_second']:,} cells a second, {spec.sample_rate:,} Hz mono, "
            f"{metrics['parameters']:,} numbers. Family `{recipe.family}`.",
            "",
            "## Measured on the test split, nothing of it trained on",
            "",
            "| set | clips | SNR dB | STOI (clips) | log-mel distance dB |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"A change of one latent frame reaches ±{metrics['locality_ms']:g} ms. Per second of "
            f"audio it took {first['encode_ms_per_s']:g} ms to encode and "
            f"{first['decode_ms_per_s']:g} ms to decode; times differ between machines.",
            *_origin(recipe, metrics),
        ]
    )


def head_card(recipe: HeadRecipe, codec: CodecSpec, metrics: dict[str, Any]) -> str:
    """The README of a classifier folder."""
    lines = [
        f"# {recipe.label}",
        "",
        f"A {recipe.design.family} head on the latents of `{codec.id}` ({codec.digest}), "
        f"{metrics['parameters']:,} parameters. Classes: {', '.join(recipe.design.labels)}. "
        f"It looks at up to {recipe.design.window:g} s at a time.",
        "",
        "## Measured",
        "",
        "| set | clips | accuracy | without background classes | of reconstructions "
        "| calibration error (ECE) |",
        "|---|---|---|---|---|---|",
    ]
    for name, m in metrics.items():
        if isinstance(m, dict) and "accuracy" in m:
            lines.append(
                f"| {name} | {m['clips']} | {m['accuracy']:.3f} "
                f"| {_number(m['accuracy_foreground'])} | {m['accuracy_reconstructed']:.3f} "
                f"| {m['ece']:.3f} |"
            )
    before = ", ".join(f"{error:.3f} ({name})" for name, error in metrics["uncalibrated"].items())
    per_class = metrics[recipe.measured[0]]["per_class"]
    accuracies = ", ".join(f"{label} {share:.2f}" for label, share in per_class.items())
    lines += [
        "",
        "The test sets are the held-out split (other speakers, or other words of the same two "
        "speakers for TESS); `validation` is a part of the training clips that set the "
        f"temperature ({metrics['temperature']:g}); before it the ECE was "
        f"{before}.",
        "",
        f"Per class on {recipe.measured[0]}: {accuracies}.",
    ]
    if "live" in metrics:
        live = metrics["live"]
        lines += [
            "",
            f"In running sound a keyword counts from probability {live['threshold']:g} (chosen "
            "on streams of training clips, for at most one false keyword a minute). On "
            f"{live['minutes']:g} minutes of held-out speech without keywords it then hears "
            f"{live['speech_per_minute']:g} a minute, on {live['minutes']:g} of sounds and noise "
            f"{live['rooms_per_minute']:g}, and names {100 * live['found']:.1f} % of the keyword "
            "clips rightly.",
        ]
    if recipe.datasets == ("tess",):
        lines += [
            "",
            "It has heard two actresses say one sentence frame. Expect little of it on other "
            "voices; it shows how an explanation works, not what people feel.",
        ]
    if "ravdess" in (recipe.datasets or ()):
        lines += [
            "",
            "It has heard actors play emotions in a few fixed sentences, and names them rightly "
            "less often than people do. It shows how an explanation works, not what people feel.",
        ]
    return "\n".join([*lines, *_origin(recipe, metrics)])


def _origin(recipe: CodecRecipe | HeadRecipe, metrics: dict[str, Any]) -> list[str]:
    trained = metrics["trained"]
    sources = [f"- {SOURCES.get(name, name)}" for name in recipe.datasets or ()]
    more = trained.get("more", {})
    sources += [f"- {SOURCES.get(name, name)}: {count:,} clips" for name, count in more.items()]
    return [
        "",
        "## Origin",
        "",
        f"Trained {trained['date']} on {trained['clips']:,} clips (training split) with",
        "",
        f"    {trained['command']}",
        "",
        *([trained["note"], ""] if "note" in trained else []),
        *sources,
        "",
        f"Licence of the weights: {recipe.licence}. No audio of these sets is included.",
        "",
    ]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
