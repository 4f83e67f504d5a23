"""A small CLAP with random but fixed weights, as a folder like those of the hub."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    ClapAudioConfig,
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    ClapTextConfig,
    PreTrainedTokenizerFast,
)

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")


def write_small_clap(folder: Path, *, fused: bool = False) -> Path:
    """The folder: configuration, weights, feature extractor and a tokenizer of single bytes."""
    text = ClapTextConfig(
        vocab_size=300,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=80,
        projection_dim=16,
    )
    audio = ClapAudioConfig(
        spec_size=64,
        num_mel_bins=16,
        window_size=4,
        patch_size=4,
        patch_stride=[4, 4],
        patch_embeds_hidden_size=8,
        depths=[1, 1],
        num_attention_heads=[2, 2],
        hidden_size=16,
        projection_dim=16,
        num_classes=4,
        enable_fusion=fused,
        fusion_type="aff_2d" if fused else None,
    )
    config = ClapConfig(text_config=text.to_dict(), audio_config=audio.to_dict(), projection_dim=16)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = ClapModel(config).eval()
        with torch.no_grad():
            # As made, all sounds lie at nearly one place, and so do all words.
            for name, parameter in model.named_parameters():
                noise = 1.0 if name.startswith("text") else 0.3
                parameter.add_(noise * torch.randn_like(parameter))
    model.save_pretrained(folder, safe_serialization=True)
    ClapFeatureExtractor(
        feature_size=16,
        sampling_rate=8_000,
        hop_length=160,
        max_length_s=2,
        fft_window_size=256,
        frequency_max=4_000,
        truncation="fusion" if fused else "rand_trunc",
    ).save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return folder


def _tokenizer() -> PreTrainedTokenizerFast:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    numbers = {token: number for number, token in enumerate([*SPECIAL, *letters])}
    tokenizer = Tokenizer(models.BPE(vocab=numbers, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=64,
    )
