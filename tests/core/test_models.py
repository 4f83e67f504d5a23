from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import CoreError, ModelError, RequestError
from core.model_folder import read_model_folder
from core.models import Toolbox, catalogue, classifier_manifest, open_codec, open_toolbox
from core.resources import resources_folder
from core.types import ExplanationRequest
from tests.models import LATENT_DIM, SmallModels, signed

CPU = torch.device("cpu")
BUNDLED_HEADS = [entry.id for entry in catalogue("classifier") if entry.source == "bundled"]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's model folder, empty and not yet there."""
    monkeypatch.setattr("core.models.data_folder", lambda: tmp_path / "hearwhy")
    return tmp_path / "hearwhy" / "models"


def copied(folder: Path, to: Path, **changes: Any) -> Path:
    """A copy of a model folder with fields of its manifest changed, made out to go together."""
    return signed(Path(shutil.copytree(folder, to)), **changes)


def opened(small: SmallModels, **changes: Any) -> Toolbox:
    chosen = {"classifier": str(small.classifier), "codec": str(small.codec), "device": "cpu"}
    return open_toolbox(ExplanationRequest(**(chosen | changes)))


def ids(kind: str) -> dict[str, str]:
    return {entry.id: entry.source for entry in catalogue(kind)}  # type: ignore[arg-type]


def test_the_bundled_codecs_are_known_by_id(user: Path) -> None:
    known = ids("codec")
    assert known["banded-16k"] == known["linear-16k"] == "bundled"
    assert list(known) == sorted(known)
    for codec_id in ("banded-16k", "linear-16k"):
        assert open_codec(codec_id, CPU).spec.id == codec_id


@pytest.mark.parametrize("head", BUNDLED_HEADS)
def test_a_bundled_head_opens_with_its_own_codec(head: str) -> None:
    toolbox = open_toolbox(ExplanationRequest(classifier=head, device="cpu"))
    spec = toolbox.classifier.spec
    assert (spec.id, toolbox.codec.spec.id) == (head, spec.codec_id)
    assert set(spec.background) < set(spec.labels)
    frames = round(spec.window * toolbox.codec.spec.frame_rate)
    logits = toolbox.classifier.logits(torch.zeros(1, toolbox.codec.spec.latent_dim, frames))
    assert logits.shape == (1, len(spec.labels)) and logits.isfinite().all()


def test_models_in_the_users_folder_are_known_by_id(user: Path, small_models: SmallModels) -> None:
    copied(small_models.codec, user / "my-codec")
    copied(small_models.classifier, user / "my-head")
    assert ids("codec")["my-codec"] == ids("classifier")["my-head"] == "user"
    assert "my-head" not in ids("codec") and "my-codec" not in ids("classifier")
    toolbox = opened(small_models, codec="my-codec", classifier="my-head")
    assert (toolbox.codec.spec.id, toolbox.classifier.spec.id) == ("my-codec", "my-head")


def test_a_users_model_does_not_hide_a_bundled_one(user: Path, small_models: SmallModels) -> None:
    copied(small_models.codec, user / "banded-16k")
    assert ids("codec")["banded-16k"] == "bundled"
    assert open_codec("banded-16k", CPU).spec.latent_dim != LATENT_DIM


