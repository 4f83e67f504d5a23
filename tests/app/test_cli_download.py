"""`models download`, from a hub that the test is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import Cancelled
from core.quiet_transformers import quiet
from tests.app.conftest import Cli
from tests.hub_server import Hub, serving

ENCODEC = "facebook/encodec_24khz"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with a small EnCodec, and an empty cache."""
    from transformers import EncodecConfig, EncodecModel

    config = EncodecConfig(hidden_size=16, num_filters=4, num_lstm_layers=1, codebook_size=16)
    with quiet():
        EncodecModel(config).save_pretrained(tmp_path / "served")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with serving(Hub(ENCODEC, tmp_path / "served")) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        yield served


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if someone sat there who can be asked."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))


def test_a_public_model_is_fetched_once_and_can_then_be_used(cli: Cli, hub: Hub) -> None:
    done = cli("models", "download", ENCODEC)
    assert done.code == 0 and f"--codec {ENCODEC}" in done.out
    assert "MB from http://127.0.0.1" in done.err and "licence apache-2.0" in done.err
    (record,) = cli("models", "--json").records
    (entry,) = (model for model in record["models"] if model["id"] == ENCODEC)
    assert entry["loads"] and entry["facts"]["latent_dim"] == 16
    hub.asked.clear()
    assert "here already" in cli("models", "download", ENCODEC).out
    assert hub.asked == []


@pytest.mark.parametrize(("answer", "fetched"), [(True, True), (False, False)])
def test_someone_at_a_terminal_is_asked_first(
    cli: Cli, hub: Hub, terminal: None, monkeypatch: pytest.MonkeyPatch, answer: bool, fetched: bool
) -> None:
    questions = []
    monkeypatch.setattr("typer.confirm", lambda text, **more: questions.append(text) or answer)
    assert cli("models", "download", ENCODEC).code == 0
    assert questions == ["Download it?"] and bool(hub.asked) == fetched
    hub.asked.clear()
    cli("models", "download", ENCODEC, "--yes")
    assert len(questions) == 1 and bool(hub.asked) != fetched


def test_stopping_says_how_to_go_on(cli: Cli, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*arguments: object) -> None:
        raise Cancelled

    monkeypatch.setattr("core.hub_download.fetch", stopped)
    done = cli("models", "download", ENCODEC)
    assert (done.code, done.out) == (130, "") and "goes on from here" in done.err


def test_what_cannot_be_fetched_is_one_sentence(
    cli: Cli, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "did you mean facebook/encodec_24khz" in cli("models", "download", "encodec").sentence
    assert "no public model" in cli("models", "download", "laion/clap-htsat-fused").sentence
    (hub.folder / "model.safetensors").rename(hub.folder / "pytorch_model.bin")
    assert "Python pickle" in cli("models", "download", ENCODEC).sentence
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "cannot be reached" in cli("models", "download", ENCODEC).sentence
