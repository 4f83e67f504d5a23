"""Fetching public models, from a hub that the test is."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core import hub_download
from core.concepts.opening import embedder_catalogue, open_embedder
from core.errors import Cancelled, ModelError
from core.hub_download import fetch, look_up, megabytes
from core.job import CancelToken, silent
from tests.core.concepts.clap_folder import write_small_clap
from tests.hub_server import COMMIT, Hub, serving

CLAP = "laion/clap-htsat-unfused"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def small_clap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_clap(tmp_path_factory.mktemp("clap") / "small-clap")


@pytest.fixture
def hub(small_clap: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with a small CLAP, and much that no one should fetch beside it; an empty cache."""
    folder = tmp_path / "served"
    shutil.copytree(small_clap, folder)
    for name in ("pytorch_model.bin", "run.py", "more/config.json", "README.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"not to be fetched")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with serving(Hub(CLAP, folder)) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        yield served


def source_of(hub_id: str) -> Path | None:
    (folder,) = (entry.folder for entry in embedder_catalogue() if entry.id == hub_id)
    return folder


def weights_size(hub: Hub) -> int:
    return (hub.folder / "model.safetensors").stat().st_size


def test_a_model_in_shards_is_fetched_whole(hub: Hub) -> None:
    from tests.core.test_foreign_weights import sharded

    names = sharded(hub.folder)
    (hub.folder / "model-extra.safetensors").write_bytes(b"of another framework")
    offer = look_up(CLAP)
    assert {file.name for file in offer.files} >= {*names, "model.safetensors.index.json"}
    assert "model-extra.safetensors" not in {file.name for file in offer.files}
    fetch(offer, silent, CancelToken())
    assert look_up(CLAP).complete
    assert open_embedder(CLAP, CPU).spec.label == "CLAP"


def test_a_fetched_model_opens_and_is_the_one_that_was_served(hub: Hub, small_clap: Path) -> None:
    offer = look_up(CLAP)
    assert (offer.site, offer.licence, offer.folder.name) == (hub.url, "apache-2.0", COMMIT)
    assert offer.missing == offer.size > weights_size(hub)
    assert not offer.complete and not offer.folder.exists()  # asking writes nothing
    shares, stages = [], set()

    def report(share: float, stage: str) -> None:
        shares.append(share)
        stages.add(stage)

    fetch(offer, report, CancelToken())
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)
    assert all(stage.endswith(f"of {megabytes(offer.size)}") for stage in stages)
    assert offer.complete and look_up(CLAP).complete
    assert source_of(CLAP) == offer.folder
    fetched = {path.name for path in offer.folder.iterdir()}
    assert fetched == {path.name for path in small_clap.iterdir()}
    sounds = np.random.default_rng(0).standard_normal((2, 8_000)).astype(np.float32)
    opened, expected = open_embedder(CLAP, CPU), open_embedder(str(small_clap), CPU)
    np.testing.assert_array_equal(opened.embed(sounds), expected.embed(sounds))
    np.testing.assert_array_equal(opened.embed_texts(["rain"]), expected.embed_texts(["rain"]))


def test_a_cancelled_download_is_absent_and_goes_on_where_it_was(hub: Hub) -> None:
    offer, cancel = look_up(CLAP), CancelToken()
    hub.hang_ups, hub.stop_after = 1, weights_size(hub) // 2

    def stop_at_weights(share: float, stage: str) -> None:
        if (offer.folder / ".model.safetensors.part").exists():
            cancel.set()

    with pytest.raises(Cancelled):
        fetch(offer, stop_at_weights, cancel)
    assert source_of(CLAP) is None
    assert not (offer.folder / "model.safetensors").exists()
    assert 0 < look_up(CLAP).missing < offer.size
    here = (offer.folder / ".model.safetensors.part").stat().st_size
    hub.asked.clear()
    fetch(look_up(CLAP), silent, CancelToken())
    assert ("model.safetensors", here) in hub.asked and here > 0
    assert "config.json" not in dict(hub.asked)  # that was whole already
    assert source_of(CLAP) == offer.folder
    assert not list(offer.folder.glob(".*"))
    open_embedder(CLAP, CPU)