def test_a_known_id_wins_over_a_folder_of_that_name(
    small_models: SmallModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(small_models.codec, tmp_path / "banded-16k")
    monkeypatch.chdir(tmp_path)
    assert open_codec("banded-16k", CPU).spec.latent_dim != LATENT_DIM
    assert open_codec("./banded-16k", CPU).spec.latent_dim == LATENT_DIM


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kind": 7}', "[" * 100_000, "\xff"])
def test_a_damaged_folder_is_listed_and_says_so_when_opened(
    user: Path, small_models: SmallModels, text: str
) -> None:
    folder = copied(small_models.codec, user / "broken")
    (folder / "model.json").write_text(text, encoding="latin-1")
    assert ids("codec")["broken"] == ids("classifier")["broken"] == "user"
    with pytest.raises(ModelError, match=r"model\.json in .*broken” is not valid"):
        open_codec("broken", CPU)
    with pytest.raises(ModelError, match=r"model\.json in .*broken” is not valid"):
        classifier_manifest("broken")


def test_hidden_folders_and_folders_without_a_manifest_are_not_models(
    user: Path, small_models: SmallModels
) -> None:
    copied(small_models.codec, user / ".half-written")
    (user / "notes").mkdir()
    assert not {".half-written", "notes"} & set(ids("codec"))


def test_a_folder_is_opened_by_its_path_and_named_after_it(
    small_models: SmallModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(small_models.codec, tmp_path / "my codec")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(folder)
    for reference in (str(folder), "~/my codec", ".", "../my codec/"):
        assert open_codec(reference, CPU).spec.id == "my codec"


def test_unknown_ids_offer_the_nearest_names(user: Path) -> None:
    with pytest.raises(RequestError, match="no codec “banded-16”; did you mean banded-16k"):
        open_codec("banded-16", CPU)
    with pytest.raises(RequestError, match="no classifier “zzz”; known: "):
        classifier_manifest("zzz")


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("/nowhere/at/all", "There is no model folder “/nowhere/at/all”"),
        ("./nowhere", "There is no model folder"),
        ("~no-such-user/model", "neither a known id nor a folder"),
        ("x" * 5_000, "neither a known id nor a folder"),
    ],
)
def test_a_path_that_leads_nowhere_is_one_sentence(reference: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence) as caught:
        open_codec(reference, CPU)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", ["model.pt", "weights.safetensors"])
def test_a_file_is_no_model(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ModelError, match=r"is a file; give the folder of the codec.* never loaded"):
        open_codec(str(tmp_path / name), CPU)


def test_a_pickle_in_the_place_of_the_weights_is_refused(
    small_models: SmallModels, tmp_path: Path
) -> None:
    folder = copied(small_models.codec, tmp_path / "codec")
    (folder / "weights.safetensors").unlink()
    torch.save({"mean": torch.zeros(3)}, folder / "weights.safetensors")  # noqa: TID251
    with pytest.raises(ModelError, match="not the ones it was"):
        open_codec(str(folder), CPU)
    # And with a manifest that goes with it.
    with pytest.raises(ModelError, match="Python pickle"):
        open_codec(str(signed(folder)), CPU)


def test_two_folders_of_one_name_are_told_apart(small_models: SmallModels, tmp_path: Path) -> None:
    for run in ("first", "second"):
        shutil.copytree(small_models.codec, tmp_path / run / "mine")
    (tmp_path / "second" / "mine" / "weights.safetensors").unlink()
    opened(small_models, codec=str(tmp_path / "first" / "mine"))
    with pytest.raises(ModelError, match=r"second.mine” has no weights\.safetensors"):
        opened(small_models, codec=str(tmp_path / "second" / "mine"))


def test_a_codec_is_no_classifier_and_a_classifier_no_codec(small_models: SmallModels) -> None:
    with pytest.raises(ModelError, match="“small-codec” is a codec, not a classifier"):
        opened(small_models, classifier=str(small_models.codec))
    with pytest.raises(ModelError, match="small-head” is a classifier, not a codec"):
        opened(small_models, codec=str(small_models.classifier))
    with pytest.raises(RequestError, match="no classifier “banded-16k”"):
        classifier_manifest("banded-16k")


def test_a_head_is_refused_with_the_codec_of_another(small_models: SmallModels) -> None:
    with pytest.raises(ModelError, match=r"“small-head” was trained .* “small-codec” .* “other-"):
        opened(small_models, codec=str(small_models.other_codec))


def test_a_codec_of_the_right_name_with_other_weights_is_refused_too(
    small_models: SmallModels, tmp_path: Path
) -> None:
    impostor = copied(small_models.other_codec, tmp_path / small_models.codec.name)
    with pytest.raises(ModelError, match="choose the two together"):
        opened(small_models, codec=str(impostor))


def test_a_head_finds_its_codec_by_id_or_beside_itself(
    user: Path, small_models: SmallModels, tmp_path: Path
) -> None:
    head = str(copied(small_models.classifier, tmp_path / "alone" / "head"))
    with pytest.raises(RequestError, match="no codec “small-codec”"):
        opened(small_models, classifier=head, codec=None)
    copied(small_models.codec, tmp_path / "alone" / "small-codec")
    assert opened(small_models, classifier=head, codec=None).codec.spec.id == "small-codec"
    # The one known by id goes before the one beside it.
    copied(small_models.other_codec, user / "small-codec")
    with pytest.raises(ModelError, match="choose the two together"):
        opened(small_models, classifier=head, codec=None)


@pytest.mark.parametrize("changes", [{"codec": None}, {"labels": []}, {"labels": ["one"]}])
def test_a_head_without_codec_or_classes_is_refused(
    small_models: SmallModels, tmp_path: Path, changes: dict[str, Any]
) -> None:
    folder = copied(small_models.classifier, tmp_path / "head", **changes)
    with pytest.raises(ModelError, match="does not say"):
        opened(small_models, classifier=str(folder))


def test_an_unknown_family_is_refused(small_models: SmallModels, tmp_path: Path) -> None:
    codec = copied(small_models.codec, tmp_path / "codec", family="bandet")
    with pytest.raises(RequestError, match="no codec family “bandet”; did you mean banded"):
        open_codec(str(codec), CPU)
    head = copied(small_models.classifier, tmp_path / "head", family="rnn")
    with pytest.raises(RequestError, match="no head “rnn”"):
        opened(small_models, classifier=str(head))


@pytest.mark.parametrize("family", ["banded", "linear"])
def test_weights_of_another_family_do_not_fit(
    small_models: SmallModels, tmp_path: Path, family: str
) -> None:
    source = small_models.other_codec if family == "banded" else small_models.codec
    folder = copied(source, tmp_path / "codec", family=family)
    with pytest.raises(ModelError, match="do not fit the configuration beside them"):
        open_codec(str(folder), CPU)


junk = st.none() | st.booleans() | st.integers(-3, 40) | st.floats() | st.text(max_size=3)
junk = junk | st.lists(junk, max_size=3) | st.dictionaries(st.text(max_size=2), junk, max_size=1)


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@pytest.mark.parametrize("kind", ["codec", "other_codec", "classifier"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@example(None)
def test_a_configuration_that_makes_no_sense_is_one_sentence(
    small_models: SmallModels, tmp_path: Path, kind: str, data: Any
) -> None:
    source: Path = getattr(small_models, kind)
    config = read_model_folder(source).config
    if data is None:
        changed: dict[str, Any] = {}
    else:
        name = data.draw(st.sampled_from([*config, "surprise"]))
        changed = {**config, name: data.draw(junk)}
    shutil.rmtree(tmp_path / "model", ignore_errors=True)
    folder = copied(source, tmp_path / "model", config=changed)
    try:
        if kind == "classifier":
            opened(small_models, classifier=str(folder))
        else:
            open_codec(str(folder), CPU)
    except CoreError as error:
        assert "\n" not in str(error)
    else:
        assert changed  # no configuration at all cannot be opened


def test_the_resources_lie_beside_the_engine_or_in_the_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (resources_folder() / "models" / "banded-16k" / "model.json").is_file()
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert resources_folder() == tmp_path / "resources"