def test_two_downloads_at_once_end_with_one_right_model(hub: Hub) -> None:
    offer, moved, failed = look_up(CLAP), threading.Event(), []
    hub.hang_ups, hub.stop_after = 1, weights_size(hub) // 2

    def fetch_too() -> None:
        try:
            fetch(look_up(CLAP), lambda share, stage: moved.set(), CancelToken())
        except Exception as error:
            failed.append(error)
        moved.set()

    other = threading.Thread(target=fetch_too)

    def stand_still(share: float, stage: str) -> None:
        """In the middle of the weights, until the other is waiting, or has done its work."""
        if (offer.folder / ".model.safetensors.part").exists() and not moved.is_set():
            other.start()
            assert moved.wait(60)

    fetch(offer, stand_still, CancelToken())
    other.join()
    assert failed == []
    assert [name for name, _ in hub.asked].count("config.json") == 1
    assert source_of(CLAP) == offer.folder and not list(offer.folder.glob(".*"))
    open_embedder(CLAP, CPU)


def test_a_download_that_waits_for_another_can_be_stopped(hub: Hub) -> None:
    offer, cancel = look_up(CLAP), CancelToken()
    stages: list[str] = []

    def stop(share: float, stage: str) -> None:
        stages.append(stage)
        cancel.set()

    def meanwhile(share: float, stage: str) -> None:
        if not stages:
            with pytest.raises(Cancelled):
                fetch(offer, stop, cancel)

    fetch(offer, meanwhile, CancelToken())
    assert stages == ["Waiting for another download of it"]
    open_embedder(CLAP, CPU)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_hub_that_hangs_up_is_asked_again(hub: Hub, ranges: bool) -> None:
    hub.hang_ups, hub.stop_after, hub.ranges = 2, weights_size(hub) // 3, ranges
    fetch(look_up(CLAP), silent, CancelToken())
    starts = [first for name, first in hub.asked if name == "model.safetensors"]
    assert len(starts) == 3 and starts[0] == 0 < starts[1]
    open_embedder(CLAP, CPU)


def test_a_hub_that_goes_away_is_one_sentence_and_what_came_is_kept(hub: Hub) -> None:
    offer = look_up(CLAP)
    hub.hang_ups, hub.stop_after = 1_000, 0
    with pytest.raises(ModelError, match=r"cannot be reached \(.*what has arrived is kept"):
        fetch(offer, silent, CancelToken())
    assert source_of(CLAP) is None
    hub.hang_ups = 0
    fetch(offer, silent, CancelToken())
    assert source_of(CLAP) == offer.folder


def test_weights_that_are_not_those_the_hub_lists_are_thrown_away(hub: Hub) -> None:
    offer = look_up(CLAP)
    hub.forged = bytes(weights_size(hub))
    with pytest.raises(ModelError, match="did not arrive as the hub has it"):
        fetch(offer, silent, CancelToken())
    assert source_of(CLAP) is None and not list(offer.folder.glob("*model.safetensors*"))


@pytest.mark.parametrize(("name", "said"), [("pytorch_model.bin", "Python pickle"), ("x", "no")])
def test_a_model_without_safetensors_is_refused_before_anything_is_fetched(
    hub: Hub, name: str, said: str
) -> None:
    (hub.folder / "model.safetensors").unlink()
    (hub.folder / "pytorch_model.bin").rename(hub.folder / name)
    with pytest.raises(ModelError, match=said):
        look_up(CLAP)
    assert hub.asked == []


def test_what_the_hub_does_not_have_is_told(hub: Hub) -> None:
    with pytest.raises(ModelError, match="no public model “laion/other”"):
        look_up("laion/other")


def test_a_page_in_place_of_the_list_is_told(hub: Hub) -> None:
    for page in (b"<html>Welcome to our wireless network</html>", b"{}", b"[]"):
        hub.page = page
        with pytest.raises(ModelError, match="login page"):
            look_up(CLAP)
    hub.page, hub.commit = None, "../../elsewhere"
    with pytest.raises(ModelError, match="something other"):
        look_up(CLAP)


def test_no_network_is_one_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nothing listens there
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 cannot be reached"):
        look_up(CLAP)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE"):
        look_up(CLAP)


def test_a_full_disk_and_a_cache_that_is_a_file_are_told(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = look_up(CLAP)
    with monkeypatch.context() as patch:
        full = SimpleNamespace(disk_usage=lambda folder: SimpleNamespace(free=1_000_000))
        patch.setattr(hub_download, "shutil", full)
        with pytest.raises(ModelError, match=r"has room for 1 MB, but .* needs 50 MB"):
            fetch(offer, silent, CancelToken())
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").write_text("")
    with pytest.raises(ModelError, match="cannot be written to the local cache"):
        fetch(offer, silent, CancelToken())
